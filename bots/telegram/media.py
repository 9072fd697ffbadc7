"""Files as Telegram takes them: what is uploaded, and what its players are told."""

from hashlib import blake2b
from typing import Any

from aiogram.types import (
    BufferedInputFile,
    InputMediaAudio,
    InputMediaDocument,
    InputMediaPhoto,
    InputMediaVideo,
    MediaUnion,
)

from bots.messenger import Picture, PictureLimits
from bots.replies.frame import cut

LONGEST_TITLE = 60  # of a piece of music
LIMITS = PictureLimits(
    size_bytes=10 * 2**20,
    file_bytes=50 * 2**20,
    sum_of_sides=10_000,
    characters=4096,
    unequal_sides=20,
    voice_notes=True,
)


def input_media(picture: Picture, file: BufferedInputFile | str, told: dict[str, Any]) -> MediaUnion:
    """What an edit puts in place; `told` is its caption."""
    match picture.kind:
        case "video":
            return InputMediaVideo(media=file, **told, **of_video(picture))
        case "audio" | "voice":  # no edit makes a voice note
            return InputMediaAudio(media=file, **told, **of_audio(picture))
        case "words":
            return InputMediaDocument(media=file, **told)
        case "image" if is_strip(picture):
            return InputMediaDocument(media=file, **told)
        case "image":
            return InputMediaPhoto(media=file, **told)


def of_video(picture: Picture) -> dict[str, Any]:
    """What a player shows before the file has come."""
    return {
        "width": picture.width,
        "height": picture.height,
        "duration": round(picture.seconds or 0),
        "supports_streaming": True,
    }


def of_audio(picture: Picture) -> dict[str, Any]:
    return {"duration": round(picture.seconds or 0), "title": cut(picture.title, LONGEST_TITLE), "performer": "Tessera"}


def upload(picture: Picture) -> BufferedInputFile:
    return BufferedInputFile(picture.content, picture.filename)


def digest(picture: Picture) -> str:
    return blake2b(picture.content, digest_size=16).hexdigest()


def is_strip(picture: Picture) -> bool:
    """Whether it is too long and thin for Telegram to take it as a photo."""
    return LIMITS.is_strip(picture.width, picture.height)

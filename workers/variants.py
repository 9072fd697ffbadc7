"""The smaller files of an artifact: what its engine has at hand is looked at once, and no file is read without need."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from workers import thumbnails
from workers.blur import blur
from workers.engines.protocol import Made
from workers.media import screen, xmp
from workers.media.tags import tags

WEB_SIDE = 1280  # pixels
WEB_QUALITY = 82
SHORTEST_SECONDS = 0.1
ARTIST = "Tessera"
HEAVY_BYTES = 4 * 2**20  # a picture of few pixels that takes more is sent as a smaller file all the same


@dataclass(frozen=True, slots=True)
class Rendition:
    """The same for screens: a JPEG of a picture, H.264 of a film; bytes, or a file in the task's folder."""

    content: Path | bytes
    format: str
    width: int
    height: int
    size_bytes: int


@dataclass(frozen=True, slots=True)
class Variants:
    """`web` is None where the original serves as it."""

    thumbnail: bytes | None = None
    blurhash: str | None = None
    web: Rendition | None = None


def variants(made: Made, size_bytes: int, step: Callable[[float], None]) -> Variants:
    """Of a finished file of so many bytes; `step` is called with the part of a film's rendition that is done, and may
    raise, see Narrator."""
    look = made.look
    if look is None and made.type == "image":
        look = thumbnails.opened(made.path)
    web, shown = None, look
    if look is not None and made.type == "image":
        web, shown = web_picture(look, size_bytes, made.metadata)
    elif made.type == "video":
        web = web_film(made, size_bytes, step)
    if shown is None:
        return Variants(web=web)
    small = thumbnails.fitted(shown)
    return Variants(thumbnails.thumbnail(small), blur(small), web)


def web_picture(
    picture: Image.Image, size_bytes: int, metadata: Mapping[str, object]
) -> tuple[Rendition | None, Image.Image]:
    """The rendition where the original is larger, and the smaller of both pictures to make a thumbnail of."""
    if max(picture.size) <= WEB_SIDE and size_bytes <= HEAVY_BYTES:
        return None, picture
    smaller = thumbnails.fitted(picture, WEB_SIDE, Image.Resampling.BILINEAR)
    content = thumbnails.encoded(smaller, WEB_QUALITY, xmp.packet(metadata))
    return Rendition(content, "jpg", *smaller.size, len(content)), smaller


def web_film(made: Made, size_bytes: int, step: Callable[[float], None]) -> Rendition | None:
    """A film that not everything plays always has one; another where that is smaller."""
    seconds, plays = made.duration_seconds or 0.0, made.metadata.get("plays", True)
    size = screen.size_of((made.width or 0, made.height or 0), size_bytes, plays)
    if size is None or (plays and seconds <= 0):
        return None
    from workers.media import reading  # here, so that a worker that makes no films does not load PyAV

    to = made.path.with_suffix(".web.mp4")
    try:
        film_for_screens(made, to, size, max(seconds, SHORTEST_SECONDS), step)
    except reading.Unreadable:
        return None
    weight = to.stat().st_size
    return Rendition(to, "mp4", *size, weight) if not plays or weight < size_bytes else None


def film_for_screens(
    made: Made, to: Path, size: tuple[int, int], seconds: float, step: Callable[[float], None]
) -> None:
    from workers.media import moving, rendition

    if made.format in moving.DRAWN:
        moving.drawn_anew(made.path, to, size, tags(made.metadata, ARTIST), step)
    else:
        rendition.smaller(made.path, to, size, seconds, step)

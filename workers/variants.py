"""The smaller files of an artifact: what its engine has at hand is looked at once, and no file is read without need."""

from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
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


def begun(picture: Image.Image, metadata: Mapping[str, object]) -> Future[Variants]:
    """A finished picture's, from now on in a thread of their own: its engine writes the file meanwhile."""
    return apart(lambda: of_picture(picture, metadata))


def begun_of(look: Image.Image) -> Future[Variants]:
    """The same of what will stand for a film that is still written; its rendition is no concern of this."""
    return apart(lambda: small(look))


def apart(make: Callable[[], Variants]) -> Future[Variants]:
    crew = ThreadPoolExecutor(1, "variants")
    coming = crew.submit(make)
    crew.shutdown(wait=False)
    return coming


def variants(made: Made, size_bytes: int, step: Callable[[float], None]) -> Variants:
    """Of a finished file of so many bytes; `step` is called with the part of a film's rendition that is done, and may
    raise, see Narrator."""
    match made.type:
        case "image":
            return of_image(made, size_bytes)
        case "video":
            shown = made.beside.result() if made.beside else small(made.look)
            return replace(shown, web=web_film(made, size_bytes, step))
        case _:
            return small(made.look)


def of_image(made: Made, size_bytes: int) -> Variants:
    picture = made.look or thumbnails.opened(made.path)
    if picture is None:
        return Variants()
    found = made.beside.result() if made.beside else of_picture(picture, made.metadata)
    if found.web is None and size_bytes > HEAVY_BYTES:
        return replace(found, web=for_screens(picture, made.metadata))
    return found


def of_picture(picture: Image.Image, metadata: Mapping[str, object]) -> Variants:
    """Whatever its file weighs."""
    if max(picture.size) <= WEB_SIDE:
        return small(picture)
    smaller = thumbnails.fitted(picture, WEB_SIDE, Image.Resampling.BILINEAR)
    return replace(small(smaller), web=for_screens(smaller, metadata))


def small(look: Image.Image | None) -> Variants:
    """A thumbnail and a blur of what stands for the file."""
    if look is None:
        return Variants()
    thumbnail = thumbnails.fitted(look)
    return Variants(thumbnails.thumbnail(thumbnail), blur(thumbnail))


def for_screens(picture: Image.Image, metadata: Mapping[str, object]) -> Rendition:
    """A picture that a screen can show, as a JPEG."""
    content = thumbnails.encoded(picture, WEB_QUALITY, xmp.packet(metadata))
    return Rendition(content, "jpg", *picture.size, len(content))


def web_film(made: Made, size_bytes: int, step: Callable[[float], None]) -> Rendition | None:
    """A film that not everything plays always has one; another where that is smaller."""
    seconds, plays = made.duration_seconds or 0.0, made.metadata.get("plays", True)
    size = screen.size_of((made.width or 0, made.height or 0), size_bytes, plays)
    if size is None or (plays and seconds <= 0):
        return None
    to = made.web or later(made, size, max(seconds, SHORTEST_SECONDS), step)
    if to is None:
        return None
    weight = to.stat().st_size
    return Rendition(to, "mp4", *size, weight) if not plays or weight < size_bytes else None


def later(made: Made, size: tuple[int, int], seconds: float, step: Callable[[float], None]) -> Path | None:
    """The rendition of a film whose engine made none; None where the film cannot be read."""
    from workers.media import moving, reading, rendition  # here: a worker that makes no films does not load PyAV

    to = screen.beside(made.path)
    try:
        if made.format in moving.DRAWN:
            moving.drawn_anew(made.path, to, size, tags(made.metadata, ARTIST), step)
        else:
            rendition.smaller(made.path, to, size, seconds, step)
    except reading.Unreadable:
        return None
    return to

"""Films that are drawn frame after frame, GIF and animated WebP: what they are, and made anew as H.264 in MP4."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from PIL import Image, ImageSequence

from workers.disk import is_full
from workers.media import gif, xmp
from workers.media.reading import Film, Unreadable
from workers.media.screen import most_bits
from workers.media.video_file import write_video
from workers.thumbnails import opaque

DRAWN = ("gif", "webp")  # each frame has its own time
USUAL_MILLISECONDS = 100
FASTEST = 60  # frames a second


def described(path: Path, to: Path, metadata: Mapping[str, object]) -> None:
    """The same frames in a file that says this and no more; raises ValueError or OSError for what cannot be read."""
    content = path.read_bytes()
    if to.suffix == ".gif":
        to.write_bytes(gif.described(content, metadata))
        return
    with Image.open(path) as picture:
        to.write_bytes(xmp.in_webp(content, picture.size, metadata))


def film(path: Path) -> Film:
    """Raises ValueError or OSError for what cannot be read."""
    with Image.open(path) as picture:
        seconds = round(sum(times(picture)) / 1000, 2)
        picture.seek(0)
        return Film(picture.width, picture.height, seconds, opaque(picture), plays=False)


def times(picture: Image.Image) -> list[float]:
    """Of each frame, in milliseconds."""
    return [milliseconds(frame) for frame in ImageSequence.Iterator(picture)]


def milliseconds(frame: Image.Image) -> float:
    frame.load()  # a WebP does not know it before
    return float(frame.info.get("duration") or USUAL_MILLISECONDS)


def drawn_anew(
    path: Path, to: Path, size: tuple[int, int], metadata: Mapping[str, object], step: Callable[[float], None]
) -> None:
    """In this even size; `step` is called before each frame with the part that is done, and may raise. Raises
    Unreadable."""
    try:
        with Image.open(path) as picture:
            lengths = times(picture)
            rate = min(max(round(1000 * len(lengths) / sum(lengths)), 1), FASTEST)
            bits = most_bits(len(lengths) / rate)
            write_video(to, frames(picture, size, len(lengths), step), size, rate, metadata, bits)
    except (ValueError, OSError, EOFError, SyntaxError) as error:
        if is_full(error):
            raise
        raise Unreadable(type(error).__name__) from None


def frames(
    picture: Image.Image, size: tuple[int, int], count: int, step: Callable[[float], None]
) -> Iterator[Image.Image]:
    for number, frame in enumerate(ImageSequence.Iterator(picture)):
        step(number / count)
        yield opaque(frame).resize(size, Image.Resampling.BICUBIC)

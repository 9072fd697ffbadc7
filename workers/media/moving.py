"""Moving pictures of kinds that chats do not play, made anew as H.264 in MP4."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from PIL import Image, ImageSequence

from workers.media import reading, rendition
from workers.media.video_file import write_video

DRAWN = (".gif", ".webp")  # frame after frame, each with its own time; the others are films
USUAL_MILLISECONDS = 100
FASTEST = 60  # frames a second


def made_anew(path: Path, to: Path, metadata: Mapping[str, object]) -> None:
    """With this metadata and no other; raises ValueError or OSError for what cannot be read."""
    if path.suffix in DRAWN:
        drawn(path, to, metadata)
        return
    film = reading.film(path)
    between = to.with_suffix(".anew.mp4")
    try:
        rendition.smaller(path, between, even((film.width, film.height)), max(film.seconds, 0.1), lambda _: None)
        reading.remux(between, to, "mp4", metadata)
    finally:
        between.unlink(missing_ok=True)


def drawn(path: Path, to: Path, metadata: Mapping[str, object]) -> None:
    with Image.open(path) as picture:
        times = [frame.info.get("duration") or USUAL_MILLISECONDS for frame in ImageSequence.Iterator(picture)]
        rate = min(max(round(1000 * len(times) / sum(times)), 1), FASTEST)
        size = even(picture.size)
        write_video(to, frames(picture, size), size, rate, metadata)


def frames(picture: Image.Image, size: tuple[int, int]) -> Iterator[Image.Image]:
    for frame in ImageSequence.Iterator(picture):
        yield frame.convert("RGB").crop((0, 0, *size))


def even(size: tuple[int, int]) -> tuple[int, int]:
    """As H.264 wants them."""
    return size[0] - size[0] % 2, size[1] - size[1] % 2

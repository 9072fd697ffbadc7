"""Writes pictures as a film; one that is larger than a screen once more, smaller, along with it."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.video.reformatter import ColorRange, Colorspace
from PIL import Image

from workers.media import screen
from workers.media.alongside import alongside
from workers.media.film_file import at_most, film_file

Tags = Mapping[str, object]


def write_video(
    path: Path, images: Iterable[Image.Image], size: tuple[int, int], rate: int, tags: Tags, bits: int | None = None
) -> None:
    """Images are RGB and all of one even size; `rate` of them a second, in at most so many bits."""
    with film_file(path, size, rate, tags, at_most(bits) if bits else {}) as take:
        for frame in frames(images, rate):
            take(frame)
        take(None)


def write_film(
    path: Path, images: Iterable[Image.Image], size: tuple[int, int], rate: int, tags: Tags, seconds: float
) -> Path | None:
    """The same for an engine that makes a film of so many seconds: also the file for screens, where one is needed.
    That costs no decoding, and where a processor is free no time."""
    smaller = screen.size_of(size, size_bytes=0)
    if smaller is None:
        write_video(path, images, size, rate, tags)
        return None
    beside = screen.beside(path)
    with ExitStack() as stack:
        show = stack.enter_context(alongside(beside, smaller, rate, tags, screen.most_bits(seconds)))
        take = stack.enter_context(film_file(path, size, rate, tags, {}))
        for frame in frames(images, rate):
            show(frame)
            take(frame)
        show(None)
        take(None)
    return beside


def frames(images: Iterable[Image.Image], rate: int) -> Iterator[av.VideoFrame]:
    """As encoders want them."""
    for number, image in enumerate(images):
        frame = av.VideoFrame.from_ndarray(np.asarray(image), format="rgb24").reformat(
            format="yuv420p", dst_colorspace=Colorspace.ITU709, dst_color_range=ColorRange.MPEG
        )
        frame.pts, frame.time_base = number, Fraction(1, rate)
        yield frame

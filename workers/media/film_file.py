"""A film file in the making, H.264 in MP4 by PyAV; it plays before all of it has come. Same frames, same bytes."""

import platform
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path

import av
from av.video.reformatter import ColorRange

from workers.media.reading import FAST

BT709 = 1  # ITU-T H.273
OPTIONS = {"preset": "veryfast", "crf": "20", "threads": "1", "g": "48"}
if platform.machine() in ("x86_64", "AMD64"):
    # x264's code for AVX-512 was seen to give other bytes for the same frames, 160 x 90 of them about one time in ten
    OPTIONS["x264-params"] = "asm=SSE4.2"

Take = Callable[[av.VideoFrame | None], None]  # the next frame; None after the last


def at_most(bits: int) -> dict[str, str]:
    """A second, but for the first one, which may have twice as many."""
    return {"maxrate": str(bits), "bufsize": str(bits)}


@contextmanager
def film_file(
    path: Path, size: tuple[int, int], rate: int, metadata: Mapping[str, object], options: Mapping[str, str]
) -> Iterator[Take]:
    """Of frames in yuv420p and BT.709, all of one even size; `rate` of them a second."""
    with av.open(str(path), "w", format="mp4", options=FAST) as file:
        file.metadata.update({name: str(value) for name, value in metadata.items()})
        stream = file.add_stream("libx264", rate=rate, options={**OPTIONS, **options})
        stream.width, stream.height = size
        stream.pix_fmt = "yuv420p"
        stream.time_base = Fraction(1, rate)  # the container counts in its own once the header is written
        context = stream.codec_context
        context.colorspace = context.color_primaries = context.color_trc = BT709
        context.color_range = ColorRange.MPEG
        yield lambda frame: file.mux(stream.encode(frame))

"""Writes frames as H.264 in MP4 by PyAV, ready to play before all of it has come: same frames, same bytes."""

import platform
from collections.abc import Iterable, Mapping
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.video.reformatter import ColorRange, Colorspace
from PIL import Image

BT709 = 1  # ITU-T H.273
OPTIONS = {"preset": "veryfast", "crf": "20", "threads": "1", "g": "48"}
if platform.machine() in ("x86_64", "AMD64"):
    # x264's code for AVX-512 was seen to give other bytes for the same frames, 160 x 90 of them about one time in ten
    OPTIONS["x264-params"] = "asm=SSE4.2"


def at_most(bits: int) -> dict[str, str]:
    """A second, but for the first one, which may have twice as many."""
    return {"maxrate": str(bits), "bufsize": str(bits)}


def write_video(
    path: Path,
    frames: Iterable[Image.Image],
    size: tuple[int, int],
    rate: int,
    metadata: Mapping[str, object],
    bits: int | None = None,
) -> None:
    """Frames are RGB and all of one even size; `rate` of them a second, in at most so many bits."""
    with av.open(str(path), "w", format="mp4", options={"movflags": "+faststart", "fflags": "+bitexact"}) as file:
        file.metadata.update({name: str(value) for name, value in metadata.items()})
        stream = file.add_stream("libx264", rate=rate, options=OPTIONS | (at_most(bits) if bits else {}))
        stream.width, stream.height = size
        stream.pix_fmt = "yuv420p"
        tick = Fraction(1, rate)  # the container counts in its own once the header is written
        stream.time_base = tick
        context = stream.codec_context
        context.colorspace = context.color_primaries = context.color_trc = BT709
        context.color_range = ColorRange.MPEG
        for number, image in enumerate(frames):
            frame = av.VideoFrame.from_ndarray(np.asarray(image), format="rgb24").reformat(
                format="yuv420p", dst_colorspace=Colorspace.ITU709, dst_color_range=ColorRange.MPEG
            )
            frame.pts, frame.time_base = number, tick
            file.mux(stream.encode(frame))
        file.mux(stream.encode(None))

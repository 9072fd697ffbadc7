"""Reads finished sound and video by PyAV: what it is, how long, how it looks; and writes it anew without what stood
beside it."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
from PIL import Image

from workers.disk import is_full
from workers.media.loudness import Sound

CONTAINERS = {"mp4": {"movflags": "+faststart", "fflags": "+bitexact"}, "ogg": {"fflags": "+bitexact"}, "mp3": {}}


class Unreadable(ValueError):
    """The file is not what its name says, or damaged."""


@dataclass(frozen=True, slots=True)
class Film:
    width: int
    height: int
    seconds: float
    poster: Image.Image  # its first frame


def film(path: Path) -> Film:
    try:
        with av.open(str(path)) as file:
            frame = next(file.decode(video=0))
            seconds = (file.duration or 0) / av.time_base
            return Film(frame.width, frame.height, round(seconds, 2), Image.fromarray(frame.to_ndarray(format="rgb24")))
    except (av.FFmpegError, StopIteration, IndexError) as error:
        raise Unreadable(type(error).__name__) from None


def sound(path: Path) -> tuple[Sound, int]:
    """The whole of it in stereo, and its rate."""
    try:
        with av.open(str(path)) as file:
            rate = int(file.streams.audio[0].rate)
            resampler = av.AudioResampler("fltp", "stereo", rate)
            frames = [piece for frame in file.decode(audio=0) for piece in resampler.resample(frame)]
            frames += resampler.resample(None)
    except (av.FFmpegError, IndexError) as error:
        raise Unreadable(type(error).__name__) from None
    if not frames:
        raise Unreadable("there is no sound in it")
    return np.concatenate([frame.to_ndarray() for frame in frames], axis=1).astype(np.float32), rate


def remux(path: Path, to: Path, kind: str, metadata: Mapping[str, object]) -> None:
    """The same video and sound in a new file with this metadata and no other; `kind` is a key of CONTAINERS."""
    try:
        with av.open(str(path)) as source, av.open(str(to), "w", format=kind, options=CONTAINERS[kind]) as target:
            target.metadata.update({name: str(value) for name, value in metadata.items()})
            streams = [stream for stream in source.streams if stream.type in ("video", "audio")]
            copies = {stream.index: target.add_stream_from_template(stream) for stream in streams}
            for copy in copies.values():
                copy.metadata.clear()
            for packet in source.demux(streams):
                if packet.dts is not None:  # not the last, empty one
                    packet.stream = copies[packet.stream.index]
                    target.mux(packet)
    except av.FFmpegError as error:
        if is_full(error):
            raise
        raise Unreadable(type(error).__name__) from None

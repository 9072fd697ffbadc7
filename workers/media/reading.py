"""Reads finished sound and video by PyAV: what it is, how long, how it looks; and writes it anew without what stood
beside it."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
from av.container import InputContainer
from PIL import Image

from workers.disk import is_full
from workers.media.loudness import Sound

EXACT = {"fflags": "+bitexact"}
FAST = {"movflags": "+faststart", **EXACT}
CONTAINERS = {  # by the end of a name: as FFmpeg calls it, and how it is written
    "mp4": ("mp4", FAST),
    "mov": ("mov", FAST),
    "webm": ("webm", EXACT),
    "mkv": ("matroska", EXACT),
    "avi": ("avi", EXACT),
    "ogg": ("ogg", EXACT),
    "mp3": ("mp3", {}),
}
EVERYWHERE = (("h264",), ("yuv420p", "yuvj420p"), ("aac", "mp3"))  # film, its pixels, its sound


class Unreadable(ValueError):
    """The file is not what its name says, or damaged."""


@dataclass(frozen=True, slots=True)
class Film:
    width: int
    height: int
    seconds: float
    poster: Image.Image  # its first frame
    plays: bool = True  # in every browser and chat as it is


def film(path: Path) -> Film:
    try:
        with av.open(str(path)) as file:
            frame = next(file.decode(video=0))
            seconds = (file.duration or 0) / av.time_base
            poster = Image.fromarray(frame.to_ndarray(format="rgb24"))
            return Film(frame.width, frame.height, round(seconds, 2), poster, plays(file, path.suffix))
    except (av.FFmpegError, StopIteration, IndexError) as error:
        raise Unreadable(type(error).__name__) from None


def plays(file: InputContainer, ending: str) -> bool:
    context, sounds = file.streams.video[0].codec_context, file.streams.audio
    films, pixels, heard = EVERYWHERE
    known = context.codec.canonical_name in films and context.pix_fmt in pixels
    return ending == ".mp4" and known and all(sound.codec_context.codec.canonical_name in heard for sound in sounds)


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
        form, options = CONTAINERS[kind]
        with av.open(str(path)) as source, av.open(str(to), "w", format=form, options=options) as target:
            target.metadata.update({name: str(value) for name, value in metadata.items()})
            streams = [stream for stream in source.streams if stream.type in ("video", "audio")]
            copies = {stream.index: target.add_stream_from_template(stream) for stream in streams}
            for copy in copies.values():
                copy.metadata.clear()
            for packet in source.demux(streams):
                if packet.size:  # not the last, empty one
                    packet.stream = copies[packet.stream.index]
                    target.mux(packet)
    except av.FFmpegError as error:
        if is_full(error):
            raise
        raise Unreadable(type(error).__name__) from None

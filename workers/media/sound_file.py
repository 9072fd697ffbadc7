"""Writes sound as OGG/Opus or MP3 by PyAV: the same samples give the same bytes."""

from collections.abc import Mapping
from pathlib import Path

import av
import numpy as np
from av.audio.stream import AudioStream

from workers.media.loudness import Look, Sound, unwatched

CODECS = {"ogg": ("libopus", 48_000, 96_000), "mp3": ("libmp3lame", 44_100, 192_000)}  # codec, rate, bits a second
# bitexact: without it every stream of OGG gets a random number
CONTAINER = {"fflags": "+bitexact"}


def write_sound(
    path: Path, sound: Sound, rate: int, kind: str, metadata: Mapping[str, object], look: Look = unwatched
) -> None:
    """`sound` has one channel or two; `kind` is a key of CODECS; `look` is called every now and then, and may raise."""
    codec, out_rate, bits = CODECS[kind]
    layout = "stereo" if sound.shape[0] == 2 else "mono"
    with av.open(str(path), "w", format=kind, options=CONTAINER) as file:
        file.metadata.update({name: str(value) for name, value in metadata.items()})
        stream: AudioStream = file.add_stream(codec, rate=out_rate, layout=layout)  # type: ignore[assignment]  # a sound's
        stream.bit_rate = bits
        stream.codec_context.flags |= av.codec.context.Flags.bitexact
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(sound, np.float32), format="fltp", layout=layout)
        frame.sample_rate = rate
        context = stream.codec_context
        resampler = av.AudioResampler(context.format, layout, out_rate, out_rate)  # seconds: encoders cut them up
        for piece in [*resampler.resample(frame), *resampler.resample(None)]:
            look()
            file.mux(stream.encode(piece))
        file.mux(stream.encode(None))

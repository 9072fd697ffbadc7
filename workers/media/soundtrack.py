"""The sound of a film in an MP4 beside it: as it is where players know it there, else as AAC."""

from fractions import Fraction
from typing import Any

from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.codec.context import Flags
from av.container import OutputContainer
from av.packet import Packet

KNOWN = ("aac", "mp3")  # to whatever plays MP4
RATES = (32_000, 44_100, 48_000)
USUAL_RATE, BITS = 48_000, 160_000  # a second


class Soundtrack:
    """Takes the packets of one stream, in order."""

    def __init__(self, sound: AudioStream, target: OutputContainer) -> None:
        self._sound = sound
        self._target = target
        self._copied = sound.codec_context.codec.canonical_name in KNOWN
        self._stream = target.add_stream_from_template(sound) if self._copied else encoder(sound, target)

    def take(self, packet: "Packet[Any]") -> None:
        if not self._copied:
            for frame in self._sound.decode(packet):
                self._target.mux(self._stream.encode(timed(frame)))
        elif packet.size:  # not the last, empty one
            packet.stream = self._stream
            self._target.mux(packet)

    def end(self) -> None:
        if not self._copied:
            self._target.mux(self._stream.encode(None))


def timed(frame: AudioFrame) -> AudioFrame:
    """By its samples: some files count in whole packets, too coarse for an encoder's."""
    if frame.time is not None:
        frame.pts, frame.time_base = round(frame.time * frame.sample_rate), Fraction(1, frame.sample_rate)
    return frame


def encoder(sound: AudioStream, target: OutputContainer) -> AudioStream:
    layout = "mono" if sound.codec_context.layout.nb_channels == 1 else "stereo"
    stream = target.add_stream("aac", rate=sound.rate if sound.rate in RATES else USUAL_RATE, layout=layout)
    stream.bit_rate = BITS
    stream.codec_context.flags |= Flags.bitexact
    return stream

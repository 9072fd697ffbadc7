"""From notes to a stereo mix: each note in its place, one room around them, the level that people expect."""

from collections.abc import Callable, Iterable

import numpy as np
from numpy.typing import NDArray

from workers.engines.composer.instruments import INSTRUMENTS, LEVELS, RATE, Wave
from workers.engines.composer.score import Note
from workers.media.loudness import Look, Sound, normalised, through

DRY = frozenset({"kick", "bass"})  # a low note in a large room is mud
ROOM_SECONDS = 2.4
FADE_SECONDS = 1.6


class Mix:
    """Two buses: what goes into the room, and what stays out of it."""

    def __init__(self, seconds: float, tempo: float) -> None:
        self.seconds_a_beat = 60 / tempo
        self.count = round(seconds * RATE)
        self.room = np.zeros((2, self.count), np.float32)
        self.dry = np.zeros((2, self.count), np.float32)
        self._made: dict[tuple[str, int, float], Wave] = {}

    def play(self, notes: Iterable[Note]) -> None:
        for note in notes:
            start = int(note.start * self.seconds_a_beat * RATE)
            wave = self._wave(note)[: max(0, self.count - start)]
            bus = self.dry if note.instrument in DRY else self.room
            level = LEVELS[note.instrument] * note.level
            bus[0, start : start + wave.size] += wave * np.float32(level * np.cos(note.pan * np.pi / 2))
            bus[1, start : start + wave.size] += wave * np.float32(level * np.sin(note.pan * np.pi / 2))

    def finished(self, wet: float, progress: Callable[[float], None]) -> Sound:
        """With the room, an end that dies away, and at the target loudness."""
        done = 0.0

        def look() -> None:
            progress(done)

        sound = self.room + self.dry + in_room(self.room, look) * np.float32(0.22 * wet)
        progress(done := 0.3)
        sound = np.tanh(sound / max(float(np.percentile(np.abs(sound[:, ::16]), 99.8)), 1e-4) * 0.8)
        length = min(self.count, int(FADE_SECONDS * RATE))
        sound[:, self.count - length :] *= np.cos(np.linspace(0, np.pi / 2, length, dtype=np.float32)) ** 2
        look()
        sound = mastered(sound, look).astype(np.float32)
        progress(done := 0.5)
        loud: Sound = normalised(sound, RATE, look=look)
        progress(1.0)
        return loud

    def _wave(self, note: Note) -> Wave:
        """A note that was played before is not made again."""
        seconds = round(note.length * self.seconds_a_beat, 2)
        key = (note.instrument, note.pitch, seconds)
        if key not in self._made:
            self._made[key] = INSTRUMENTS[note.instrument](note.pitch, seconds)
        return self._made[key]


def in_room(sound: Sound, look: Look) -> Sound:
    """The sound as a hall answers it: noise that dies away, its treble first, each ear its own."""
    response = hall()
    size = fast_length(sound.shape[1] + response.shape[1])
    look()
    answered = [
        through(channel, [np.fft.rfft(wall, size)], size, look) for channel, wall in zip(sound, response, strict=True)
    ]
    return np.stack(answered).astype(np.float32)


def hall() -> NDArray[np.float64]:
    count = int(ROOM_SECONDS * RATE)
    t = np.arange(count) / RATE
    noise = np.random.Generator(np.random.PCG64(7)).normal(size=(2, count))
    dull = np.stack([np.convolve(channel, np.hanning(14) / 7, "same") for channel in noise])
    bright = np.exp(-t * 5.5)
    response: NDArray[np.float64] = (noise * bright * 0.35 + dull * (1 - bright)) * np.exp(-t * 2.6)
    response[:, : int(0.018 * RATE)] = 0
    response /= np.sqrt((response**2).sum(axis=1, keepdims=True))
    return response


def mastered(sound: Sound, look: Look) -> Sound:
    """Nothing below 28 Hz, which no speaker plays; a little air above 2 kHz."""
    size = fast_length(sound.shape[1] + RATE // 4)
    hertz = np.fft.rfftfreq(size, 1 / RATE)
    low = 1 / np.sqrt(1 + (28 / np.maximum(hertz, 0.1)) ** 8)
    air = 1 + 0.9 / (1 + (2000 / np.maximum(hertz, 0.1)) ** 2)
    look()
    return np.stack([through(channel, [low, air], size, look) for channel in sound]).astype(np.float32)


def fast_length(count: int) -> int:
    """A length that transforms quickly: 2^n, 3 * 2^n or 5 * 2^n."""
    return min(base << max(0, int(np.ceil(np.log2(count / base)))) for base in (1, 3, 5))

"""The instruments: each makes one note, mono float32 at RATE; the same note always sounds the same."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

RATE = 48_000  # samples a second
TABLE = 8192
Wave = NDArray[np.float32]


def pitch(note: float) -> float:
    """Hz of a MIDI note; 69 is A at 440 Hz."""
    return float(440 * 2 ** ((note - 69) / 12))


def time(seconds: float) -> Wave:
    return np.arange(max(1, int(RATE * seconds)), dtype=np.float32) / np.float32(RATE)


def table(amplitudes: NDArray[np.float64]) -> Wave:
    """One period of a sum of harmonics."""
    phase = np.arange(TABLE) / TABLE
    harmonics = np.arange(1, amplitudes.size + 1)
    period: Wave = (np.sin(2 * np.pi * phase[:, None] * harmonics) @ amplitudes).astype(np.float32)
    return period


def tone(hertz: float, count: int, period: Wave, phase: float = 0.0) -> Wave:
    """The period read at a pitch."""
    steps = (np.arange(count, dtype=np.float64) * (hertz * TABLE / RATE) + phase * TABLE).astype(np.int64)
    sound: Wave = period[steps & (TABLE - 1)]
    return sound


def harmonics(hertz: float, slope: float, most: int = 24) -> NDArray[np.float64]:
    """Amplitudes 1/n^slope of the harmonics below 9 kHz."""
    n = np.arange(1, max(2, min(most, int(9000 / hertz)) + 1))
    amplitudes: NDArray[np.float64] = 1 / n**slope
    return amplitudes


def swell(t: Wave, attack: float, release: float) -> Wave:
    end = t[-1] if t.size else 0.0
    shape: Wave = np.clip(np.minimum(t / attack, (end - t) / release), 0, 1).astype(np.float32)
    return shape * shape * (3 - 2 * shape)


def keys(note: float, seconds: float) -> Wave:
    """An electric piano: FM whose brightness dies away (after Chowning 1973)."""
    t = time(seconds + 0.6)
    w = np.float32(2 * np.pi * pitch(note))
    bright = np.float32(1.5) * np.exp(-t * 3.5) * np.sin(w * t)
    tine = np.float32(0.22) * np.exp(-t * 11) * np.sin(14 * w * t)
    body = np.sin(w * t + bright + tine) * np.exp(-t * (1.1 + pitch(note) / 900))
    return fade(body * np.minimum(t / np.float32(0.004), 1))


def bell(note: float, seconds: float) -> Wave:
    """Glass: partials that do not fit each other quite, the high ones gone first."""
    t = time(seconds + 1.4)
    w = np.float32(2 * np.pi * pitch(note))
    partials = ((1.0, 1.0, 2.2), (2.0, 0.35, 3.0), (2.76, 0.28, 4.5), (5.4, 0.12, 8.0), (8.93, 0.05, 13.0))
    parts = (level * np.sin(w * np.float32(ratio) * t) * np.exp(-t * decay) for ratio, level, decay in partials)
    total: Wave = sum(parts, np.zeros_like(t))
    return fade(total * np.float32(0.7) * np.minimum(t / np.float32(0.003), 1))


def pluck(note: float, seconds: float) -> Wave:
    """A string by Karplus and Strong (1983), a period at a time."""
    period = max(8, int(RATE / pitch(note)))
    chance = np.random.Generator(np.random.PCG64(period))
    string = chance.uniform(-1, 1, period)
    string = (string + np.roll(string, 1) + np.roll(string, 2)) / 3  # a soft finger
    rows = np.empty((int(RATE * (seconds + 0.5)) // period + 1, period), np.float32)
    for row in rows:
        row[:] = string
        string = 0.4985 * (string + np.roll(string, 1))
    sound = rows.ravel()
    t = np.arange(sound.size, dtype=np.float32) / np.float32(RATE)
    return fade((sound - sound.mean()) * np.float32(1.3) * np.exp(-t * 1.2))


def pad(note: float, seconds: float) -> Wave:
    """Three slightly different soft tones that come and go."""
    t = time(seconds + 0.8)
    period = table(harmonics(pitch(note), 1.9, 10))
    voices = (tone(pitch(note) * detune, t.size, period, phase) for detune, phase in DETUNED)
    return sum(voices, np.zeros_like(t)) / np.float32(3) * swell(t, 0.7, 0.9)


DETUNED = ((0.9962, 0.1), (1.0, 0.45), (1.0041, 0.8))


def strings(note: float, seconds: float) -> Wave:
    """A section: fuller than the pad, with a slow vibrato."""
    t = time(seconds + 0.5)
    hertz = pitch(note)
    period = table(harmonics(hertz, 1.35, 20))
    total = np.zeros_like(t)
    for detune, phase in ((0.9945, 0.0), (1.0, 0.3), (1.0052, 0.62)):
        wobble = 0.0022 * np.sin(2 * np.pi * (4.6 * t + phase)) * np.minimum(t / 0.6, 1)
        steps = np.cumsum(hertz * detune * (1 + wobble) * TABLE / RATE).astype(np.int64)
        total += period[steps & (TABLE - 1)]
    return total * np.float32(0.28) * swell(t, 0.22, 0.4)


def saw(note: float, seconds: float) -> Wave:
    """A lead of two bright tones, closing like a filter."""
    t = time(seconds + 0.25)
    hertz = pitch(note)
    bright, soft = table(harmonics(hertz, 1.0, 18)), table(harmonics(hertz, 2.2, 8))
    opened = np.exp(-t * 5).astype(np.float32)
    total = np.zeros_like(t)
    for detune in (0.9975, 1.0026):
        total += tone(hertz * detune, t.size, bright) * opened + tone(hertz * detune, t.size, soft) * (1 - opened)
    return fade(total * np.float32(0.4) * np.minimum(t / np.float32(0.006), 1) * np.exp(-t * 1.4))


def bass(note: float, seconds: float) -> Wave:
    t = time(seconds + 0.15)
    w = np.float32(2 * np.pi * pitch(note))
    sound = np.tanh(1.7 * np.sin(w * t) + 0.25 * np.sin(2 * w * t)) * np.exp(-t * 1.1)
    return fade(sound.astype(np.float32) * np.minimum(t / np.float32(0.012), 1))


def low(note: float, seconds: float) -> Wave:
    """The figure an octave down, as cellos pluck it."""
    return pluck(note - 12, seconds)


def kick(note: float, seconds: float) -> Wave:
    t = time(0.38)
    sweep = np.cumsum(46 + 130 * np.exp(-t * 32)) * np.float32(2 * np.pi / RATE)
    return fade((np.sin(sweep) * np.exp(-t * 9)).astype(np.float32))


def drum(note: float, seconds: float) -> Wave:
    """A large skin."""
    t = time(1.1)
    sweep = np.cumsum(pitch(note) * (1 + 0.6 * np.exp(-t * 18))) * np.float32(2 * np.pi / RATE)
    return fade((np.sin(sweep) * np.exp(-t * 4.2) + hiss(t.size, 3) * np.exp(-t * 26) * 0.25).astype(np.float32))


def snare(note: float, seconds: float) -> Wave:
    t = time(0.24)
    body = 0.5 * np.sin(2 * np.pi * 186 * t) * np.exp(-t * 26)
    return fade((body + hiss(t.size, 5) * np.exp(-t * 21) * 0.55).astype(np.float32))


def hat(note: float, seconds: float) -> Wave:
    t = time(0.07)
    return fade((np.diff(hiss(t.size + 1, 7)) * np.exp(-t * 70) * 0.7).astype(np.float32))


def shaker(note: float, seconds: float) -> Wave:
    t = time(0.12)
    return fade((np.diff(hiss(t.size + 1, 11)) * np.minimum(t / 0.03, 1) * np.exp(-t * 36) * 0.5).astype(np.float32))


def hiss(count: int, seed: int) -> NDArray[np.float64]:
    noise: NDArray[np.float64] = np.random.Generator(np.random.PCG64(seed)).uniform(-1, 1, count)
    return noise


def fade(sound: NDArray[np.floating[Any]]) -> Wave:
    """Nothing ends with a click."""
    length = min(sound.size, int(RATE * 0.02))
    ended = np.array(sound, np.float32)
    ended[ended.size - length :] *= np.linspace(1, 0, length, dtype=np.float32)
    return ended


INSTRUMENTS: Mapping[str, Callable[[float, float], Wave]] = {
    "keys": keys,
    "bell": bell,
    "pluck": pluck,
    "pad": pad,
    "strings": strings,
    "saw": saw,
    "bass": bass,
    "low": low,
    "kick": kick,
    "drum": drum,
    "snare": snare,
    "hat": hat,
    "shaker": shaker,
}
LEVELS: Mapping[str, float] = {
    "keys": 0.32, "bell": 0.30, "pluck": 0.38, "pad": 0.20, "strings": 0.24, "saw": 0.24, "bass": 0.20, "low": 0.36,
    "kick": 0.42, "drum": 0.48, "snare": 0.30, "hat": 0.42, "shaker": 0.40,
}  # fmt: skip

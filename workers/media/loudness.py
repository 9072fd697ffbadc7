"""How loud a sound is to people, by ITU-R BS.1770-4, and bringing it to a level without clipping."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Sound = NDArray[np.float32]  # (channels, samples), -1 .. 1
Look = Callable[[], None]

BLOCK_SECONDS, STEP_SECONDS = 0.4, 0.1  # gating blocks, overlapping by 75 %
ABSOLUTE_GATE, RELATIVE_GATE = -70.0, -10.0  # LUFS, LU
TARGET_LUFS = -16.0
CEILING = 10 ** (-1.5 / 20)  # of the samples; between them a peak may be a little higher
LOOK_AHEAD_SECONDS, RELEASE_SECONDS = 0.003, 0.12
MOST_PASSES = 4
CLOSE_ENOUGH = 0.1  # LU


def unwatched() -> None:
    """Nobody looks whether it is still wanted."""


def loudness(sound: Sound, rate: int, look: Look = unwatched) -> float:
    """Integrated loudness in LUFS; -inf for silence."""
    energy = block_energies(weighted(sound, rate, look), rate)
    kept = energy[level(energy) > ABSOLUTE_GATE]
    if not kept.size:
        return float("-inf")
    kept = kept[level(kept) > level(kept.mean()) + RELATIVE_GATE]
    return float(level(kept.mean()))


def level(energy: NDArray[np.float64] | np.float64) -> NDArray[np.float64]:
    with np.errstate(divide="ignore"):
        decibels: NDArray[np.float64] = -0.691 + 10 * np.log10(energy)
    return decibels


def weighted(sound: Sound, rate: int, look: Look = unwatched) -> NDArray[np.float64]:
    """Through the K weighting: a shelf for the head, a high-pass. By its response in the frequency domain; what wraps
    around falls into silence added at the end."""
    size = 1 << int(np.ceil(np.log2(sound.shape[1] + rate // 4)))
    z = np.exp(-2j * np.pi * np.arange(size // 2 + 1) / size)
    response = shelf(z, rate) * high_pass(z, rate)
    look()
    return np.stack([through(channel, [response], size, look) for channel in sound])


def through(
    channel: NDArray[Any], responses: Sequence[NDArray[Any]], size: int, look: Look = unwatched
) -> NDArray[np.float64]:
    """One channel through filters of these responses; the transforms of minutes take a while each."""
    spectrum = np.fft.rfft(channel, size)
    look()
    for response in responses:
        spectrum = spectrum * response
    filtered: NDArray[np.float64] = np.fft.irfft(spectrum, size)[: channel.shape[0]]
    look()
    return filtered


def shelf(z: NDArray[np.complex128], rate: int) -> NDArray[np.complex128]:
    """Stage 1: 4 dB above 1682 Hz, the standard's filter for any sample rate."""
    k, q, gain = np.tan(np.pi * 1681.974450955533 / rate), 0.7071752369554196, 10 ** (3.999843853973347 / 20)
    v = gain**0.4996667741545416
    below = 1 + k / q + k * k
    top = (gain + v * k / q + k * k) + 2 * (k * k - gain) * z + (gain - v * k / q + k * k) * z * z
    response: NDArray[np.complex128] = top / (below + 2 * (k * k - 1) * z + (1 - k / q + k * k) * z * z)
    return response


def high_pass(z: NDArray[np.complex128], rate: int) -> NDArray[np.complex128]:
    """Stage 2: what is below 38 Hz hardly counts."""
    k, q = np.tan(np.pi * 38.13547087602444 / rate), 0.5003270373238773
    below = 1 + k / q + k * k
    response: NDArray[np.complex128] = (1 - 2 * z + z * z) / (
        1 + 2 * (k * k - 1) / below * z + (1 - k / q + k * k) / below * z * z
    )
    return response


def block_energies(sound: NDArray[np.float64], rate: int) -> NDArray[np.float64]:
    """Mean square of each gating block, channels added; a shorter sound is one block."""
    total = np.concatenate([[0.0], np.cumsum((sound**2).sum(axis=0))])
    block, step = int(BLOCK_SECONDS * rate), int(STEP_SECONDS * rate)
    if sound.shape[1] < block:
        return np.array([total[-1] / max(1, sound.shape[1])])
    starts = np.arange(0, sound.shape[1] - block + 1, step)
    energies: NDArray[np.float64] = (total[starts + block] - total[starts]) / block
    return energies


def normalised(sound: Sound, rate: int, target: float = TARGET_LUFS, look: Look = unwatched) -> Sound:
    """At the target loudness, peaks held below the ceiling; silence stays. `look` is called every now and then, and may
    raise."""
    for _ in range(MOST_PASSES):
        now = loudness(sound, rate, look)
        if not np.isfinite(now) or (abs(now - target) < CLOSE_ENOUGH and np.abs(sound).max() <= CEILING):
            break
        sound = limited(sound * np.float32(10 ** ((target - now) / 20)), rate)
    return sound


def limited(sound: Sound, rate: int) -> Sound:
    """No sample above the ceiling: the gain goes down before a peak comes and recovers after it."""
    peaks = np.abs(sound).max(axis=0)
    if peaks.max(initial=0.0) <= CEILING:
        return sound
    step = 32  # samples that share a gain
    count = -(-peaks.size // step)
    coarse = np.pad(peaks, (0, count * step - peaks.size)).reshape(count, step).max(axis=1)
    needed = np.minimum(1.0, CEILING / np.maximum(coarse, 1e-9))
    ahead = max(1, int(LOOK_AHEAD_SECONDS * rate / step))
    padded = np.pad(needed, (ahead, ahead), mode="edge")
    wide = np.lib.stride_tricks.sliding_window_view(padded, 2 * ahead + 1).min(axis=1)
    gain = recovering(wide, np.exp(-step / (RELEASE_SECONDS * rate)))
    kernel = np.hanning(2 * ahead + 3)[1:-1]
    gain = np.convolve(np.pad(gain, (ahead, ahead), mode="edge"), kernel / kernel.sum(), "valid")
    fine = np.interp(np.arange(peaks.size), (np.arange(count) + 0.5) * step, gain)
    held: Sound = np.clip(sound * fine.astype(np.float32), -CEILING, CEILING)
    return held


def recovering(gain: NDArray[np.float64], keep: float) -> NDArray[np.float64]:
    """Down at once, up again slowly."""
    held, now = gain.copy(), 1.0
    for at, wanted in enumerate(gain.tolist()):
        now = min(wanted, 1.0 - (1.0 - now) * keep)
        held[at] = now
    return held

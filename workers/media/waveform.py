"""What a sound looks like: its wave, loud parts taller, low sounds warmer than high ones."""

import numpy as np
from PIL import Image

from workers.media.loudness import Sound

WIDTH, HEIGHT = 960, 320  # pixels
BAR, GAP = 5, 3
GROUND = np.array((16, 18, 26), np.float32)
LOW, HIGH = np.array((255, 158, 87), np.float32), np.array((97, 183, 255), np.float32)


def waveform(sound: Sound, rate: int) -> Image.Image:
    """A bar for each stretch of time, as tall as its energy, coloured by where its energy lies."""
    count = WIDTH // (BAR + GAP)
    mono = sound.mean(axis=0)
    mono = np.pad(mono, (0, max(0, count * 64 - mono.size)))
    stretches = mono[: mono.size // count * count].reshape(count, -1)
    energy = np.sqrt((stretches**2).mean(axis=1))
    slope = np.sqrt((np.diff(stretches, axis=1) ** 2).mean(axis=1))
    pitch = slope / np.maximum(energy, 1e-6) * rate / (2 * np.pi)  # Hz, roughly where the energy lies
    warmth = np.clip((np.log2(np.maximum(pitch, 1.0)) - 7.5) / 4.5, 0, 1)  # 180 Hz .. 4 kHz
    tall = np.maximum(2, (energy / max(float(energy.max()), 1e-6)) ** 0.7 * (HEIGHT * 0.44)).astype(int)
    picture = np.broadcast_to(GROUND, (HEIGHT, WIDTH, 3)).copy()
    rows = np.abs(np.arange(HEIGHT) - HEIGHT / 2 + 0.5)
    for at in range(count):
        left = at * (BAR + GAP) + GAP // 2
        colour = LOW + (HIGH - LOW) * warmth[at]
        inside = rows <= tall[at]
        shade = (1 - 0.45 * rows[inside] / tall[at])[:, None]
        picture[inside, left : left + BAR] = (colour * shade)[:, None, :]
    return Image.fromarray(picture.astype(np.uint8))

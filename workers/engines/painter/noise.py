"""Noise in one and two dimensions: the texture of clouds, rock, water and leaves."""

import numpy as np
from PIL import Image

from workers.engines.painter.arrays import Plane
from workers.engines.painter.dice import Dice

STRIP_ROWS = 64  # so few of a picture's rows, with all that is made of them on the way, stay in the processor's cache


def clouds(shape: tuple[int, int], frequency: float, dice: Dice, octaves: int = 5, gain: float = 0.5) -> Plane:
    """Fractal noise 0..1 by enlarging small random grids; `frequency` counts cells along the longer side."""
    height, width = shape
    out, total, amplitude = np.zeros(shape, np.float32), 0.0, 1.0
    longest = max(shape)
    for _ in range(octaves):
        columns, rows = (max(2, int(frequency * side / longest)) + 3 for side in (width, height))
        if frequency > longest:
            break
        grid = Image.fromarray(dice.random((rows, columns)))
        out += np.float32(amplitude) * enlarge(grid, shape)
        total += amplitude
        amplitude *= gain
        frequency *= 2
    return out / np.float32(max(total, 1e-6))


def enlarge(grid: Image.Image, shape: tuple[int, int]) -> Plane:
    columns, rows = grid.size
    box = (0.5, 0.5, columns - 0.5, rows - 0.5)
    grown: Plane = np.asarray(grid.resize((shape[1], shape[0]), Image.Resampling.BICUBIC, box=box))
    return grown


def contrast(noise: Plane, amount: float = 2.0) -> Plane:
    """Stretch fractal noise, which huddles around its middle, over 0..1."""
    stretched: Plane = np.clip((noise - np.float32(0.5)) * np.float32(amount) + np.float32(0.5), 0, 1)
    return stretched


def value(x: Plane, y: Plane, table: Plane) -> Plane:
    """Smooth value noise 0..1 at the points (x, y) of an endless plane; `table` has a power of two for a side."""
    size = table.shape[0]
    whole_x, whole_y = np.floor(x), np.floor(y)
    u, v = x - whole_x, y - whole_y
    u, v = u * u * (3 - 2 * u), v * v * (3 - 2 * v)
    left, top = whole_x.astype(np.int32) & (size - 1), (whole_y.astype(np.int32) & (size - 1)) * size
    right, bottom = (left + 1) & (size - 1), (top + size) & (size * size - 1)
    flat = table.ravel()
    upper: Plane = flat.take(top + left)
    upper += (flat.take(top + right) - upper) * u
    lower = flat.take(bottom + left)
    lower += (flat.take(bottom + right) - lower) * u
    upper += (lower - upper) * v
    return upper


def fractal(x: Plane, y: Plane, table: Plane, octaves: int = 5, gain: float = 0.5, ridged: bool = False) -> Plane:
    """Sum of turned octaves of `value`, 0..1; ridged noise has sharp crests."""
    x, y = np.broadcast_arrays(x, y)
    strips = [slice(top, top + STRIP_ROWS) for top in range(0, max(len(x), 1), STRIP_ROWS)]
    return np.concatenate([_summed(x[rows], y[rows], table, octaves, gain, ridged) for rows in strips])


def _summed(x: Plane, y: Plane, table: Plane, octaves: int, gain: float, ridged: bool) -> Plane:
    out, total, amplitude = np.zeros(x.shape, np.float32), 0.0, 1.0
    for octave in range(octaves):
        sample = value(x, y, table)
        if ridged:
            sample = 1 - np.abs(2 * sample - 1)
            sample *= sample
        out += sample * np.float32(amplitude)
        total += amplitude
        amplitude *= gain
        x, y = (x * 1.6 - y * 1.2 + 17.3 * octave).astype(np.float32), (x * 1.2 + y * 1.6 + 9.1).astype(np.float32)
    return out / np.float32(total)


def line(length: int, frequency: float, dice: Dice, octaves: int = 6, gain: float = 0.5) -> Plane:
    """Fractal noise along one row, shape (length,), 0..1."""
    out, total, amplitude = np.zeros(length, np.float32), 0.0, 1.0
    for _ in range(octaves):
        knots = dice.random(int(frequency) + 4)
        at = np.linspace(0, frequency, length, dtype=np.float32) + dice.uniform()
        whole = at.astype(int)
        part = at - whole
        part = part * part * (3 - 2 * part)
        out += np.float32(amplitude) * (knots[whole] * (1 - part) + knots[whole + 1] * part)
        total += amplitude
        amplitude *= gain
        frequency *= 2
    return out / np.float32(total)

"""Northern lights: folded curtains whose rays reach upward from a bright hem."""

import numpy as np

from workers.engines.painter import noise
from workers.engines.painter.arrays import Colour, Plane, colour, mix
from workers.engines.painter.dice import Dice
from workers.engines.painter.palette import named
from workers.engines.painter.sky import grown
from workers.engines.painter.studio import Studio

CURTAIN = (colour(0.16, 1.0, 0.42), colour(0.06, 0.7, 0.5), colour(0.55, 0.2, 0.85))


def aurora(studio: Studio) -> None:
    """Curtains, the far ones lower and shorter; painted at half size."""
    canvas, dice = studio.canvas, studio.dice.fork("aurora")
    width, height = max(8, canvas.width // 2), max(8, int(studio.horizon / 2))
    light = np.zeros((height, width, 3), np.float32)
    tints = CURTAIN
    if studio.scene.colours:
        tints = (
            named(studio.scene.colours[0]),
            mix(named(studio.scene.colours[0]), CURTAIN[1], 0.4),
            named(studio.scene.colours[-1]),
        )
    for number in range(4):
        hem = curtain((height, width), 0.9 - 0.14 * number, 0.5 + 0.2 * number, dice)
        light += risen(hem, height * (0.13 + 0.055 * number), tints)
    planes = [grown(plane, canvas.width, height * 2) for plane in np.moveaxis(light, 2, 0)]
    light = np.stack(planes, axis=2)[: canvas.height]
    fade = np.clip((studio.horizon - canvas.rows[: len(light)]) / np.float32(canvas.height * 0.06), 0, 1)
    canvas.rgb[: len(light)] += light * fade[..., None]


def curtain(shape: tuple[int, int], level: float, strength: float, dice: Dice) -> Plane:
    """The hem as light per pixel: a path that runs across and sometimes doubles back."""
    height, width = shape
    count = width * 6
    t = np.linspace(-0.15, 1.15, count, dtype=np.float32)
    fold = noise.line(count, 4.5, dice, 3) - 0.5
    x = (t + fold * 0.22) * width
    y = height * (level + 0.42 * (noise.line(count, 2.2, dice, 3) - 0.5) + 0.012 * np.sin(t * 30 + fold * 20))
    rays = 0.25 + 1.5 * noise.line(count, 90, dice, 3, 0.7) ** 2
    power = rays * (0.2 + 1.1 * noise.line(count, 4, dice, 2)) * np.float32(strength * width / count)
    hem = np.zeros(shape, np.float32)
    inside = (x >= 0) & (x < width - 1) & (y >= 0) & (y < height - 1)
    np.add.at(hem, (y[inside].astype(int), x[inside].astype(int)), power[inside])
    return hem


def risen(hem: Plane, reach: float, tints: tuple[Colour, ...]) -> Plane:
    """Smear the hem upward: green dies first, violet last."""
    height, width = hem.shape
    light = np.zeros((height, width, 3), np.float32)
    lengths = np.array((reach * 0.5, reach * 1.0, reach * 1.9), np.float32)
    keep = np.exp(-1 / lengths)[:, None]
    share = np.array((0.85, 0.42, 0.26), np.float32)[:, None] * (80 / reach) ** 0.5
    glow = np.zeros((3, width), np.float32)
    late = np.zeros((3, width), np.float32)
    table = np.stack(tints)
    for row in range(height - 1, -1, -1):
        glow = glow * keep + hem[row] * share
        late += (glow - late) * np.array((0.5, 0.12, 0.035), np.float32)[:, None]
        light[row] = late.T @ table
    return light

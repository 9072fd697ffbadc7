"""Water: waves in perspective that mirror what is painted above them, and the light's path on them."""

import numpy as np

from workers.engines.painter import noise
from workers.engines.painter.arrays import Plane, luma, mix, ramp
from workers.engines.painter.canvas import blur
from workers.engines.painter.dice import Dice
from workers.engines.painter.studio import Studio

EYE = 1.7


def water(studio: Studio, calm: float = 0.5, shore: float | None = None) -> None:
    """Fill everything under the horizon with water; `calm` 1 is a mirror.

    `shore` is the row of the far bank, if there is one: what stands above it is mirrored at it.
    """
    canvas, palette, dice = studio.canvas, studio.palette, studio.dice.fork("water")
    shore = studio.shore if shore is None else shore
    top = int(shore if shore is not None else studio.below)
    if top >= canvas.height - 1:
        return
    rows = np.arange(top, canvas.height, dtype=np.float32)[:, None]
    drop = (rows - studio.horizon + 0.75) / np.float32(studio.focal)
    depth = np.minimum(np.float32(EYE) / drop, np.float32(900))
    aside = (canvas.columns - canvas.width / 2) / np.float32(studio.focal) * depth
    slope_x, slope_z = waves(aside, depth, studio.focal, calm, dice)
    up = canvas.rgb[:top]
    offset = rows - top
    lift = np.clip(slope_z, -0.5, 0.5) * np.float32(studio.focal * 0.55)
    source_y = np.clip(top - 1 - offset * np.float32(0.9) + lift * (0.3 + drop * 1.4), 0, top - 1).astype(np.int32)
    source_x = canvas.columns + slope_x * np.float32(studio.focal * 0.3)
    source_x = np.clip(source_x, 0, canvas.width - 1).astype(np.int32)
    mirror = up[source_y, source_x]
    facing = np.clip(np.sin(np.arctan(drop)) + slope_z * np.float32(0.9), 0.02, 1)
    fresnel = 0.04 + 0.96 * (1 - facing) ** 4.2
    body = palette.water * (np.float32(0.55) + np.clip(slope_z, -0.3, 0.4)[..., None] * np.float32(1.3))
    rgb = mix(body, mirror * np.float32(0.97), np.clip(fresnel, 0.1, 1)[..., None])
    rgb += glitter(studio, rows, drop, slope_x, slope_z, dice)[..., None] * palette.sun * palette.light
    far = np.exp(-(rows - top) / np.float32(canvas.unit * 0.03))[..., None] * np.float32(0.2)
    rgb = mix(rgb, palette.haze, far if shore is None else far * np.float32(0.5))
    canvas.rgb[top:] = rgb


def waves(x: Plane, z: Plane, focal: float, calm: float, dice: Dice) -> tuple[Plane, Plane]:
    """Slopes of a sea of many wave trains; trains too fine for a distance are left out there."""
    slope_x = np.zeros(np.broadcast_shapes(x.shape, z.shape), np.float32)
    slope_z = np.zeros_like(slope_x)
    wind = dice.uniform(-0.4, 0.4)
    footprint = z * z / np.float32(focal * EYE)
    table = dice.table(64)
    far = (z + x * 0).astype(np.float32)
    bends = [noise.fractal(x * np.float32(s), far * np.float32(s * 0.7), table, 2) * 9 for s in (0.17, 0.61)]
    gusts = 0.45 + 1.1 * noise.fractal(x * np.float32(0.33) + 11, far * np.float32(0.2), table, 2)
    for train in range(13):
        length = 9.0 * 0.8**train * dice.uniform(0.8, 1.25)
        turn = wind + dice.uniform(-0.5, 0.5)
        number = 2 * np.pi / length
        visible = np.exp(-((footprint * np.float32(number * 0.35)) ** 2))
        first = int(np.argmax(visible[:, 0] > 0.03))
        steep = np.float32((1 - calm) * 0.13 * (0.5 + 0.7 * dice.uniform()))
        kx, kz = np.float32(number * np.sin(turn)), np.float32(number * np.cos(turn))
        phase = x[first:] * kx + z[first:] * kz + np.float32(dice.uniform(0, 6.28))
        for bend in bends:
            phase += bend[first:] * np.float32(dice.uniform(-0.8, 0.8))
        part = np.cos(phase) * (visible[first:] * steep) * gusts[first:]
        slope_x[first:] += part * np.float32(np.sin(turn) + 0.25)
        slope_z[first:] += part * np.float32(np.cos(turn))
    # Ripples are too many to be drawn one by one: crests of noise, longer across the view than along it.
    near = np.exp(-((footprint * np.float32(1.6)) ** 2)) * gusts * np.float32(1 - calm)
    slope_z += (
        (noise.fractal(x * np.float32(1.5), far * np.float32(4.2), table, 6, 0.68) - 0.5) * near * np.float32(0.95)
    )
    slope_x += (
        (noise.fractal(x * np.float32(2.1) + 7, far * np.float32(3.6), table, 4, 0.66) - 0.5) * near * np.float32(0.5)
    )
    return slope_x, slope_z


def glitter(studio: Studio, rows: Plane, drop: Plane, slope_x: Plane, slope_z: Plane, dice: Dice) -> Plane:
    """The sun's path: facets that happen to mirror it, a sheen where they are too far to be seen."""
    strength = {"storm": 0.04, "overcast": 0.03, "dusk": 0.25, "night": 0.7, "day": 0.3}.get(studio.scene.light, 1.0)
    x, y = studio.sun
    canvas = studio.canvas
    column, row = (int(np.clip(at, 0, size - 1)) for at, size in ((x, canvas.width), (y, canvas.height)))
    if y > 0 and luma(canvas.rgb[row, column]) < 0.6:
        strength *= 0.2  # something stands before the light
    height = max((studio.horizon - y) / studio.focal, 0.0)
    spark = dice.normal(slope_x.shape)
    rough = np.float32(0.03) + ramp(0.25, 0.0, drop) * np.float32(0.075)
    away_x = (canvas.columns - np.float32(x)) / np.float32(studio.focal) + (slope_x + spark * rough) * np.float32(0.75)
    away_y = drop - np.float32(height) - (slope_z + spark * rough * np.float32(0.6)) * np.float32(1.9)
    core = np.exp(-((away_x / np.float32(0.034)) ** 2) - (away_y / np.float32(0.22)) ** 2)
    wide = np.exp(-((away_x / np.float32(0.15)) ** 2) - (away_y / np.float32(0.5)) ** 2)
    light: Plane = (core * np.float32(1.25) + wide * np.float32(0.2)) * np.float32(strength)
    return light + blur(np.clip(light, 0, 1), canvas.unit / 300) * np.float32(0.35)

"""A bunch of flowers in a vase, on a table before a quiet wall."""

from functools import partial

import numpy as np

from workers.engines.painter import noise
from workers.engines.painter.arrays import colour, ramp
from workers.engines.painter.canvas import blur
from workers.engines.painter.flowers import Head, heads
from workers.engines.painter.palette import named
from workers.engines.painter.studio import Step, Studio


def backdrop(studio: Studio) -> None:
    """A quiet wall with soft lights, and a table."""
    canvas, dice = studio.canvas, studio.dice.fork("backdrop")
    tint = (
        named(studio.scene.sky_colours[0])
        if studio.scene.sky_colours
        else dice.pick((colour(0.3, 0.36, 0.36), colour(0.42, 0.34, 0.3), colour(0.26, 0.28, 0.38)))
    )
    field = noise.clouds((canvas.height, canvas.width), 2.4, dice, 5)[..., None]
    away = canvas.distance(canvas.width * (0.5 + 0.2 * studio.sunward), canvas.height * 0.3)
    pool = np.exp(-((away / np.float32(canvas.unit * 0.75)) ** 2))[..., None]
    canvas.rgb[:] = tint * (0.3 + 0.45 * field) * (0.5 + 1.3 * pool)
    top = canvas.height * 0.84
    wood = noise.clouds((canvas.height * 6, canvas.width), 30, dice, 4)[::6][..., None]
    board = colour(0.36, 0.24, 0.16) * (0.5 + 0.8 * wood) * (0.6 + 0.7 * pool)
    canvas.over(ramp(0, 3, canvas.rows - np.float32(top)) + canvas.columns * 0, board.astype(np.float32))


def vase(studio: Studio) -> None:
    """A turned vase: its profile is a curve, its light that of a cylinder."""
    canvas, dice = studio.canvas, studio.dice.fork("vase")
    tall, top = canvas.height * 0.32, canvas.height * 0.6
    t = np.linspace(0, 1, round(tall), dtype=np.float32)[:, None]
    half = canvas.unit * (
        0.075 + 0.065 * np.clip(np.sin(np.clip(t * 1.12 + 0.06, 0, 1) * np.pi), 0, 1) ** 1.2 - 0.02 * t
    )
    side = round(canvas.unit * 0.34)
    u = (np.arange(side, dtype=np.float32)[None, :] - side / 2) / half
    glaze = dice.pick(
        (colour(0.2, 0.34, 0.46), colour(0.75, 0.7, 0.62), colour(0.2, 0.36, 0.3), colour(0.5, 0.22, 0.2))
    )
    lit = np.clip(0.35 + 0.75 * np.cos(np.arcsin(np.clip(u, -1, 1)) - 0.7 * studio.sunward), 0.1, 1.1)
    shine = np.exp(-(((u - 0.45 * studio.sunward) / 0.12) ** 2)) * np.exp(-(((t - 0.4) / 0.2) ** 2)) * 0.7
    rgb = glaze * (lit * (0.95 - 0.35 * t))[..., None] + shine[..., None]
    shadow = canvas.distance(canvas.width * 0.5 - studio.sunward * canvas.unit * 0.12, top + tall * 0.98, 3.2)
    canvas.over(ramp(canvas.unit * 0.26, 0, shadow) * np.float32(0.55), colour(0.04, 0.03, 0.03))
    canvas.over(ramp(1.0, 0.985, np.abs(u)), rgb.astype(np.float32), round(canvas.width / 2 - side / 2), round(top))


def bunch(studio: Studio, ring: int, blooms: list[Head] | None = None) -> None:
    """One ring of the bunch from the outside in, leaves first."""
    canvas, dice = studio.canvas, studio.dice.fork(f"bunch {ring}")
    flowers = heads(studio)
    count = (22, 13, 10, 6)[ring]
    far = (0.33, 0.29, 0.18, 0.07)[ring]
    for number in range(count):
        angle = 2 * np.pi * (number + dice.uniform(-0.3, 0.3)) / count
        x = canvas.width / 2 + np.cos(angle) * far * canvas.unit * dice.uniform(0.85, 1.12)
        y = canvas.height * 0.4 + np.sin(angle) * far * canvas.unit * 0.86 * dice.uniform(0.85, 1.1)
        lit = np.float32(0.62 + 0.4 * np.clip(np.cos(angle) * studio.sunward * 0.5 - np.sin(angle) * 0.6, -0.6, 1))
        if ring == 0:
            leaf(studio, x, y, angle, canvas.unit * dice.uniform(0.13, 0.2), lit)
            continue
        size = canvas.unit * (0.19 if ring > 1 else 0.15) * dice.uniform(0.85, 1.2)
        squash = 1 - 0.3 * far / 0.3 * dice.uniform(0.4, 1)
        cover, rgb = dice.pick(flowers).sized(round(size), round(size * squash))
        under = blur(cover, size / 9) * np.float32(0.5)
        canvas.over(under, colour(0.02, 0.03, 0.02), round(x - size / 2), round(y - size * squash / 2 + size * 0.06))
        canvas.over(cover, rgb * lit * np.float32(1.25), round(x - size / 2), round(y - size * squash / 2))


def leaf(studio: Studio, x: float, y: float, angle: float, size: float, lit: np.float32) -> None:
    side = round(size * 2)
    v, u = np.mgrid[-1 : 1 : side * 1j, -1 : 1 : side * 1j].astype(np.float32)
    along, across = u * np.cos(angle) + v * np.sin(angle), v * np.cos(angle) - u * np.sin(angle)
    width = 0.3 * np.clip(1 - along**2, 0, 1) ** 1.3 + 1e-4
    vein = 1 - 0.3 * np.exp(-((across / 0.02) ** 2)) - 0.1 * np.cos(along * 40 - np.abs(across) * 50) ** 8
    rgb = colour(0.16, 0.34, 0.14) * (vein * (0.75 + 0.9 * across / width * 0.35))[..., None] * lit * np.float32(1.3)
    studio.canvas.over(
        ramp(1.0, 0.94, np.abs(across) / width), rgb.astype(np.float32), round(x - size), round(y - size)
    )


def steps(studio: Studio) -> list[Step]:
    return [backdrop, vase, *(partial(bunch, ring=ring) for ring in range(4))]

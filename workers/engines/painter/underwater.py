"""Under the sea: light from above, sand, corals, weed, shoals and bubbles."""

from functools import partial

import numpy as np
from PIL import Image, ImageDraw

from workers.engines.painter import noise, trees
from workers.engines.painter.arrays import Colour, Plane, colour, gradient, mix, ramp
from workers.engines.painter.canvas import blur
from workers.engines.painter.dice import Dice
from workers.engines.painter.palette import named
from workers.engines.painter.studio import Step, Studio

REEF = (
    colour(0.95, 0.38, 0.4),
    colour(0.98, 0.62, 0.3),
    colour(0.72, 0.36, 0.82),
    colour(0.95, 0.8, 0.4),
    colour(0.95, 0.5, 0.68),
)


def waters(studio: Studio) -> tuple[Colour, Colour, Colour]:
    """Near the surface, in the middle, in the depth."""
    if studio.scene.place_colours:
        tint = named(studio.scene.place_colours[0])
        return mix(tint, colour(1, 1, 1), np.float32(0.45)), tint * np.float32(0.6), tint * np.float32(0.13)
    return colour(0.5, 0.9, 0.92), colour(0.06, 0.46, 0.64), colour(0.01, 0.1, 0.24)


def depths(studio: Studio) -> None:
    canvas, dice = studio.canvas, studio.dice.fork("depths")
    drift = noise.clouds((canvas.height, canvas.width), 2, dice, 3)
    away = canvas.distance(studio.canvas.width * (0.5 + 0.15 * studio.sunward), -canvas.height * 0.1, 1.0)
    t = np.clip(away / np.float32(canvas.height * 1.12) + (drift - 0.5) * 0.12, 0, 1)
    canvas.rgb[:] = gradient(np.stack(waters(studio)), t)


def rays(studio: Studio) -> None:
    """Shafts and the net of light on the surface."""
    canvas, dice = studio.canvas, studio.dice.fork("rays")
    x, y = canvas.width * (0.5 + 0.15 * studio.sunward), -canvas.height * 0.35
    angle = np.arctan2(canvas.columns - np.float32(x), canvas.rows - np.float32(y))
    table = noise.line(512, 40, dice, 3, 0.7)
    at = np.clip((angle + 1.6) * 160, 0, 510.9)
    beam = mix(table[at.astype(int)], table[at.astype(int) + 1], at - np.floor(at))
    fade = np.exp(-canvas.rows / np.float32(canvas.height * 0.42))
    canvas.add((ramp(0.45, 0.8, beam) * fade * np.float32(0.5)).astype(np.float32), colour(0.75, 1.0, 0.95))
    depth = np.float32(0.12) / (np.clip(canvas.rows / canvas.height, 0, 1) * 0.5 + np.float32(0.05))
    u, v = (canvas.columns / canvas.width - 0.5) * depth * 9, depth * 9 + canvas.columns * 0
    net = noise.fractal(u.astype(np.float32) + 20, v.astype(np.float32), dice.table(), 3, 0.5, ridged=True)
    canvas.add(
        ramp(0.45, 0.95, net) * np.exp(-canvas.rows / np.float32(canvas.height * 0.1)) * np.float32(0.9),
        colour(0.9, 1, 1),
    )


def seabed(studio: Studio, near: float) -> None:
    """Sand and rocks; `near` 0 is the far ridge, 1 the foreground."""
    canvas, dice = studio.canvas, studio.dice.fork(f"seabed {near}")
    _, middle, deep = waters(studio)
    floor = canvas.height * (0.7 + 0.17 * near) - canvas.height * 0.16 * (
        noise.line(canvas.width, 2.4, dice, 5, 0.45)[None, :] - 0.45
    )
    grains = noise.clouds((canvas.height, canvas.width), 46, dice, 5, 0.6)
    bright = mix(colour(0.86, 0.78, 0.58), middle, np.float32(0.5 - 0.3 * near)) * (0.45 + 0.75 * grains)[..., None]
    down = np.clip((canvas.rows - floor) / np.float32(canvas.height * 0.3), 0, 1)[..., None]
    net = noise.clouds((canvas.height, canvas.width), 18, dice, 2)
    bright = bright + (np.exp(-(((net - 0.5) / 0.03) ** 2)) * 0.16)[..., None]
    rgb = mix(bright, deep, down * np.float32(0.75))
    rgb = mix(rgb, middle, np.float32(0.66 * (1 - near)))
    canvas.over(ramp(0, 2.5, canvas.rows - floor), rgb.astype(np.float32))
    for _ in range(7 if near < 0.5 else 9):
        x = dice.uniform(-0.03, 1.03) * canvas.width
        if near > 0.5 and abs(x / canvas.width - 0.5) < 0.16:
            continue
        row = float(floor[0, int(np.clip(x, 0, canvas.width - 1))]) + canvas.height * 0.02
        growth = dice.pick((coral, coral, weed))(dice)
        tint = dice.pick(REEF) if growth.cover.width > 300 else colour(0.16, 0.5, 0.26)
        tall = canvas.height * dice.uniform(0.1, 0.2) * (0.55 + 0.75 * near)
        shade = mix(tint * np.float32(0.3), middle, np.float32(0.55 * (1 - near) + 0.1))
        lit = mix(tint * np.float32(1.15), middle, np.float32(0.6 * (1 - near)))
        trees.plant(studio, growth, x, row, tall, shade.astype(np.float32), lit.astype(np.float32), 0.0)


def coral(dice: Dice) -> trees.Sprite:
    """A fan of knobbly branches."""
    sketch = trees.Sketch(420, 400)

    def grow(x: float, y: float, angle: float, size: float, left: int) -> None:
        for _ in range(5):
            x, y = x + np.cos(angle) * size * 1.1, y + np.sin(angle) * size * 1.1
            sketch.blob(x, y, size, size, 0.25 + 0.6 * (1 - y / 400) + 0.1 * (5 - left) / 5)
            sketch.blob(x - size * 0.3, y - size * 0.3, size * 0.4, size * 0.4, 0.5 + 0.5 * (1 - y / 400))
        if left:
            for turn in (-1, 1):
                grow(x, y, angle + turn * dice.uniform(0.25, 0.6), size * 0.82, left - 1)

    for start in (-0.45, 0.1, 0.5):
        grow(210 + start * 60, 400, -np.pi / 2 + start, 17, 4)
    return sketch.done()


def weed(dice: Dice) -> trees.Sprite:
    """Ribbons that sway."""
    sketch = trees.Sketch(260, 460)
    for a, b, c, d in dice.random((11, 4)).tolist():
        x, tall = 60 + a * 140, 200 + b * 250
        ribbon = [
            (x + np.sin(t * 5 + c * 6) * 26 * t + (d - 0.5) * 90 * t, 460 - tall * t) for t in np.linspace(0, 1, 24)
        ]
        for step, (px, py) in enumerate(ribbon):
            sketch.blob(px, py, 9 * (1 - step / 26), 15, 0.2 + 0.75 * step / 24 * (0.6 + 0.4 * d))
    return sketch.done()


def shoal(studio: Studio, near: float) -> None:
    """Many small fish that swim one way."""
    canvas, dice = studio.canvas, studio.dice.fork(f"shoal {near}")
    image = Image.new("L", (canvas.width, canvas.height), 0)
    pen = ImageDraw.Draw(image)
    x, y, way = dice.uniform(0.2, 0.8), dice.uniform(0.2, 0.55), dice.side()
    for a, b, c in dice.normal((int(20 + 40 * (1 - near)), 3)).tolist():
        size = canvas.unit * (0.008 + 0.018 * near) * (1 + 0.2 * c)
        at_x, at_y = canvas.width * (x + a * 0.13), canvas.height * (y + b * 0.06)
        pen.ellipse((at_x - size, at_y - size * 0.4, at_x + size, at_y + size * 0.4), 255)
        tail = at_x - way * size * 0.8
        pen.polygon(
            [
                (tail, at_y),
                (tail - way * size * 0.7, at_y - size * 0.45),
                (tail - way * size * 0.7, at_y + size * 0.45),
            ],
            255,
        )
    mask: Plane = np.asarray(image, np.float32) / 255
    _, middle, deep = waters(studio)
    tint = mix(mix(deep, middle, np.float32(0.5)), dice.pick(REEF), np.float32(0.75 * near))
    canvas.over(blur(mask, canvas.unit / 1400) * np.float32(0.6 + 0.35 * near), tint.astype(np.float32))


def bubbles(studio: Studio) -> None:
    canvas, dice = studio.canvas, studio.dice.fork("bubbles")
    for a, b, c in dice.random((46, 3)).tolist():
        radius = canvas.unit * (0.003 + 0.011 * c**3)
        side = max(5, int(radius * 2.4))
        v, u = np.mgrid[-1.2 : 1.2 : side * 1j, -1.2 : 1.2 : side * 1j].astype(np.float32)
        away = np.hypot(u, v)
        shell = ramp(1.05, 0.95, away) * (0.08 + 0.6 * away**4) + np.exp(-((u + 0.4) ** 2 + (v + 0.4) ** 2) * 30)
        column = 0.2 + 0.6 * round(a) + 0.08 * (b - 0.5)
        canvas.add(
            shell.astype(np.float32) * np.float32(0.5),
            colour(0.85, 1, 1),
            int(column * canvas.width),
            int(b * canvas.height),
        )


def steps(studio: Studio) -> list[Step]:
    """Without shoals where the words count the fish."""
    far, close = ([] if studio.scene.counts("fish") else [partial(shoal, near=near)] for near in (0.15, 0.9))
    return [depths, rays, partial(seabed, near=0.0), *far, partial(seabed, near=1.0), *close, bubbles]

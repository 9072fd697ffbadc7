"""Pictures of nothing but colour, flow and light, for moods and for words the painter cannot place."""

from functools import partial

import numpy as np
from PIL import Image, ImageDraw

from workers.engines.painter import noise
from workers.engines.painter.arrays import Plane, colour, gradient, luma, mix, ramp
from workers.engines.painter.canvas import blur
from workers.engines.painter.dice import Dice
from workers.engines.painter.lexicon import COLOURS
from workers.engines.painter.palette import named
from workers.engines.painter.studio import Step, Studio

HARMONIES = (
    ("navy", "teal", "gold"),
    ("indigo", "magenta", "coral"),
    ("emerald", "teal", "yellow"),
    ("crimson", "orange", "gold"),
    ("purple", "blue", "teal"),
    ("navy", "coral", "white"),
    ("teal", "lavender", "pink"),
    ("black", "red", "gold"),
    ("brown", "gold", "white"),
    ("blue", "white", "coral"),
    ("emerald", "navy", "lavender"),
    ("magenta", "indigo", "yellow"),
)


def stops(studio: Studio) -> Plane:
    """From deep to bright through the prompt's colours, or through a harmony drawn for its words."""
    dice = studio.dice.fork("harmony")
    names = studio.scene.colours or dice.pick(HARMONIES)
    tints = [named(name) for name in names if name in COLOURS]
    if len(tints) == 1:
        tints = [tints[0] * np.float32(0.5), tints[0], mix(tints[0], colour(1, 0.95, 0.85), np.float32(0.45))]
    dark = mix(tints[0] * np.float32(0.16), colour(0.02, 0.02, 0.05), np.float32(0.3))
    ordered = sorted(tints, key=lambda tint: float(luma(tint)))
    bright = mix(ordered[-1], colour(1.0, 0.97, 0.9), np.float32(0.7))
    return np.stack([dark, *ordered, bright]).astype(np.float32)


def grid(studio: Studio) -> tuple[Plane, Plane]:
    canvas = studio.canvas
    x = (canvas.columns / canvas.unit + canvas.rows * 0).astype(np.float32)
    y = (canvas.rows / canvas.unit + canvas.columns * 0).astype(np.float32)
    return x, y


def marble(studio: Studio, bends: int) -> None:
    """Noise bent by noise, once more with each step; the last one is embossed."""
    dice = studio.dice.fork("marble")
    x, y = grid(studio)
    table, scale = dice.table(), np.float32(dice.uniform(1.5, 2.6))
    u, v = x * scale, y * scale
    again = np.zeros_like(u)
    if bends > 0:
        u, v = (
            u + (noise.fractal(u, v, table, 4) - 0.5) * 3.4,
            v + (noise.fractal(u + 31, v + 17, table, 4) - 0.5) * 3.4,
        )
    if bends > 1:
        again = noise.fractal(u + 5, v + 11, table, 4) - 0.5
        u, v = u + again * 2.6, v - again * 2.2
    flow = noise.fractal(u, v, table, 5, 0.52)
    thin = flow[::8, ::8]
    t = np.clip((flow - np.percentile(thin, 2)) / np.ptp(thin) * 1.08, 0, 1).astype(np.float32)
    rgb = gradient(stops(studio), t) * (0.7 + 0.75 * np.clip(again + 0.5, 0, 1))[..., None]
    studio.canvas.rgb[:] = rgb
    if bends > 2:
        relief(studio, rgb, t, 5.0)


def gilding(studio: Studio) -> None:
    """A few hair-thin bright veins."""
    dice = studio.dice.fork("gilding")
    x, y = grid(studio)
    field = noise.fractal(x * 1.7, y * 1.7, dice.table(), 5, 0.55)
    patch = ramp(0.45, 0.65, noise.fractal(x * 2.2 + 9, y * 2.2, dice.table(64), 2))
    vein = np.exp(-(((field - 0.5) / 0.0045) ** 2)) * patch
    studio.canvas.add((vein * 0.55).astype(np.float32), stops(studio)[-1])


def relief(studio: Studio, rgb: Plane, height: Plane, depth: float) -> None:
    """Light the bumps of `height` and give their crests a sheen."""
    soft = blur(height, studio.canvas.unit / 500)
    down, across = np.gradient(soft * np.float32(studio.canvas.unit / 40 * depth))
    size = np.sqrt(1 + down**2 + across**2)
    lit = (0.9 - across * 0.55 - down * 0.7) / size
    shine = np.clip((1.0 - across * 0.6 - down * 0.8) / (size * 1.41), 0, 1) ** 22
    studio.canvas.rgb[:] = rgb * np.clip(0.55 + 0.5 * lit, 0.2, 1.5)[..., None] + shine[..., None] * np.float32(0.35)


def silk(studio: Studio, fold: int) -> None:
    """One veil of many: a bright edge, a body that fades, folds drawn along it."""
    canvas, dice = studio.canvas, studio.dice.fork(f"silk {fold}")
    table = stops(studio)
    if fold == 0:
        t = (canvas.rows / canvas.height * 0.35 + canvas.columns / canvas.width * 0.12).astype(np.float32)
        canvas.rgb[:] = gradient(table, t)
    x = canvas.columns / canvas.width
    lean = dice.uniform(-0.5, 0.5)
    edge = 0.12 + 0.11 * fold + lean * (x - 0.5) + 0.34 * (noise.line(canvas.width, 1.6, dice, 2)[None, :] - 0.5)
    body = canvas.rows / canvas.height - edge
    swell = noise.line(canvas.width, 2.4, dice, 2)[None, :]
    pleat = np.sin((body * dice.uniform(16, 34) + swell * 11) * (0.5 + swell)) * 0.5 + 0.5
    tone = table[1 + int(dice.uniform() * (len(table) - 2))]
    bright = mix(tone, table[-1], (pleat**3 * 0.75)[..., None])
    rgb = mix(tone * np.float32(0.25), bright, (0.25 + 0.75 * pleat)[..., None])
    fade = np.exp(-np.clip(body, 0, None) * 3.0)
    canvas.over((ramp(-0.001, 0.002, body) * fade * np.float32(0.88)).astype(np.float32), rgb.astype(np.float32))
    canvas.add(
        (np.exp(-np.abs(body) * 130) * ramp(-0.004, 0.001, body) * np.float32(0.5)).astype(np.float32), table[-1]
    )


def orbs(studio: Studio, layer: int) -> None:
    """Soft discs of light, the near ones larger and sharper."""
    canvas, dice = studio.canvas, studio.dice.fork(f"orbs {layer}")
    table = stops(studio)
    if layer == 0:
        field = noise.clouds((canvas.height, canvas.width), 2.0, dice.fork("ground"), 4)
        canvas.rgb[:] = gradient(table, np.clip(noise.contrast(field, 1.5) * 0.62, 0, 1)) * np.float32(0.8)
    for _ in range(9 + layer * 3):
        radius = canvas.unit * dice.uniform(0.02, 0.05 + 0.05 * layer)
        tint = table[1 + int(dice.uniform() * (len(table) - 1))]
        x, y = dice.uniform(-0.05, 1.05) * canvas.width, dice.uniform(-0.05, 1.05) * canvas.height
        side = int(radius * 2.6)
        v, u = np.mgrid[-1.3 : 1.3 : side * 1j, -1.3 : 1.3 : side * 1j].astype(np.float32)
        away = np.hypot(u, v)
        soft = 0.3 / (1 + layer)
        disc = ramp(1 + soft * 0.5, 1 - soft, away) * (0.3 + 0.45 * away**3)
        canvas.add(
            disc.astype(np.float32) * np.float32(0.27), tint.astype(np.float32), int(x - side / 2), int(y - side / 2)
        )


def facets(studio: Studio, layer: int) -> None:
    """Overlapping plane figures with grain and soft shadows, in the manner of a poster."""
    canvas, dice = studio.canvas, studio.dice.fork(f"facets {layer}")
    table = stops(studio)
    if layer == 0:
        canvas.rgb[:] = table[-1] * (0.93 + 0.06 * noise.clouds((canvas.height, canvas.width), 60, dice, 4))[..., None]
    for _ in range(4):
        image = Image.new("L", (canvas.width, canvas.height), 0)
        figure(ImageDraw.Draw(image), canvas.width, canvas.height, dice)
        mask = np.asarray(image, np.float32) / 255
        drop = np.roll(blur(mask, canvas.unit / 60), (canvas.unit // 90, canvas.unit // 120), (0, 1))
        canvas.over(drop * np.float32(0.35), table[0])
        tint = table[int(dice.uniform() * (len(table) - 1))]
        shade = 0.82 + 0.3 * (canvas.columns / canvas.width * dice.uniform(-1, 1) + canvas.rows / canvas.height * 0.5)
        canvas.over(mask * np.float32(0.94), (tint * shade[..., None]).astype(np.float32))


def figure(pen: ImageDraw.ImageDraw, width: int, height: int, dice: Dice) -> None:
    unit = min(width, height)
    x, y, size = dice.uniform(0.1, 0.9) * width, dice.uniform(0.1, 0.9) * height, unit * dice.uniform(0.08, 0.3)
    kind = dice.integer(0, 4)
    if kind == 0:
        pen.ellipse((x - size, y - size, x + size, y + size), 255)
    elif kind == 1:
        pen.arc(
            (x - size, y - size, x + size, y + size), dice.uniform(0, 360), dice.uniform(360, 600), 255, int(size * 0.3)
        )
    elif kind == 2:
        pen.pieslice((x - size, y - size, x + size, y + size), dice.integer(0, 3) * 90, dice.integer(4, 6) * 90, 255)
    else:
        turn, sides = dice.uniform(0, 6.28), kind  # three or four corners
        long = 1.0 if sides == 3 else dice.uniform(0.2, 1.4)
        angles = [turn + 6.283 * n / sides for n in range(sides)]
        pen.polygon([(x + np.cos(a) * size * long, y + np.sin(a) * size / long) for a in angles], 255)


def strokes(studio: Studio, layer: int) -> None:
    """Brush strokes that follow a stream; broad and dark ones first, then fine and bright ones."""
    canvas, dice = studio.canvas, studio.dice.fork(f"strokes {layer}")
    table = stops(studio)
    if layer == 0:
        canvas.rgb[:] = table[0]
    image = Image.new("RGB", (canvas.width, canvas.height))
    cover = Image.new("L", image.size)
    pen, mask = ImageDraw.Draw(image), ImageDraw.Draw(cover)
    turns = noise.clouds((64, 64), 2.2, studio.dice.fork("stream"), 3) * 13
    broad = canvas.unit * (0.034, 0.018, 0.009, 0.0045)[layer]
    for a, b, c, d in dice.random(((90, 200, 300, 340)[layer], 4)).tolist():
        points, x, y = [], a * 1.1 - 0.05, b * 1.1 - 0.05
        for _ in range(14 + int(c * 16)):
            points.append((x * canvas.width, y * canvas.height))
            angle = float(turns[int(np.clip(y, 0, 0.99) * 64), int(np.clip(x, 0, 0.99) * 64)])
            x, y = x + np.cos(angle) * 0.011, y + np.sin(angle) * 0.011
        at = np.array([[np.clip(0.12 + 0.22 * layer + (d - 0.5) * 0.5, 0, 1)]], np.float32)
        tint = gradient(table, at)[0, 0] * np.float32(0.85 + 0.3 * c)
        pen.line(points, tuple(int(min(1.0, float(n)) * 255) for n in tint), max(1, int(broad * (0.5 + c))), "curve")
        mask.line(points, 255, max(1, int(broad * (0.5 + c))), "curve")
    bristle = noise.clouds((canvas.height, canvas.width), canvas.unit / 7, dice.fork("bristle"), 2)
    paint = np.asarray(image, np.float32) / 255 * (0.78 + 0.44 * bristle)[..., None]
    canvas.over(np.asarray(cover, np.float32) / 255 * np.float32(0.93), paint.astype(np.float32))


def vignette_light(studio: Studio) -> None:
    """A pool of light off the middle, which gives even a pattern a place to look at."""
    dice, canvas = studio.dice.fork("pool"), studio.canvas
    x, y = canvas.width * dice.uniform(0.25, 0.75), canvas.height * dice.uniform(0.2, 0.6)
    pool = np.exp(-((canvas.distance(x, y) / np.float32(canvas.unit * 0.55)) ** 2))
    canvas.rgb *= (0.72 + 0.5 * pool)[..., None]


def steps(studio: Studio) -> list[Step]:
    """One manner of several, drawn for the words; figures where geometry is asked for."""
    layers: dict[str, list[Step]] = {
        "silk": [partial(silk, fold=fold) for fold in range(7)],
        "orbs": [partial(orbs, layer=layer) for layer in range(5)],
        "facets": [partial(facets, layer=layer) for layer in range(4)],
        "strokes": [partial(strokes, layer=layer) for layer in range(4)],
        "marble": [*(partial(marble, bends=bends) for bends in (0, 1, 3)), gilding],
    }
    manner = studio.dice.fork("manner").pick(("marble", "marble", "silk", "silk", "orbs", "strokes", "facets"))
    if studio.scene.has("geometry"):
        manner = "facets"
    return [*layers[manner], vignette_light]

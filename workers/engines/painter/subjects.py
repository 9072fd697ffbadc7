"""Puts animals, people, houses and vessels into the scene, in its light."""

import numpy as np

from workers.engines.painter import noise, trees
from workers.engines.painter.animals import ANIMALS
from workers.engines.painter.arrays import colour, mix, ramp
from workers.engines.painter.canvas import blur
from workers.engines.painter.dice import Dice
from workers.engines.painter.drawing import MARGIN, Drawing, draw
from workers.engines.painter.forest import leaf_colours, shadow
from workers.engines.painter.outline import Outline
from workers.engines.painter.people import PEOPLE, SIZE, somebody
from workers.engines.painter.standing import (
    AFLOAT,
    BASED,
    BRIDGES,
    FAR,
    FLYING,
    Place,
    beside,
    columns,
    ground,
    spot,
    spread,
)
from workers.engines.painter.studio import Studio
from workers.engines.painter.things import THINGS
from workers.engines.painter.wings_and_fins import WINGS_AND_FINS
from workers.engines.painter.words import WATERS, Subject

OUTLINES = {**ANIMALS, **WINGS_AND_FINS, **PEOPLE, **THINGS}
NEIGHBOUR = 0.4  # from one to the next who stands beside, in heights
SUNK = {"whale": 0.36, "turtle": 0.3}  # what share of its box lies under the water of a sea
FLOCKS = {
    "bird": 7,
    "balloon": 4,
    "fish": 5,
    "butterfly": 5,
    "penguin": 4,
    "dolphin": 2,
    "boat": 3,
    "deer": 2,
    "house": 6,
}


def paint(studio: Studio, subject: Subject, number: int) -> None:
    """One subject, as many as the words say, or a few; the first of a few stands where the eye goes, the others beside
    it."""
    if subject.kind == "tree":
        lone_trees(studio, subject.count, number)
        return
    first = x, foot, size = spot(studio, subject.kind, OUTLINES[subject.kind].size, number)
    if subject.looks:
        company(studio, subject, first, number)
        return
    if subject.count and subject.kind not in BRIDGES:
        for one in spread(studio, subject.kind, first, subject.count, number):
            place(studio, subject, *one)
        return
    dice = studio.dice.fork(f"flock {number}")
    others = FLOCKS.get(subject.kind, 2) - 1 if subject.many else 0
    for _ in range(others):
        far = dice.uniform(0.3, 0.7)
        away = dice.side() * dice.uniform(0.14, 0.42) * studio.canvas.width
        up = dice.uniform(-0.7, 0.5) * size if subject.kind in FLYING or studio.scene.place == "underwater" else 0.0
        row = foot + up if up else beside(studio, x + away, foot, far)
        place(studio, subject, x + away, row, size * far)
    place(studio, subject, x, foot, size)


def company(studio: Studio, subject: Subject, first: Place, number: int) -> None:
    """People side by side, the first of them under the umbrella, if there is one; farthest first."""
    x, foot, size = first
    dice = studio.dice.fork(f"company {number}")
    outlines = [
        somebody(look, dice.fork(f"one {at}"), umbrella=subject.kind == "umbrella" and at == 0)
        for at, look in enumerate(subject.looks)
    ]
    usual, count = OUTLINES[subject.kind].size, len(outlines)
    step = size * NEIGHBOUR * (SIZE / usual)
    half = (count - 1) * step / 2
    middle = min(max(x, half + step), studio.canvas.width - half - step) if count > 1 else x
    people = [
        (dice.uniform(0.9, 1.0) if at else 1.0, middle + (at - (count - 1) / 2) * step, outline)
        for at, outline in enumerate(outlines)
    ]
    for far, column, outline in sorted(people, key=lambda one: one[0]):
        row = beside(studio, column, foot, far) if count > 1 else foot
        place(studio, subject, column, row, size * far * outline.size / usual, outline)


def place(studio: Studio, subject: Subject, x: float, foot: float, size: float, outline: Outline | None = None) -> None:
    """Draw it with its shadow, reflection, glow and the grass at its feet."""
    canvas, kind = studio.canvas, subject.kind
    inward = x < canvas.width / 2
    drawing = draw(studio, outline or OUTLINES[kind], subject, size, mirrored=not inward)
    wet = studio.scene.place in WATERS - {"underwater", "beach", "river"}
    if wet and kind in SUNK:
        drawing, foot = sunk(drawing, SUNK[kind]), foot + size * SUNK[kind]
    elif wet and kind not in AFLOAT | FLYING | BASED:
        rock(studio, x, foot, size)
    left, top = round(x - drawing.cover.shape[1] / 2), round(foot - size * (1 + MARGIN / 100))
    floating = kind in AFLOAT | BASED and studio.scene.place in WATERS - {"underwater"}
    if floating and studio.scene.light != "storm":
        reflection(studio, drawing, left, foot, size)
    elif kind not in AFLOAT | FLYING and studio.scene.place not in ("space", "underwater", "bouquet", "abstract"):
        shadow(studio, x, foot, size * 0.42, 0.6)
    canvas.over(drawing.cover, drawing.rgb, left, top)
    glow(studio, drawing, left, top, size)
    if floating and studio.scene.light == "storm":
        spray(studio, x, foot, size)
    if studio.scene.place in ("meadow", "hills", "forest") and kind not in FAR | FLYING | AFLOAT:
        tufts(studio, x, foot, size)


def sunk(drawing: Drawing, share: float) -> Drawing:
    """Only what is above the water."""
    side = len(drawing.cover)
    line = side * (100 + MARGIN - 100 * share) / (100 + 2 * MARGIN)
    dry = ramp(line + 1.5, line - 1.5, np.arange(side, dtype=np.float32)[:, None])
    return Drawing(drawing.cover * dry, drawing.rgb, drawing.shine * dry)


def rock(studio: Studio, x: float, foot: float, size: float) -> None:
    """Something to stand on in the water."""
    rows, columns = round(size * 0.42), round(size * 1.5)
    v, u = np.mgrid[0 : 1 : rows * 1j, -1 : 1 : columns * 1j].astype(np.float32)
    crag = noise.clouds((rows, columns), 9, studio.dice.fork("rock"), 5, 0.55)
    cover = ramp(0.0, 0.05, 1 - np.abs(u) ** 2.2 - (1 - v) ** 3 + (crag - 0.5) * 0.35) * ramp(1.0, 0.9, v)
    lit = np.clip(0.75 - v * 0.6 + u * studio.sunward * 0.3 + (crag - 0.5) * 1.4, 0, 1)
    stone = colour(0.5, 0.47, 0.44) * mix(studio.palette.dark, studio.palette.light, lit[..., None])
    studio.canvas.over(cover, stone, round(x - columns / 2), round(foot - rows * 0.16))


def spray(studio: Studio, x: float, foot: float, size: float) -> None:
    """Foam where a rough sea breaks on it."""
    rows, columns = round(size * 0.34), round(size * 1.5)
    v, u = np.mgrid[-1 : 1 : rows * 1j, -1 : 1 : columns * 1j].astype(np.float32)
    lather = noise.clouds((rows, columns), 14, studio.dice.fork("spray"), 5, 0.65)
    cover = ramp(0.25, 0.62, (1 - np.hypot(u, v)) * 0.7 + (lather - 0.5) * 1.1)
    tone = mix(studio.palette.shade, studio.palette.light, np.float32(0.6)) * np.float32(1.05)
    studio.canvas.over(cover * np.float32(0.9), tone, round(x - columns / 2), round(foot - rows * 0.55))


def glow(studio: Studio, drawing: Drawing, left: int, top: int, size: float) -> None:
    """Lit windows and flames shine into the dark."""
    if studio.scene.light in ("night", "dusk", "storm", "sunset") and drawing.shine.max() > 0:
        halo = blur(drawing.shine, size / 12) * np.float32(0.9)
        studio.canvas.add(halo, colour(1.0, 0.62, 0.26), left, top)


def reflection(studio: Studio, drawing: Drawing, left: int, foot: float, size: float) -> None:
    """The subject upside down under its waterline, drawn out and torn by the waves."""
    canvas = studio.canvas
    rows = np.arange(round(size), dtype=np.float32)
    wobble = noise.line(len(rows), 26, studio.dice.fork("wobble"), 3) - 0.5
    line = drawing.cover.shape[0] * (1 + MARGIN / 100) / (1 + 2 * MARGIN / 100)
    source = np.clip(line - 1 - rows * 1.15, 0, drawing.cover.shape[0] - 1).astype(int)
    cover, rgb = drawing.cover[source], drawing.rgb[source]
    for row, shift in enumerate((wobble * (2 + rows * 0.07)).astype(int).tolist()):
        cover[row], rgb[row] = np.roll(cover[row], shift), np.roll(rgb[row], shift, axis=0)
    fade = (np.exp(-rows / np.float32(size * 0.42)) * np.float32(0.62))[:, None]
    canvas.over(cover * fade, mix(rgb, studio.palette.water, np.float32(0.35)), left, round(foot))
    wide = round(size * 0.9)
    foam = ramp(1, 0, np.abs(np.linspace(-1, 1, wide, dtype=np.float32)))[None, :] * np.float32(0.3)
    canvas.over(
        np.repeat(foam, max(1, round(size / 90)), 0),
        studio.palette.light,
        round(left + drawing.cover.shape[1] / 2 - wide / 2),
        round(foot),
    )


def tufts(studio: Studio, x: float, foot: float, size: float) -> None:
    """Grass before the feet, so that nothing floats."""
    deep, bright = leaf_colours(studio, studio.dice.fork("tufts"))
    dice = studio.dice.fork("blades")
    sketch = trees.Sketch(max(8, round(size * 1.3)), max(6, round(size * 0.22)))
    wide, tall = sketch.cover.size
    for a, b, c, d in dice.random((110, 4)).tolist():
        root, high = a * wide, tall * (0.2 + 0.65 * b) * (1 - abs(a - 0.5) * 1.6)
        sketch.shape(
            [(root - 1, tall), (root + (c - 0.5) * high, tall - max(high, 1)), (root + 1, tall)], 0.3 + 0.6 * d
        )
    trees.plant(studio, sketch.done(), x, foot + size * 0.035, tall, deep, bright, 0.05)


def lone_trees(studio: Studio, count: int, number: int) -> None:
    """One great tree of the season, or as many as are counted, and its shadow."""
    canvas, dice = studio.canvas, studio.dice.fork(f"lone tree {number}")
    if count < 2:
        x = canvas.width * (0.5 - 0.17 * np.sign(studio.sunward) * (1 if number == 0 else -1))
        lone_tree(studio, dice, x, 0.4, canvas.unit)
        return
    share, middles = columns(studio, "tree", count, number, dice)
    rows = [0.4, *(dice.uniform(0.28, 0.46) for _ in middles[1:])]
    for at, row in sorted(enumerate(rows), key=lambda one: one[1]):
        lone_tree(studio, dice.fork(f"tree {at}"), middles[at], row, min(canvas.unit * (0.6 + row), share * 2.1))


def lone_tree(studio: Studio, dice: Dice, x: float, share: float, room: float) -> None:
    """As tall as about half of its room, so far down from the horizon."""
    bare = studio.scene.has("snow") or studio.scene.light == "storm"
    sprite = (trees.bare if bare else trees.broadleaf)(dice, studio.sunward)
    deep, bright = leaf_colours(studio, dice)
    row, height = ground(studio, x, share), room * dice.uniform(0.46, 0.56)
    shadow(studio, x, row, height * 0.5, 0.6)
    trees.plant(studio, sprite, x, row + height * 0.02, height, deep, deep if bare else bright, 0.04)

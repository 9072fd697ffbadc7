"""Puts animals, people, houses and vessels into the scene, in its light."""

from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw

from workers.engines.painter import noise, trees
from workers.engines.painter.animals import ANIMALS
from workers.engines.painter.arrays import Colour, Picture, Plane, colour, mix, ramp
from workers.engines.painter.canvas import blur
from workers.engines.painter.forest import leaf_colours, shadow
from workers.engines.painter.outline import SHARED, SHINING, Outline
from workers.engines.painter.palette import named
from workers.engines.painter.studio import Studio
from workers.engines.painter.things import THINGS
from workers.engines.painter.words import WATERS, Subject

OUTLINES = {**ANIMALS, **THINGS}
AFLOAT = frozenset(("boat", "ship", "whale", "dolphin"))
FLYING = frozenset(("bird", "balloon", "dragon", "butterfly", "rocket"))
FAR = frozenset(("castle", "lighthouse", "house", "windmill", "bridge"))
BACKLIT = {"sunset": 0.5, "dawn": 0.34, "dusk": 0.5, "night": 0.62, "storm": 0.4, "overcast": 0.2, "day": 0.06}
MARGIN = 50  # the drawing reaches this far beyond the outline's box on every side


@dataclass(frozen=True, slots=True)
class Drawing:
    """A subject at its size in the picture, its box's foot in the middle of the lower edge."""

    cover: Plane
    rgb: Picture
    shine: Plane


def paint(studio: Studio, subject: Subject, number: int) -> None:
    """One subject; the first stands where the eye goes, the others beside it."""
    canvas = studio.canvas
    if subject.kind == "tree":
        lone_tree(studio, number)
        return
    outline = OUTLINES[subject.kind]
    x, foot, size = spot(studio, subject.kind, outline.size, number)
    turned = (x < canvas.width / 2) == (subject.kind in AFLOAT | FLYING)
    drawing = draw(studio, outline, subject, size, mirrored=not turned if number == 0 else turned)
    left, top = round(x - drawing.cover.shape[1] / 2), round(foot - size * (1 + MARGIN / 100))
    if studio.scene.place in WATERS and subject.kind in AFLOAT | {"lighthouse", "bridge", "castle"}:
        reflection(studio, drawing, left, foot, size)
    elif subject.kind not in AFLOAT | FLYING and studio.scene.place not in ("space", "underwater", "bouquet"):
        shadow(studio, x, foot, size * 0.42, 0.6)
    canvas.over(drawing.cover, drawing.rgb, left, top)
    glow(studio, drawing, left, top, size)
    if studio.scene.place in ("meadow", "hills", "forest") and subject.kind not in FAR | FLYING | AFLOAT:
        tufts(studio, x, foot, size)


def spot(studio: Studio, kind: str, size: float, number: int) -> tuple[float, float, float]:
    """Column, row of the feet, height in pixels."""
    canvas, dice = studio.canvas, studio.dice.fork(f"spot {kind} {number}")
    side = -np.sign(studio.sunward) * (1 if number % 2 == 0 else -1)
    x = canvas.width * (0.5 + side * (dice.uniform(0.06, 0.15) + 0.12 * (number > 0)))
    deep = canvas.height - studio.horizon
    tall = canvas.unit * size * dice.uniform(0.95, 1.15) * (1.0 if number == 0 else 0.7)
    if studio.scene.place in ("space", "underwater", "abstract"):
        return x, canvas.height * dice.uniform(0.56, 0.66) + tall * 0.3, tall * 1.25
    if kind in FLYING:
        return x, studio.horizon * dice.uniform(0.5, 0.66) + tall * 0.2, tall
    if kind == "bridge":
        return canvas.width / 2, studio.horizon + deep * 0.14, canvas.unit * 0.42
    if kind in AFLOAT:
        return x, studio.horizon + deep * dice.uniform(0.2, 0.3), tall
    if kind in FAR:
        return x, ground(studio, x, 0.16 if studio.scene.place in WATERS else 0.3), tall
    return x, ground(studio, x, dice.uniform(0.56, 0.68)), tall * 1.15


def ground(studio: Studio, x: float, share: float) -> float:
    """The row of the land a share of the way from the horizon to the lower edge."""
    row = studio.horizon + (studio.canvas.height - studio.horizon) * share
    if studio.floor is None:
        return row
    depth = (studio.canvas.height - studio.horizon) / max(row - studio.horizon, 1)
    return float(np.clip(studio.floor(x, depth), studio.horizon * 0.9, studio.canvas.height * 0.95))


def draw(studio: Studio, outline: Outline, subject: Subject, size: float, mirrored: bool) -> Drawing:
    """Rasterise at twice the size, then round the body by a light from the sun's side."""
    scale = size / 100
    side = max(8, round(size * (100 + 2 * MARGIN) / 100))
    paint_image, cover_image, shine_image = (Image.new(mode, (side * 2, side * 2)) for mode in ("RGB", "L", "L"))
    pens = [ImageDraw.Draw(image) for image in (paint_image, cover_image, shine_image)]
    tones = {**SHARED, **outline.colours}
    if subject.colour:
        tones["main"] = rgb_of(named(subject.colour))
        tones["dark"] = rgb_of(named(subject.colour) * np.float32(0.62)) if "roof" not in tones else tones["dark"]
    for part in outline.parts:
        spots = [((x + MARGIN) * scale * 2, (y + MARGIN) * scale * 2) for x, y in part.points]
        for pen, fill in zip(pens, (tones[part.paint], 255, 255 if part.paint in SHINING else 0), strict=True):
            if part.kind == "line":
                pen.line(spots, fill, max(1, round(part.width * scale * 2)), "curve")
            else:
                pen.polygon(spots, fill)
    planes = []
    for image in (paint_image, cover_image, shine_image):
        turned = image.transpose(Image.Transpose.FLIP_LEFT_RIGHT) if mirrored else image
        planes.append(np.asarray(turned.resize((side, side), Image.Resampling.BOX), np.float32) / np.float32(255))
    base, cover, shine = planes
    base = base / np.maximum(cover, np.float32(0.02))[..., None]
    return Drawing(cover, lit(studio, base, cover, shine, size), shine)


def lit(studio: Studio, base: Picture, cover: Plane, shine: Plane, size: float) -> Picture:
    palette, light = studio.palette, studio.scene.light
    height = blur(cover, size / 14) * np.float32(0.6) + blur(cover, size / 34) * np.float32(0.4)
    height = height * np.float32(size * 0.16)
    down, across = np.gradient(height, axis=0), np.gradient(height, axis=1)
    sun = studio.sunward / abs(studio.sunward)
    facing: Plane = np.clip(0.6 - across * sun * 0.9 - down * 0.8, 0, 1)
    fur = noise.clouds((len(cover), len(cover)), size / 3, studio.dice.fork("fur"), 2)
    body: Picture = (
        base * mix(palette.shade, palette.light, facing[..., None]) * (0.82 + 0.34 * fur)[..., None] * np.float32(1.2)
    )
    away = BACKLIT[light]
    body = mix(body, palette.dark + base * palette.shade * np.float32(0.34), away)
    shift = (max(1, round(size / 90)), -round(sun * max(1, size / 70)))
    rim: Plane = np.clip(cover - np.roll(cover, shift, (0, 1)), 0, 1)
    body = body + blur(rim, max(0.5, size / 200))[..., None] * palette.light * np.float32(
        0.25 + 0.9 * away * palette.strength
    )
    bright = colour(1.5, 1.1, 0.55) if light in ("night", "dusk", "storm", "sunset") else base * np.float32(0.75)
    result: Picture = mix(body, bright, shine[..., None]).astype(np.float32)
    return result


def rgb_of(tone: Colour) -> tuple[int, int, int]:
    red, green, blue = (int(min(max(float(channel), 0), 1) * 255) for channel in tone)
    return red, green, blue


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


def lone_tree(studio: Studio, number: int) -> None:
    """One great tree of the season, and its shadow."""
    canvas, dice = studio.canvas, studio.dice.fork(f"lone tree {number}")
    bare = studio.scene.has("snow") or studio.scene.light == "storm"
    sprite = (trees.bare if bare else trees.broadleaf)(dice, studio.sunward)
    deep, bright = leaf_colours(studio, dice)
    x = canvas.width * (0.5 - 0.17 * np.sign(studio.sunward) * (1 if number == 0 else -1))
    row, height = ground(studio, x, 0.4), canvas.unit * dice.uniform(0.46, 0.56)
    shadow(studio, x, row, height * 0.5, 0.6)
    trees.plant(studio, sprite, x, row + height * 0.02, height, deep, deep if bare else bright, 0.04)

"""Flowers: heads of several kinds, a meadow of them, rows of lavender."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
from PIL import Image

from workers.engines.painter import noise
from workers.engines.painter.arrays import Colour, Picture, Plane, colour, mix, ramp
from workers.engines.painter.canvas import blur
from workers.engines.painter.dice import Dice
from workers.engines.painter.forest import LIT
from workers.engines.painter.palette import named
from workers.engines.painter.studio import Step, Studio

SIDE = 220
KINDS = {
    # petals, layers, width of a petal, how far the heart reaches, petal colours, heart colours
    "daisy": (21, 1, 0.62, 0.27, ("white",), ("gold",)),
    "sunflower": (24, 2, 0.72, 0.42, ("yellow", "gold"), ("brown",)),
    "poppy": (5, 2, 1.25, 0.13, ("red", "orange"), ("black",)),
    "tulip": (6, 2, 1.05, 0.1, ("red", "yellow", "pink", "purple"), ("yellow",)),
    "rose": (7, 5, 1.2, 0.0, ("crimson", "pink", "coral"), ("crimson",)),
    "bell": (6, 1, 0.8, 0.14, ("purple", "blue", "lavender"), ("yellow",)),
    "cosmos": (8, 1, 0.95, 0.17, ("pink", "magenta", "white"), ("gold",)),
}

CUP = ((-0.42, -0.72, 0.46, 0.86), (0.42, -0.74, 0.46, 0.92), (0.0, -0.6, 0.5, 1.08))  # lean, tip, width, brightness


@dataclass(frozen=True, slots=True)
class Head:
    cover: Image.Image
    rgb: Image.Image

    def sized(self, width: int, height: int) -> tuple[Plane, Picture]:
        size = (max(2, width), max(2, height))
        planes = [
            np.asarray(image.resize(size, Image.Resampling.BOX), np.float32) / 255 for image in (self.cover, self.rgb)
        ]
        return planes[0], planes[1]


def head(kind: str, tint: Colour, dice: Dice) -> Head:
    """A flower seen from above: layers of petals, each shaded along its length, and a seeded heart."""
    petals, layers, wide, heart, _, hearts = KINDS[kind]
    v, u = np.mgrid[-1 : 1 : SIDE * 1j, -1 : 1 : SIDE * 1j].astype(np.float32)
    away, angle = np.hypot(u, v), np.arctan2(v, u)
    cover, rgb = np.zeros((SIDE, SIDE), np.float32), np.zeros((SIDE, SIDE, 3), np.float32)
    for layer in range(layers):
        reach = 0.97 * (1 - 0.8 * layer / layers) if layers > 2 else 0.97 - 0.14 * layer
        turn = angle * petals / (2 * np.pi) + 0.5 * layer + dice.uniform()
        number = np.floor(turn).astype(int) % petals
        part = (turn - np.floor(turn)) * 2 - 1
        sizes = 0.86 + 0.14 * dice.random(petals)
        edge = reach * sizes[number] * np.clip(1 - np.abs(part) ** (2.6 * wide + 0.6), 0, 1) ** 0.42
        edge *= 1 + 0.03 * np.sin(part * 9 + number)
        mask = ramp(edge + 0.012, edge - 0.012, away)
        t = np.clip(away / reach, 0, 1)
        rib = 1 - 0.2 * np.exp(-((part * 5) ** 2)) - 0.06 * np.cos(part * 26) ** 2
        shade = (0.42 + 0.66 * t) * rib * (0.84 + 0.26 * dice.random(petals)[number]) * (1 - 0.35 * np.abs(part) ** 3)
        body = tint * shade[..., None] + (0.16 * t**3 * rib)[..., None]
        rgb = mix(rgb * (1 - 0.35 * ramp(edge + 0.1, edge, away))[..., None], body, mask[..., None])
        cover = np.maximum(cover, mask)
    if heart:
        seeds = 0.6 + 0.55 * noise.clouds((SIDE, SIDE), 44, dice, 2)
        core = named(hearts[0]) * (seeds * (1.15 - 0.75 * away / heart))[..., None]
        rgb = mix(rgb, core, ramp(heart + 0.02, heart - 0.02, away)[..., None])
    return Head(byte_image(cover), byte_image(rgb))


def cup(tint: Colour, dice: Dice) -> Head:
    """A tulip seen from aside: five petals around a cup, the middle one before the others."""
    v, u = np.mgrid[-1 : 1 : SIDE * 1j, -1 : 1 : SIDE * 1j].astype(np.float32)
    cover, rgb = np.zeros((SIDE, SIDE), np.float32), np.zeros((SIDE, SIDE, 3), np.float32)
    for lean, tip, wide, bright in ((-0.3, -0.9, 0.4, 0.6), (0.3, -0.94, 0.4, 0.66), *CUP):
        high = np.float32(tip + dice.uniform(-0.04, 0.04))
        t = np.clip((v - high) / (np.float32(0.96) - high), 0, 1)  # 0 at the tip, 1 at the stalk
        across = (u - np.float32(lean) * np.sin(np.pi * (0.5 + 0.5 * t))) / np.float32(wide)
        edge = 1.5 * t**0.62 * (1 - t) ** 0.42
        mask = ramp(edge + 0.04, edge - 0.04, np.abs(across)) * (t > 0) * (t < 1)
        part = np.clip(across / np.maximum(edge, 0.05), -1, 1)
        shade = bright * (1.15 - 0.45 * t) * (1 - 0.32 * part**2) * (1 - 0.06 * np.cos(part * 14) ** 2)
        rgb = mix(rgb * (1 - 0.3 * blur(mask, SIDE / 30))[..., None], tint * shade[..., None], mask[..., None])
        cover = np.maximum(cover, mask)
    return Head(byte_image(cover), byte_image(rgb))


def byte_image(plane: Plane) -> Image.Image:
    return Image.fromarray((np.clip(plane, 0, 1) * 255).astype(np.uint8))


def kinds(studio: Studio) -> list[tuple[str, Colour]]:
    """Which flowers in which colours: those the prompt names, else a mixed meadow."""
    scene, dice = studio.scene, studio.dice.fork("kinds")
    wanted = [kind for kind in KINDS if scene.has(kind)] or ["poppy", "daisy", "bell", "cosmos"]
    tints = [named(name) for name in scene.place_colours or (scene.colours if scene.place == "bouquet" else ())]
    chosen = []
    for number in range(7):
        kind = wanted[number % len(wanted)]
        tint = tints[number % len(tints)] if tints else named(KINDS[kind][4][dice.integer(0, len(KINDS[kind][4]) - 1)])
        chosen.append((kind, np.clip(tint * np.float32(dice.uniform(0.88, 1.12)), 0, 1).astype(np.float32)))
    return chosen


def heads(studio: Studio) -> list[Head]:
    dice = studio.dice.fork("heads")
    chosen = enumerate(kinds(studio))
    return [
        cup(tint, dice.fork(str(number))) if kind == "tulip" else head(kind, tint, dice.fork(str(number)))
        for number, (kind, tint) in chosen
    ]


def rows(studio: Studio, depth: float, blooms: Callable[[], list[Head]]) -> None:
    """Flowers at one distance on their stems; depth 0 is far, 1 right before the eye."""
    canvas, palette, dice = studio.canvas, studio.palette, studio.dice.fork(f"rows {depth}")
    base = studio.horizon + (canvas.height - studio.horizon) * (0.06 + 0.98 * depth**1.2)
    size = canvas.unit * (0.012 + 0.13 * depth**1.7)
    light = mix(palette.shade, palette.light, np.float32(0.66)) * np.float32(1.2 * LIT[studio.scene.light])
    haze = np.float32(0.4 * (1 - depth) ** 2)
    green = mix(colour(0.2, 0.42, 0.12) * light, palette.haze, haze)
    flowers = blooms()
    spots = dice.random((int(mix(260, 13, depth**0.6) * canvas.width / canvas.height), 4))
    for a, b, c, d in spots[spots[:, 1].argsort()].tolist():
        scale = size * (0.7 + 0.6 * c)
        x, y = a * 1.1 * canvas.width - canvas.width * 0.05, base + (b - 0.5) * canvas.height * (0.05 + 0.1 * depth)
        stem(studio, x, y, scale * (1.2 + 1.4 * d), green, dice if depth > 0.3 else None)
        cover, rgb = flowers[int(d * len(flowers))].sized(round(scale), round(scale * (0.5 + 0.4 * c)))
        lit = mix(rgb * light, palette.haze, haze)
        canvas.over(cover, lit.astype(np.float32), round(x - scale / 2), round(y - scale * (1.5 + 1.2 * d)))


def stem(studio: Studio, x: float, y: float, tall: float, green: Colour, dice: Dice | None) -> None:
    """A stalk, and near the eye a few blades of grass around it."""
    width = max(1, round(tall * 0.03))
    if tall > 4:
        shade = np.linspace(0.9, 0.3, round(tall * 1.4), dtype=np.float32)[:, None] * np.ones((1, width), np.float32)
        studio.canvas.over(
            np.ones_like(shade), (shade[..., None] * green).astype(np.float32), round(x), round(y - tall)
        )
    if dice is None or tall < 14:
        return
    high, wide = round(tall * 1.1), round(tall * 0.9)
    v, u = np.mgrid[1 : 0 : high * 1j, -1 : 1 : wide * 1j].astype(np.float32)
    for _ in range(4):
        lean, root = dice.uniform(-0.8, 0.8), dice.uniform(-0.25, 0.25)
        blade = ramp(0.055 * 1.2, 0.0, np.abs(u - root - lean * v * v) - 0.03 * (1 - v)) * ramp(1.0, 0.8, v)
        tone = green * np.float32(dice.uniform(0.5, 1.25)) * (0.4 + 0.7 * v)[..., None]
        studio.canvas.over(blade, tone.astype(np.float32), round(x - wide / 2), round(y - high * 0.75))


def lavender_rows(studio: Studio) -> None:
    """Furrows of violet that run to the horizon."""
    canvas, palette, dice = studio.canvas, studio.palette, studio.dice.fork("lavender")
    drop = np.maximum(canvas.rows - np.float32(studio.horizon), 0.5) / np.float32(studio.focal)
    depth = np.minimum(np.float32(1.5) / drop, 200)
    x = (canvas.columns - canvas.width * (0.5 + 0.1 * studio.sunward)) / np.float32(studio.focal) * depth
    tuft = noise.fractal(x * 5, depth * 5 + x * 0, dice.table(), 4, 0.65)
    lane = np.abs(np.mod(x / 1.15 + (tuft - 0.5) * 0.14, 1) - 0.5) * 2
    crest = ramp(0.8, 0.15, lane)
    light = mix(palette.shade, palette.light, np.float32(0.66)) * np.float32(1.3 * LIT[studio.scene.light])
    tint = named(studio.scene.place_colours[0]) if studio.scene.place_colours else colour(0.5, 0.33, 0.82)
    if studio.scene.place_colours == ("lavender",) or not studio.scene.place_colours:
        tint = colour(0.5, 0.33, 0.82)
    bloom = mix(tint * np.float32(0.34), tint * np.float32(1.25), np.clip(tuft * 1.7 - 0.35, 0, 1)[..., None])
    soil = mix(colour(0.16, 0.2, 0.08), colour(0.36, 0.4, 0.16), tuft[..., None])
    rgb = mix(soil, bloom, crest[..., None]) * light * (0.6 + 0.5 * crest)[..., None]
    rgb = mix(rgb, palette.haze, (1 - np.exp(-depth * np.float32(0.014)))[..., None] * np.float32(0.8))
    canvas.over(ramp(0, 2, canvas.rows - np.float32(studio.horizon)) + canvas.columns * 0, rgb.astype(np.float32))


def meadow(studio: Studio) -> list[Step]:
    made: list[Head] = []

    def blooms() -> list[Head]:
        made.extend([] if made else heads(studio))
        return made

    if studio.scene.has("lavender"):
        return [lavender_rows]
    return [partial(rows, depth=depth, blooms=blooms) for depth in (0.0, 0.16, 0.34, 0.58, 0.9)]

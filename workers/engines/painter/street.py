"""A street between tall houses, seen along its middle: windows, neon signs, wet asphalt, people."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from workers.engines.painter import noise
from workers.engines.painter.arrays import Colour, Picture, Plane, colour, mix, ramp
from workers.engines.painter.canvas import blur
from workers.engines.painter.dice import Dice
from workers.engines.painter.palette import free_colours, named
from workers.engines.painter.studio import Step, Studio

NEON = (
    colour(1.0, 0.18, 0.55),
    colour(0.1, 0.85, 1.0),
    colour(0.62, 0.28, 1.0),
    colour(1.0, 0.62, 0.16),
    colour(0.2, 1.0, 0.6),
)
WARM = (colour(1.0, 0.74, 0.4), colour(1.0, 0.83, 0.58), colour(0.86, 0.9, 1.0))
EYE, HALF = 1.8, 6.0


def lamps(studio: Studio) -> tuple[Colour, ...]:
    if free := free_colours(studio.scene):
        return tuple(named(name) for name in free)
    return NEON if studio.scene.light == "night" and not studio.scene.has("snow", "autumn") else WARM


def glow(studio: Studio) -> None:
    """The city's light in the haze over the far end of the street."""
    canvas = studio.canvas
    x, y = canvas.width / 2, studio.horizon
    tints = lamps(studio)
    amount = {"night": 0.75, "dusk": 0.5}.get(studio.scene.light, 0.1)
    away = canvas.distance(x, y, 0.62)
    canvas.add(np.exp(-away / np.float32(canvas.unit * 0.28)) * np.float32(amount), tints[0])
    canvas.add(np.exp(-away / np.float32(canvas.unit * 0.12)) * np.float32(amount * 0.7), tints[min(1, len(tints) - 1)])


def houses(studio: Studio, set_back: float, tall: float, label: str) -> None:
    """Both walls of the street at `set_back` times its half width, house by house."""
    canvas, dice = studio.canvas, studio.dice.fork(label)
    aside = (canvas.columns - canvas.width / 2) / np.float32(studio.focal)
    rise = (np.float32(studio.horizon) - canvas.rows) / np.float32(studio.focal)
    depth = np.float32(HALF * set_back) / np.maximum(np.abs(aside), np.float32(0.004))
    height = np.float32(EYE) + rise * depth
    side = (aside > 0).astype(np.int32) * 128
    block = np.clip(depth / np.float32(7.5), 0, 120).astype(np.int32)
    luck = dice.random((6, 256))
    top = tall * (0.45 + luck[0] ** 1.3)
    pixel = depth / np.float32(studio.focal)
    cover = ramp(-0.6, 0.6, (top[block + side] - height) / np.maximum(pixel, 0.01)) * (height > 0)
    facade = mix(studio.palette.dark, studio.palette.shade, np.float32(0.3)) * np.float32(0.8)
    tone = (0.55 + 0.7 * luck[1])[block + side][..., None]
    night = studio.scene.light in ("night", "dusk")
    if not night:
        facade = mix(colour(0.66, 0.58, 0.52), studio.palette.shade, np.float32(0.35))
        tone = tone * mix(0.62, 1.1, (np.sign(aside) != np.sign(studio.sunward)).astype(np.float32))[..., None]
    rgb = facade * tone * (0.75 + 0.25 * ramp(0, tall, height))[..., None]
    rgb = rgb + windows(studio, depth, height, block + side, dice, night)
    if night:
        bounce = np.exp(-np.abs(height - 3) / np.float32(9))[..., None] * np.float32(0.2)
        rgb = rgb + bounce * mix(lamps(studio)[0], lamps(studio)[-1], luck[4][block + side][..., None])
    haze = 1 - np.exp(-depth * np.float32(0.011 if not studio.scene.has("fog", "rain") else 0.022))
    tint = lamps(studio)[0] if night else studio.palette.haze
    air = mix(studio.palette.haze, tint * np.float32(0.5), np.float32(0.5 if night else 0.0))
    canvas.over(cover.astype(np.float32), mix(rgb, air, haze[..., None]).astype(np.float32))


def windows(studio: Studio, depth: Plane, height: Plane, house: NDArray[np.int32], dice: Dice, night: bool) -> Picture:
    """Lit windows on a wall's grid; grids too fine for the distance melt into their mean."""
    luck = dice.random((4, 256))
    wide, high = (0.6 + 0.7 * luck[0])[house], (0.95 + 0.6 * luck[1])[house]
    u, v = depth / wide, height / high
    cell_u, cell_v = np.floor(u).astype(np.int32), np.floor(v).astype(np.int32)
    lots = dice.table()
    lot = lots[cell_u & 255, (cell_v + house * 7) & 255]
    kind = lots[(cell_v * 3) & 255, (cell_u + house) & 255]
    part_u, part_v = u - cell_u, v - cell_v
    blur_u = np.clip(depth * depth / (HALF * studio.focal) / wide, 0.02, 1)
    blur_v = np.clip(depth / studio.focal / high, 0.02, 1)
    pane = np.clip((part_u - 0.2) / blur_u, 0, 1) * np.clip((0.84 - part_u) / blur_u, 0, 1)
    pane = pane * np.clip((part_v - 0.22) / blur_v, 0, 1) * np.clip((0.8 - part_v) / blur_v, 0, 1)
    pane = pane * ramp(3.0, 4.0, height)
    share = (0.26 + 0.42 * luck[2])[house] if night else np.float32(0.05)
    on = ramp(share + 0.03, share - 0.03, lot)
    warm = mix(colour(1.0, 0.7, 0.36), colour(0.7, 0.86, 1.0), ramp(0.6, 0.8, kind)[..., None])
    shine = (on * (0.35 + 0.8 * kind) * pane)[..., None] * warm
    if not night:
        glass = mix(studio.palette.sky[1], studio.palette.sky[-1], kind[..., None]) * np.float32(0.55)
        shine = shine + (pane[..., None] * (glass - np.float32(0.42)))
    shop = ramp(0.4, 0.7, height) * ramp(3.2, 2.8, height) * ramp(0.35, 0.5, luck[3])[house]
    front = (
        shop[..., None]
        * mix(lamps(studio)[0], colour(1.0, 0.8, 0.5), kind[..., None])
        * np.float32(0.75 if night else 0.1)
    )
    result: Picture = (shine + front).astype(np.float32)
    return result


def signs(studio: Studio) -> None:
    """Hanging signs of strokes that no language knows."""
    if studio.scene.light not in ("night", "dusk"):
        return
    canvas, dice = studio.canvas, studio.dice.fork("signs")
    tints = lamps(studio) if len(lamps(studio)) > 1 else NEON
    depths = sorted((dice.uniform(9, 70) for _ in range(26 if studio.scene.has("neon") else 14)), reverse=True)
    for depth in depths:
        scale, side = studio.focal / depth, dice.side()
        wide, tall = dice.uniform(0.8, 1.5), dice.uniform(1.6, 6.0)
        inner = HALF - wide - dice.uniform(0.0, 0.5)
        left = canvas.width / 2 + side * inner * scale - (0 if side > 0 else wide * scale)
        top = studio.horizon - (dice.uniform(3.5, 12) + tall - EYE) * scale
        sign(
            studio,
            (round(left), round(top)),
            (max(2, round(wide * scale)), max(3, round(tall * scale))),
            dice.pick(tints),
            dice,
        )


def sign(studio: Studio, at: tuple[int, int], size: tuple[int, int], tint: Colour, dice: Dice) -> None:
    plate, lines = Image.new("L", (64, 64 * 4), 0), Image.new("L", (64, 64 * 4), 0)
    ImageDraw.Draw(plate).rounded_rectangle((2, 2, 61, 253), 6, 70, 255, 4)
    pen = ImageDraw.Draw(lines)
    for row in range(4):
        for a, b, c, d in dice.random((5, 4)).tolist():
            points = [(14 + 36 * a, 16 + 60 * row + 36 * b), (14 + 36 * c, 16 + 60 * row + 36 * d)]
            pen.line([points[0], (points[1][0], points[0][1]), points[1]], 255, 4)
    body = np.asarray(plate.resize(size, Image.Resampling.BOX), np.float32) / 255
    text = np.asarray(lines.resize(size, Image.Resampling.BOX), np.float32) / 255
    studio.canvas.over(np.minimum(body * 3, 1), tint * np.float32(0.16), *at)
    studio.canvas.add(body * np.float32(0.55) + text * np.float32(0.2), tint, *at)
    studio.canvas.add(text * np.float32(1.0), colour(1.0, 0.96, 0.98), *at)
    reach = int(size[1] * 0.9) + 8
    v, u = np.mgrid[-1 : 1 : reach * 2j, -1 : 1 : reach * 2j].astype(np.float32)
    halo = np.clip(1 - np.hypot(u, v), 0, 1) ** np.float32(2.4) * np.float32(0.3)
    studio.canvas.add(halo, tint, at[0] + size[0] // 2 - reach, at[1] + size[1] // 2 - reach)


def asphalt(studio: Studio) -> None:
    """The road mirrors the street as far as it is wet."""
    canvas, dice = studio.canvas, studio.dice.fork("asphalt")
    top = studio.below
    rows = canvas.rows[top:]
    drop = (rows - np.float32(studio.horizon) + 0.5) / np.float32(studio.focal)
    depth = np.float32(EYE) / drop
    aside = (canvas.columns - canvas.width / 2) / np.float32(studio.focal)
    wet = 0.85 if studio.scene.has("rain", "neon") or studio.scene.light == "night" else 0.25
    x = aside * depth
    rough = noise.fractal(x * 1.3, depth * 0.55 + x * 0, dice.table(), 4, 0.6)
    puddle = ramp(0.42, 0.62, noise.fractal(x * 0.28, depth * 0.16 + x * 0, dice.table(64), 3))
    turn = (rough - 0.5) * mix(0.12, 0.03, puddle)
    up = drop - 2 * EYE * np.abs(aside) / HALF + np.abs(turn) * drop * 4
    source_y = np.clip(studio.horizon - np.abs(up) * studio.focal, 0, top - 1).astype(np.int32)
    source_x = np.clip(canvas.columns + turn * np.float32(studio.focal * 0.22), 0, canvas.width - 1).astype(np.int32)
    mirror = canvas.rgb[source_y, source_x]
    stone = mix(studio.palette.dark, studio.palette.shade, np.float32(0.32)) * (0.55 + 0.5 * rough)[..., None]
    if studio.scene.has("snow"):
        stone = mix(stone, colour(0.85, 0.9, 1.0) * studio.palette.shade * np.float32(2), np.float32(0.6))
    walk = ramp(3.9, 4.0, np.abs(x))
    line = ramp(0.09, 0.05, np.abs(x)) * ((depth * 0.33) % 1 < 0.55) * ramp(40, 20, depth)
    stone = stone * (1 + 0.3 * walk)[..., None] + (line * np.float32(0.22))[..., None]
    amount = np.float32(wet) * (0.3 + 0.5 * puddle) * (1 - 0.45 * walk) + ramp(0.12, 0.0, drop) * np.float32(0.3)
    canvas.over(
        ramp(HALF + 0.04, HALF - 0.04, np.abs(x)),
        mix(stone, mirror, np.clip(amount, 0, 0.95)[..., None]).astype(np.float32),
        0,
        top,
    )


def walkers(studio: Studio) -> None:
    """A few people with umbrellas or without, dark against the lights."""
    canvas, dice = studio.canvas, studio.dice.fork("walkers")
    for depth in sorted((dice.uniform(9, 40) for _ in range(9)), reverse=True):
        scale = studio.focal / depth
        x = canvas.width / 2 + dice.side() * dice.uniform(1.0, 5.2) * scale
        walker(studio, x, studio.horizon + EYE * scale, 1.75 * scale, dice)


def walker(studio: Studio, x: float, foot: float, tall: float, dice: Dice) -> None:
    side = 120
    image = Image.new("L", (side, side * 2), 0)
    pen = ImageDraw.Draw(image)
    pen.ellipse((50, 52, 70, 78), 255)
    pen.polygon([(44, 84), (76, 84), (82, 150), (70, 170), (50, 170), (38, 150)], 255)
    stride = dice.uniform(4, 14)
    pen.polygon([(48, 165), (60, 165), (56 - stride, 240), (46 - stride, 240)], 255)
    pen.polygon([(60, 165), (72, 165), (72 + stride, 240), (62 + stride, 240)], 255)
    if studio.scene.has("rain") or dice.chance(0.4):
        pen.pieslice((8, 8, 112, 100), 180, 360, 255)
        pen.line((60, 50, 60, 110), 255, 3)
    size = (max(3, round(tall * 0.56)), max(5, round(tall * 1.12)))
    cover = np.asarray(image.resize(size, Image.Resampling.LANCZOS), np.float32) / 255
    studio.canvas.over(cover * np.float32(0.93), studio.palette.dark, round(x - size[0] / 2), round(foot - size[1]))
    rim = np.clip(cover - blur(cover, max(1.0, tall * 0.02)), 0, 1) * np.float32(0.8)
    studio.canvas.add(rim, lamps(studio)[0], round(x - size[0] / 2), round(foot - size[1]))


def steps(studio: Studio) -> list[Step]:
    return [
        glow,
        lambda s: houses(s, 2.6, 62, "towers"),
        lambda s: houses(s, 1.5, 38, "second row"),
        lambda s: houses(s, 1.0, 19, "front"),
        signs,
        asphalt,
        walkers,
    ]

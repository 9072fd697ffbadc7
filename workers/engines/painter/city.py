"""A skyline over water: rows of towers, lit by the sky and from within."""

from functools import partial

import numpy as np

from workers.engines.painter.arrays import Picture, Plane, colour, mix, ramp
from workers.engines.painter.dice import Dice
from workers.engines.painter.studio import Step, Studio
from workers.engines.painter.water import water


def shore(studio: Studio) -> float:
    return studio.horizon + studio.canvas.height * 0.045


def towers(studio: Studio, depth: float) -> None:
    """One row of buildings; depth 0 is the far, pale one."""
    canvas, dice = studio.canvas, studio.dice.fork(f"towers {depth}")
    x = -canvas.unit * 0.05
    foot = round(shore(studio))
    centre = canvas.width * (0.5 - 0.2 * studio.sunward)
    while x < canvas.width:
        wide = canvas.unit * dice.uniform(0.035, 0.085) * (0.65 + 0.5 * depth)
        bulge = np.exp(-(((x - centre) / (canvas.width * 0.24)) ** 2))
        tall = (
            canvas.height * (0.07 + (0.12 + 0.26 * bulge) * dice.uniform() ** 1.3 + 0.1 * bulge) * (1.12 - 0.4 * depth)
        )
        if dice.chance(0.93):
            tower(studio, (x, foot), (wide, tall), depth, dice)
        x += wide * dice.uniform(0.75, 1.25)


def tower(studio: Studio, foot: tuple[float, float], size: tuple[float, float], depth: float, dice: Dice) -> None:
    """A building of one to three blocks that step back, sometimes with a mast."""
    wide, tall = size
    blocks = dice.integer(1, 3)
    style = dice.uniform()
    for number in range(blocks):
        share = number / blocks
        inset = wide * 0.15 * number
        top = foot[1] - tall * (1 - 0.3 * (1 - share) * (blocks > 1))
        block(studio, (foot[0] + inset, top), (wide - 2 * inset, foot[1] - top), depth, style, dice)
    if dice.chance(0.35):
        mast(studio, foot[0] + wide / 2, foot[1] - tall, tall * dice.uniform(0.1, 0.25), depth)


def block(
    studio: Studio, at: tuple[float, float], size: tuple[float, float], depth: float, style: float, dice: Dice
) -> None:
    columns, rows = max(3, round(size[0])), max(3, round(size[1]))
    palette, night = studio.palette, studio.scene.light in ("night", "dusk")
    face = ramp(0.62, 0.6, np.linspace(0, 1, columns, dtype=np.float32))[None, :]
    if studio.sunward < 0:
        face = 1 - ramp(0.4, 0.38, np.linspace(0, 1, columns, dtype=np.float32))[None, :]
    away = face if studio.sunward > 0 else 1 - face
    tone = mix(colour(0.42, 0.42, 0.46), colour(0.68, 0.6, 0.54), np.float32(style)) * np.float32(
        dice.uniform(0.75, 1.15)
    )
    sunny = palette.light * np.float32(0.3 + 0.75 * palette.strength * (0.25 if night else 1))
    lit = tone * mix(sunny, palette.shade * np.float32(0.62), away[..., None])
    height = np.linspace(1, 0, rows, dtype=np.float32)[:, None]
    rgb: Picture = lit * (0.78 + 0.34 * height)[..., None]
    rgb = rgb * np.float32(0.42 if night else 1.0)
    pane, lot = panes(columns, rows, max(3.0, studio.canvas.unit / (150 - 40 * depth)), style, dice)
    glass = mix(palette.sky[1], palette.sky[-1], height[..., None]) * mix(0.5, 1.0, 1 - away)[..., None]
    rgb = mix(rgb, glass * np.float32(0.3 if night else 0.85), (pane * (0.35 + 0.5 * style))[..., None])
    share = {"night": 0.42, "dusk": 0.4, "sunset": 0.16, "storm": 0.25}.get(studio.scene.light, 0.03)
    on = pane * (lot < share) * (0.35 + 0.65 * np.mod(lot * 37, 1))
    haze = np.float32((1 - depth) * (0.66 if not studio.scene.has("fog") else 0.85))
    low = np.clip(1 - height * 1.6, 0, 1)[..., None] * np.float32(0.3)
    rgb = mix(rgb, mix(palette.haze, palette.sky[-2], np.float32(0.3)), np.clip(haze + low * (1 - depth * 0.6), 0, 1))
    warm = mix(colour(1.0, 0.72, 0.36), colour(0.86, 0.93, 1.0), (np.mod(lot * 91, 1) > 0.75)[..., None])
    rgb = rgb + on[..., None] * warm * np.float32(1.15 * (1 - 0.55 * haze))
    studio.canvas.over(np.ones((rows, columns), np.float32), rgb.astype(np.float32), round(at[0]), round(at[1]))


def panes(columns: int, rows: int, pitch: float, style: float, dice: Dice) -> tuple[Plane, Plane]:
    """A mask of windows and a lot for each."""
    x, y = np.arange(columns, dtype=np.float32) / pitch, np.arange(rows, dtype=np.float32) / (pitch * 1.35)
    across, down = x - np.floor(x), y - np.floor(y)
    soft = 1 / pitch
    wide = 0.94 if style > 0.72 else 0.74
    open_x = np.clip((across - 0.16) / soft, 0, 1) * np.clip((wide - across) / soft + 0.3, 0, 1)
    open_y = np.clip((down - 0.2) / soft, 0, 1) * np.clip((0.82 - down) / soft, 0, 1)
    lots = dice.random((int(y[-1]) + 1, int(x[-1]) + 1))
    lot: Plane = lots[np.floor(y).astype(int)[:, None], np.floor(x).astype(int)[None, :]]
    return (open_y[:, None] * open_x[None, :]).astype(np.float32), lot


def mast(studio: Studio, x: float, y: float, tall: float, depth: float) -> None:
    tone = mix(studio.palette.haze, studio.palette.dark, np.float32(0.35 + 0.5 * depth))
    width = max(1, round(studio.canvas.unit * 0.002))
    studio.canvas.over(
        np.ones((max(1, round(tall)), width), np.float32), tone.astype(np.float32), round(x), round(y - tall)
    )
    if studio.scene.light in ("night", "dusk"):
        reach = max(3, round(studio.canvas.unit * 0.007))
        v, u = np.mgrid[-1 : 1 : reach * 2j, -1 : 1 : reach * 2j].astype(np.float32)
        spot = np.clip(1 - np.hypot(u, v), 0, 1) ** 2
        studio.canvas.add(spot.astype(np.float32), colour(1.4, 0.2, 0.15), round(x) - reach, round(y - tall) - reach)


def glow(studio: Studio) -> None:
    """The city's own light on the air above it."""
    canvas = studio.canvas
    amount = {"night": 0.34, "dusk": 0.24}.get(studio.scene.light, 0.05)
    up = np.abs(canvas.rows - np.float32(shore(studio))) / np.float32(canvas.height * 0.2)
    canvas.add(np.exp(-up) * np.float32(amount) + canvas.columns * 0, colour(1.0, 0.62, 0.34))


def front_water(studio: Studio) -> None:
    water(studio, calm=0.72, shore=shore(studio))


def steps(studio: Studio) -> list[Step]:
    rows: list[Step] = [partial(towers, depth=depth) for depth in (0.0, 0.35, 0.7, 1.0)]
    return [glow, *rows, front_water]

"""Brush strokes: a picture laid down anew from coarse to fine along its own edges, and the relief of the bristles."""

from dataclasses import dataclass
from typing import cast

import numpy as np
from PIL import Image, ImageDraw

from workers.engines.painter.arrays import Picture, Plane, luma
from workers.engines.painter.canvas import blur
from workers.engines.painter.dice import Dice
from workers.engines.painter.finish import eight_bit
from workers.engines.painter.noise import clouds

STEPS = 5  # bends of a stroke
LAYERS = (8.0, 3.4, 1.5, 0.65)  # radii, in that of the usual brush
CLOSE = 0.05  # a colour that needs no further stroke
BRISTLES = 10  # samples along each hair of the relief


@dataclass(frozen=True, slots=True)
class Flow:
    """Which way strokes run at each pixel: unit vectors along the edges, turned by chance where there are none."""

    x: Plane
    y: Plane


def flow_of(picture: Picture, dice: Dice) -> Flow:
    """From the structure tensor of the brightness, smoothed so that neighbours agree."""
    height, width = picture.shape[:2]
    grey = np.ascontiguousarray(luma(picture).astype(np.float32))
    soft = max(1.5, min(width, height) / 160)
    down, across = cast("tuple[Plane, Plane]", np.gradient(blur(grey, soft / 2)))
    parts: list[Plane] = [across * across, down * down, across * down]
    xx, yy, xy = (blur(part.astype(np.float32), soft * 2) for part in parts)
    sure = np.sqrt((xx - yy) ** 2 + 4 * xy * xy) / (xx + yy + np.float32(2e-4))
    chance = clouds((height, width), 2.5, dice, octaves=2) * np.float32(2 * np.pi)
    u = (xx - yy) / (xx + yy + np.float32(2e-4)) * sure + np.cos(chance) * (1 - sure) * np.float32(0.5)
    v = 2 * xy / (xx + yy + np.float32(2e-4)) * sure + np.sin(chance) * (1 - sure) * np.float32(0.5)
    angle = np.arctan2(v, u) / 2 + np.float32(np.pi / 2)
    return Flow(np.cos(angle).astype(np.float32), np.sin(angle).astype(np.float32))


def brushed(target: Picture, flow: Flow, usual: float, dice: Dice, restless: float) -> Picture:
    """The target in strokes of about the usual radius; `restless` (0 .. 1) lets their colours wander."""
    ground = softened(target, usual * LAYERS[0])
    image = eight_bit(ground)
    for number, scale in enumerate(LAYERS):
        radius = max(1.0, usual * scale)
        layer = dice.fork(f"brush {number}")
        image = strokes(image, softened(target, radius * 0.6), flow, radius, layer, restless, everywhere=number == 0)
    painted: Picture = np.asarray(image, np.float32) / np.float32(255)
    return painted


def strokes(
    image: Image.Image, target: Picture, flow: Flow, radius: float, dice: Dice, restless: float, *, everywhere: bool
) -> Image.Image:
    """One layer over the image, where it is not close to the target yet."""
    height, width = target.shape[:2]
    step = max(2.0, radius * 1.15)
    rows, columns = (max(1, round(side / step)) for side in (height, width))
    jitter = dice.random((rows * columns, 2)) - np.float32(0.5)
    y = (np.repeat(np.arange(rows), columns) + 0.5 + jitter[:, 0] * 0.9) * height / rows
    x = (np.tile(np.arange(columns), rows) + 0.5 + jitter[:, 1] * 0.9) * width / columns
    order = np.argsort(dice.random(rows * columns))
    chance = dice.random((rows * columns, 4))
    at = np.clip(y.astype(int), 0, height - 1), np.clip(x.astype(int), 0, width - 1)
    colours = target[at]
    if not everywhere:
        there = np.asarray(image, np.float32)[at] / np.float32(255)
        far = np.abs(colours - there).max(axis=1) > CLOSE
        order = order[far[order]]
    paths, lengths = followed(x, y, colours, target, flow, radius, chance[:, 0])
    wander = (chance[:, 1:] - np.float32(0.5)) * np.float32(0.07 * restless)
    wander += wander.mean(axis=1, keepdims=True)
    inks = (np.clip(colours + wander, 0, 1) * 255 + 0.5).astype(int)
    return drawn(image, paths[order], lengths[order], inks[order], radius)


def followed(
    x: Plane, y: Plane, colours: Picture, target: Picture, flow: Flow, radius: float, chance: Plane
) -> tuple[Plane, Plane]:
    """Where each stroke runs (n, points, 2), and how many of its points count: it ends where the colour does."""
    height, width = target.shape[:2]
    points = [np.stack([x, y], axis=1)]
    lengths, runs = np.ones(len(x), int), np.ones(len(x), bool)
    stride = radius * (1.1 + 0.9 * chance)
    sign = np.where(chance > 0.5, 1.0, -1.0)
    before_x, before_y = np.zeros(len(x)), np.zeros(len(x))
    for _ in range(STEPS):
        at = np.clip(y.astype(int), 0, height - 1), np.clip(x.astype(int), 0, width - 1)
        along_x, along_y = flow.x[at] * sign, flow.y[at] * sign
        back = np.where(along_x * before_x + along_y * before_y < 0, -1.0, 1.0)  # the field has no arrows
        before_x, before_y = along_x * back, along_y * back
        x, y = x + before_x * stride, y + before_y * stride
        at = np.clip(y.astype(int), 0, height - 1), np.clip(x.astype(int), 0, width - 1)
        runs &= np.abs(target[at] - colours).max(axis=1) < 0.14
        lengths += runs
        points.append(np.stack([x, y], axis=1))
    return np.stack(points, axis=1), lengths


def drawn(image: Image.Image, paths: Plane, lengths: Plane, inks: Plane, radius: float) -> Image.Image:
    """With smooth edges: at twice the size where the brush is so fine that steps would show."""
    scale = 2 if radius < 14 else 1
    large = image.resize((image.width * scale, image.height * scale), Image.Resampling.BICUBIC) if scale > 1 else image
    pen, wide = ImageDraw.Draw(large), radius * scale
    for path, length, ink in zip((paths * scale).tolist(), lengths.tolist(), map(tuple, inks.tolist()), strict=True):
        line = [tuple(point) for point in path[:length]]
        if length > 1:
            pen.line(line, fill=ink, width=max(1, round(2 * wide)), joint="curve")
        for px, py in (line[0], line[-1]):
            pen.ellipse((px - wide, py - wide, px + wide, py + wide), fill=ink)
    return large.resize(image.size, Image.Resampling.BOX) if scale > 1 else large


def relief(flow: Flow, dice: Dice, length: float) -> Plane:
    """The light on the furrows of the bristles, around 0: noise drawn out along the strokes."""
    height, width = flow.x.shape
    rough = dice.random((height, width))
    total = rough.copy()
    for direction in (1.0, -1.0):
        x = np.broadcast_to(np.arange(width, dtype=np.float32)[None, :], (height, width)).copy()
        y = np.broadcast_to(np.arange(height, dtype=np.float32)[:, None], (height, width)).copy()
        for _ in range(BRISTLES // 2):
            x += flow.x * np.float32(direction * length)
            y += flow.y * np.float32(direction * length)
            total += rough[np.clip(y, 0, height - 1).astype(np.int32), np.clip(x, 0, width - 1).astype(np.int32)]
    hairs = total / np.float32(BRISTLES + 1) - np.float32(0.5)
    lit: Plane = hairs - np.roll(hairs, (1, 1), (0, 1))
    return lit


def softened(picture: Picture, radius: float) -> Picture:
    return np.stack([blur(np.ascontiguousarray(plane), radius) for plane in np.moveaxis(picture, 2, 0)], axis=2)

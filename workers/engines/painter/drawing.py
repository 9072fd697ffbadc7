"""Rasterises an outline and lights it as the scene is lit."""

from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw

from workers.engines.painter import noise
from workers.engines.painter.arrays import Colour, Picture, Plane, colour, mix
from workers.engines.painter.canvas import blur
from workers.engines.painter.outline import SHARED, SHINING, Outline
from workers.engines.painter.palette import named
from workers.engines.painter.people import PEOPLE
from workers.engines.painter.studio import Studio
from workers.engines.painter.things import THINGS
from workers.engines.painter.words import Subject

SMOOTH = frozenset(("fish", "whale", "dolphin", "turtle", "penguin", "butterfly", *PEOPLE, *THINGS))
BACKLIT = {"sunset": 0.5, "dawn": 0.34, "dusk": 0.44, "night": 0.4, "storm": 0.4, "overcast": 0.2, "day": 0.06}
MARGIN = 50  # the drawing reaches this far beyond the outline's box on every side


@dataclass(frozen=True, slots=True)
class Drawing:
    """A subject at its size in the picture, its box's foot in the middle of the lower edge."""

    cover: Plane
    rgb: Picture
    shine: Plane


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
    return Drawing(cover, lit(studio, subject.kind, base, cover, shine, size), shine)


def lit(studio: Studio, kind: str, base: Picture, cover: Plane, shine: Plane, size: float) -> Picture:
    palette, light = studio.palette, studio.scene.light
    height = blur(cover, size / 14) * np.float32(0.6) + blur(cover, size / 34) * np.float32(0.4)
    height = height * np.float32(size * 0.16)
    down, across = np.gradient(height, axis=0), np.gradient(height, axis=1)
    sun = studio.sunward / abs(studio.sunward)
    facing: Plane = np.clip(0.6 - across * sun * 0.9 - down * 0.8, 0, 1)
    rough = 0.12 if kind in SMOOTH else 0.34
    fur = noise.clouds((len(cover), len(cover)), size / 3, studio.dice.fork("fur"), 2)
    body: Picture = (
        base
        * mix(palette.shade, palette.light, facing[..., None])
        * (1 + rough * (fur - 0.5))[..., None]
        * np.float32(1.2)
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

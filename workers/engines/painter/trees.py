"""Trees as small pictures, painted once and planted many times."""

from dataclasses import dataclass, field

import numpy as np
from PIL import Image, ImageDraw

from workers.engines.painter.arrays import Colour, Plane, mix
from workers.engines.painter.dice import Dice
from workers.engines.painter.studio import Studio


@dataclass(frozen=True, slots=True)
class Sprite:
    """What it covers and how light it is there, both 0..1; it stands on its lower edge."""

    cover: Image.Image
    light: Image.Image
    made: dict[tuple[int, bool], tuple[Plane, Plane]] = field(default_factory=dict)

    def sized(self, height: int, mirrored: bool = False) -> tuple[Plane, Plane]:
        """Cover and light at a height in pixels; each size is made once."""
        if (height, mirrored) not in self.made:
            self.made[height, mirrored] = (
                self._scaled(self.cover, height, mirrored),
                self._scaled(self.light, height, mirrored),
            )
        return self.made[height, mirrored]

    def _scaled(self, image: Image.Image, height: int, mirrored: bool) -> Plane:
        size = (max(2, round(image.width * height / image.height)), max(2, height))
        small = image.resize(size, Image.Resampling.BICUBIC, reducing_gap=2.0)
        turned = small.transpose(Image.Transpose.FLIP_LEFT_RIGHT) if mirrored else small
        return np.asarray(turned, np.float32) / np.float32(255)


class Sketch:
    """Two drawings at once: the silhouette and its lightness."""

    def __init__(self, width: int, height: int) -> None:
        self.cover, self.light = Image.new("L", (width, height)), Image.new("L", (width, height))
        self._cover, self._light = ImageDraw.Draw(self.cover), ImageDraw.Draw(self.light)

    def stroke(self, points: list[tuple[float, float]], width: float, light: float) -> None:
        self._cover.line(points, 255, max(1, round(width)))
        self._light.line(points, int(255 * min(max(light, 0), 1)), max(1, round(width)))

    def shape(self, points: list[tuple[float, float]], light: float) -> None:
        self._cover.polygon(points, 255)
        self._light.polygon(points, int(255 * min(max(light, 0), 1)))

    def blob(self, x: float, y: float, rx: float, ry: float, light: float) -> None:
        box = (x - rx, y - ry, x + rx, y + ry)
        self._cover.ellipse(box, 255)
        self._light.ellipse(box, int(255 * min(max(light, 0), 1)))

    def done(self) -> Sprite:
        return Sprite(self.cover, self.light)


def conifer(dice: Dice, sunward: float) -> Sprite:
    """A spruce: many drooping twigs, lighter at their tips and on the sunny side."""
    width, height = 300, 640
    sketch, middle = Sketch(width, height), width / 2
    sketch.shape([(middle - 3, 20), (middle - 9, height), (middle + 9, height), (middle + 3, 20)], 0.2)
    slim, tiers = dice.uniform(0.32, 0.44), 70
    luck = dice.random((tiers, 10, 4))
    for tier in range(tiers):
        share = (tier + 1) / tiers
        y = 12 + share**1.05 * (height * 0.9)
        reach = width * slim * (0.06 + 0.94 * share**0.9) * (0.66 + 0.4 * float(luck[tier, 0, 0]))
        for twig in range(10):
            a, b, c, d = (float(n) for n in luck[tier, twig])
            side = -1 if twig % 2 else 1
            far = reach * (0.35 + 0.65 * a)
            tip = (middle + side * far, y + far * (0.28 + 0.3 * b))
            light = 0.2 + 0.42 * c + 0.13 * side * sunward + 0.12 * (1 - share)
            root = (middle, y - far * 0.12)
            thick = 3 + 6 * d * (0.4 + share)
            sketch.shape(
                [root, (tip[0], tip[1]), (middle + side * far * 0.45, tip[1] + thick * 0.2), (middle, y + thick)], light
            )
    return sketch.done()


def broadleaf(dice: Dice, sunward: float) -> Sprite:
    """A round tree: a forked trunk and a crown of leaf clusters, dark ones behind and bright ones above."""
    width, height = 520, 560
    sketch, middle = Sketch(width, height), width / 2
    fork(sketch, (middle, height), -np.pi / 2, height * 0.34, 26, 4, dice)
    lobes = [
        (middle + dice.uniform(-0.3, 0.3) * width, dice.uniform(0.2, 0.52) * height, dice.uniform(0.14, 0.25))
        for _ in range(9)
    ]
    lobes.append((middle, height * 0.3, 0.28))
    leaves = []
    for x, y, radius in lobes:
        luck = dice.random((130, 3))
        for a, b, c in luck.tolist():
            angle, far = a * 6.283, b**0.6
            dx, dy = np.cos(angle) * far * radius * width, np.sin(angle) * far * radius * height * 0.8
            light = 0.46 - 0.32 * dy / (radius * height) + 0.2 * sunward * dx / (radius * width) + 0.26 * (c - 0.5)
            light += 0.3 * (0.36 - y / height)
            leaves.append((light, x + dx, y + dy, 4 + 7 * c))
    for light, x, y, size in sorted(leaves):
        sketch.blob(x, y, size * 1.2, size * 0.85, light)
    return sketch.done()


def fork(
    sketch: Sketch, root: tuple[float, float], angle: float, length: float, thick: float, left: int, dice: Dice
) -> None:
    """A branch and, from its end, smaller ones."""
    tip = (root[0] + np.cos(angle) * length, root[1] + np.sin(angle) * length)
    sketch.stroke([root, tip], thick, 0.16)
    if left:
        for turn in (-1, 1, 0):
            bend = turn * dice.uniform(0.35, 0.75) + dice.uniform(-0.15, 0.15)
            fork(sketch, tip, angle + bend, length * dice.uniform(0.55, 0.78), thick * 0.62, left - 1, dice)


def bare(dice: Dice, sunward: float) -> Sprite:
    """A tree without leaves."""
    sketch = Sketch(520, 600)
    fork(sketch, (260, 600), -np.pi / 2, 170, 22, 6, dice)
    return sketch.done()


def palm(dice: Dice, sunward: float) -> Sprite:
    """A leaning trunk under a star of feathered fronds."""
    width, height = 620, 700
    sketch, lean = Sketch(width, height), dice.side() * dice.uniform(40, 120)
    top = (width / 2 + lean * 0.6, height * 0.27)
    for ring in range(60):
        t = ring / 59
        x = width / 2 - lean * 0.4 + (top[0] - width / 2 + lean * 0.4) * t**1.6
        sketch.blob(x, height - (height - top[1]) * t, 13 - 5 * t, 7, 0.22 + 0.12 * (ring % 2) + 0.1 * sunward)
    for frond in range(13):
        angle = -np.pi * (0.5 + (frond - 6) / 7.2) + dice.uniform(-0.12, 0.12)
        reach = dice.uniform(0.34, 0.43) * width
        feather(sketch, top, angle, reach, 0.34 + 0.25 * np.cos(angle) * sunward + dice.uniform(-0.1, 0.14))
    return sketch.done()


def feather(sketch: Sketch, root: tuple[float, float], angle: float, reach: float, light: float) -> None:
    """One frond: a hanging rib with leaflets on both sides."""
    rib = []
    for step in range(25):
        t = step / 24
        x = root[0] + np.cos(angle) * reach * t
        y = root[1] + np.sin(angle) * reach * t * (1 - 0.55 * t) + reach * 0.55 * t * t
        rib.append((x, y))
        size = reach * 0.2 * np.sin(np.pi * min(1, t * 0.92 + 0.06))
        sketch.stroke([(x, y), (x + np.cos(angle) * size * 0.7, y + size)], 3, light * (0.8 + 0.3 * (step % 2)))
        sketch.stroke([(x, y), (x + np.cos(angle) * size, y - size * 0.1)], 2, light)
    sketch.stroke(rib, 4, light * 0.8)


def plant(
    studio: Studio, sprite: Sprite, column: float, row: float, height: float, deep: Colour, bright: Colour, haze: float
) -> None:
    """Put a tree's foot on (column, row); `haze` 0..1 is how much air lies before it."""
    if height < 3:
        return
    cover, light = sprite.sized(round(height), mirrored=int(column) % 2 == 1 and sprite.cover.width < 400)
    air = studio.palette.haze
    rgb = mix(mix(deep, air, np.float32(haze)), mix(bright, air, np.float32(haze)), light[..., None])
    left, top = round(column - cover.shape[1] / 2), round(row - cover.shape[0])
    studio.canvas.over(cover, rgb.astype(np.float32), left, top)

"""Woods: rows of trees from the haze to the foreground, trunks, undergrowth, shafts of light and fog."""

from functools import partial

import numpy as np

from workers.engines.painter import noise, trees
from workers.engines.painter.arrays import Colour, colour, mix, ramp, shades
from workers.engines.painter.canvas import blur
from workers.engines.painter.dice import Dice
from workers.engines.painter.palette import named
from workers.engines.painter.studio import Step, Studio

AUTUMN = (colour(0.86, 0.4, 0.1), colour(0.93, 0.62, 0.14), colour(0.74, 0.2, 0.1), colour(0.62, 0.5, 0.16))
LIT = {"day": 1.0, "sunset": 0.72, "dawn": 0.8, "dusk": 0.42, "night": 0.3, "storm": 0.5, "overcast": 0.7}


def leaf_colours(studio: Studio, dice: Dice) -> tuple[Colour, Colour]:
    """Dark and bright sides of one tree's leaves in this light."""
    scene, palette = studio.scene, studio.palette
    if scene.has("autumn"):
        leaf = dice.pick(AUTUMN)
    elif scene.has("snow"):
        leaf = colour(0.8, 0.87, 0.95)
    elif scene.place == "forest" and scene.place_colours:
        leaf = named(scene.place_colours[0])
    else:
        leaf = mix(colour(0.16, 0.34, 0.14), colour(0.38, 0.5, 0.16), np.float32(dice.uniform()))
    lit = leaf * mix(palette.shade, palette.light, np.float32(0.62)) * np.float32(1.5 * LIT[scene.light])
    deep = mix(leaf * palette.shade * np.float32(0.24), palette.dark, np.float32(0.55))
    if scene.has("snow"):
        lit = lit * np.float32(1.7)
        deep = mix(colour(0.06, 0.12, 0.12), palette.dark, np.float32(0.5))
    return deep.astype(np.float32), lit.astype(np.float32)


def sprites(studio: Studio, dice: Dice) -> list[trees.Sprite]:
    if studio.scene.has("autumn"):
        makers = [trees.broadleaf] * 4
    elif studio.scene.has("palms") or studio.scene.place in ("beach", "desert"):
        makers = [trees.palm] * 3
    elif studio.scene.place in ("hills", "meadow", "river"):
        makers = [trees.broadleaf] * 3 + [trees.conifer]
    else:
        makers = [trees.conifer] * 5
    return [make(dice.fork(f"sprite {number}"), studio.sunward) for number, make in enumerate(makers)]


def stand(studio: Studio, depth: float, forest: list[trees.Sprite], fog: float) -> None:
    """One row of trees; depth 0 is the farthest and palest, 1 the nearest."""
    canvas, palette = studio.canvas, studio.palette
    dice = studio.dice.fork(f"stand {depth}")
    base = studio.horizon + (canvas.height - studio.horizon) * (0.02 + 0.72 * depth**1.5)
    floor = base - canvas.unit * 0.04 * (noise.line(canvas.width, 2.5, dice, 4) - 0.5) * (1 + depth)
    haze = np.float32(np.clip((1 - depth) * (0.86 if fog else 0.66) + 0.1 * fog, 0, 0.95))
    deep, bright = leaf_colours(studio, dice)
    snow = studio.scene.has("snow")
    ground = mix(mix(deep, bright, np.float32(0.55 if snow else 0.22)), palette.haze, haze)
    litter = noise.clouds((canvas.height, canvas.width), 160, dice, 3, 0.7) - 0.5
    top = max(0, int(floor.min()))  # there is no ground above it
    under = canvas.rows[top:] - floor[None, :]
    down = np.clip(under / np.float32(canvas.height * 0.3), 0, 1)
    rough = 1 + litter[top:] * np.float32((0.2 if snow else 0.6) * depth) - down * np.float32(0.3)
    soil = shades(np.zeros(3, np.float32), ground, rough)
    if studio.scene.has("autumn"):
        fallen = ramp(0.1, 0.2, litter[top:])[..., None] * np.float32(0.7)
        soil = mix(soil, mix(bright, palette.haze, haze), fallen)
    canvas.over(ramp(0, 2.0, under), soil.astype(np.float32), top=top)
    tall = canvas.height * (0.12 + 0.5 * depth**1.25)
    sizes = [float(round(tall * share)) for share in dice.spread(0.6, 1.15, 6)]
    count = int(mix(130, 10, depth**0.7) * canvas.width / max(canvas.height, 1)) + 3
    columns = np.sort(dice.spread(-0.06, 1.06, count)) * canvas.width
    open_x = canvas.width * (0.5 + 0.22 * studio.sunward)
    for column in dice.fork("order").random(count).argsort():
        x = float(columns[column])
        if depth > 0.7 and abs(x - open_x) < canvas.width * 0.24:
            continue  # the nearest trees leave the view of the light open
        deep, bright = leaf_colours(studio, dice)
        height = sizes[dice.integer(0, 5)]
        foot = float(floor[int(np.clip(x, 0, canvas.width - 1))]) + height * 0.03
        trees.plant(studio, dice.pick(forest), x, foot, height, deep, bright, float(haze))
    veil(studio, depth, base, 0.1 + 0.05 * depth, (0.34 + 0.4 * fog) * (1 - depth) ** 0.6)


def veil(studio: Studio, depth: float, row: float, thickness: float, amount: float) -> None:
    """Mist lying between two rows of trees."""
    canvas, dice = studio.canvas, studio.dice.fork(f"veil {depth}")
    drift = noise.contrast(noise.clouds((canvas.height, canvas.width), 3, dice, 4), 1.8)
    layer = np.exp(-(((canvas.rows - np.float32(row)) / np.float32(canvas.height * thickness)) ** 2))
    air = mix(studio.palette.haze, studio.palette.light, np.float32(0.2))
    canvas.over(np.clip(layer * (0.35 + 0.9 * drift) * np.float32(amount), 0, 0.95), air.astype(np.float32))


def shafts(studio: Studio) -> None:
    """Light that falls through the crowns."""
    canvas, dice = studio.canvas, studio.dice.fork("shafts")
    x, y = studio.sun[0], -canvas.height * 0.15
    angle = np.arctan2(canvas.columns - np.float32(x), np.maximum(canvas.rows - np.float32(y), 1))
    table = dice.random(512)
    at = np.clip((angle + 1.6) * 50, 0, 510.9)
    whole = at.astype(np.int32)
    beam = mix(table[whole], table[whole + 1], at - whole)
    fade = np.exp(-canvas.distance(x, y) / np.float32(canvas.height * 0.62))
    light = ramp(0.5, 1.0, beam) * fade
    canvas.add(
        blur(np.clip(light, 0, 1), canvas.unit / 200) * np.float32(0.5 * LIT[studio.scene.light]), studio.palette.light
    )


def undergrowth(studio: Studio) -> None:
    """Grass along the lower edge, lighter behind, nearly black in front."""
    if studio.scene.has("snow"):
        return
    blades(studio, "behind", 1.0 if studio.scene.place != "forest" else 0.75, lower=-0.035)
    blades(studio, "before", 0.5, lower=0.0)


def blades(studio: Studio, label: str, bright_share: float, lower: float) -> None:
    canvas, dice = studio.canvas, studio.dice.fork(f"blades {label}")
    deep, bright = leaf_colours(studio, dice)
    sketch = trees.Sketch(canvas.width, canvas.height)
    wide = max(1.0, canvas.unit * 0.002)
    for a, b, c, d in dice.random((int(canvas.width * 0.7) + 40, 4)).tolist():
        x, tall = a * canvas.width, canvas.height * (0.02 + 0.075 * b * b)
        root = canvas.height * (1.0 + 0.03 * d + lower)
        lean = (c - 0.5) * tall * 1.3
        points = [(x - wide, root), (x + lean * 0.35, root - tall * 0.6), (x + lean, root - tall), (x + wide, root)]
        sketch.shape(points, 0.15 + 0.7 * d)
    cover, light = sketch.done().sized(canvas.height)
    tone = mix(deep * np.float32(0.7), bright * np.float32(bright_share), light[..., None])
    canvas.over(cover, tone.astype(np.float32))


def steps(studio: Studio) -> list[Step]:
    """The whole forest, back to front."""
    fog = 1.0 if studio.scene.has("fog") else (0.3 if studio.scene.light in ("dawn", "overcast") else 0.0)
    forest = sprites(studio, studio.dice.fork("forest"))
    rows = [partial(stand, depth=depth, forest=forest, fog=fog) for depth in (0.0, 0.16, 0.34, 0.55)]
    front: list[Step] = [partial(stand, depth=0.95, forest=forest, fog=fog), undergrowth]
    lit = studio.scene.light in ("day", "dawn", "sunset") or studio.scene.has("moon")
    return [*rows, *([shafts] if lit else []), *front]


def grove(studio: Studio, count: int = 26, depths: tuple[float, float] = (5.0, 20.0), tall: float = 0.55) -> None:
    """Trees in groups on a terrain, the far ones first."""
    dice = studio.dice.fork("grove")
    forest = sprites(studio, dice)
    if studio.floor is None:
        return
    centres = dice.random((5, 2))
    spots = []
    for number in range(count):
        centre = centres[number % 5]
        depth = float(np.clip(mix(*depths, centre[0]) * dice.uniform(0.75, 1.3), *depths))
        spots.append((depth, studio.canvas.width * (float(centre[1]) * 1.1 - 0.05 + dice.uniform(-0.13, 0.13))))
    for depth, column in sorted(spots, reverse=True):
        deep, bright = leaf_colours(studio, dice)
        height = studio.focal * tall / depth * dice.uniform(0.7, 1.3)
        haze = 1 - np.exp(-depth * (0.05 if studio.scene.has("fog") else 0.02))
        row = studio.floor(column, depth)
        shadow(studio, column, row, height * 0.5)
        trees.plant(studio, dice.pick(forest), column, row + height * 0.02, height, deep, bright, float(haze))


def shadow(studio: Studio, column: float, row: float, width: float, amount: float = 0.4) -> None:
    """A soft dark spot that ties something to the ground, drawn away from the light."""
    rows, columns = max(3, int(width * 0.3)), max(3, int(width * 2.4))
    v, u = np.mgrid[-1 : 1 : rows * 1j, -1 : 1 : columns * 1j].astype(np.float32)
    spot = np.clip(1 - np.hypot(u, v), 0, 1) ** np.float32(1.3) * np.float32(amount)
    left = round(column - columns / 2 - studio.sunward * width * 0.5)
    studio.canvas.over(spot, studio.palette.dark, left, round(row - rows / 2))

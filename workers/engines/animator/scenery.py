"""A painted scene in layers that can move apart: what is behind a layer was painted before it, so nothing tears."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from PIL import Image, ImageFilter

from workers.engines.painter import finish, scenes
from workers.engines.painter.arrays import Picture
from workers.engines.painter.canvas import Canvas
from workers.engines.painter.dice import Dice
from workers.engines.painter.palette import mix_palette
from workers.engines.painter.studio import Step, Studio, open_studio
from workers.engines.painter.words import Scene

MOST_LAYERS = 4
VISIBLE = 0.006  # a change of colour that counts
INDOORS = frozenset({"abstract", "space", "underwater", "bouquet"})


@dataclass(frozen=True, slots=True)
class Layer:
    """`mask` None: it covers everything. `depth` 0 far .. 1 near. `rows`: where it has anything at all."""

    picture: Image.Image
    mask: Image.Image | None
    depth: float
    rows: tuple[int, int]


def paint_layers(
    scene: Scene, size: tuple[int, int], dice: Dice, progress: Callable[[float, Image.Image | None], None]
) -> list[Layer]:
    """Far to near; the same scene and dice as the painter's picture of the prompt."""
    canvas = Canvas(*size)
    horizon = scenes.HORIZONS.get(scene.place, (0.5, 0.6))
    studio = open_studio(canvas, scene, mix_palette(scene, dice.fork("palette")), dice, horizon)
    grounds, over = scenes.layers(studio)
    groups = grouped(grounds, MOST_LAYERS)
    stages: list[Picture] = []
    for number, group in enumerate(groups, start=1):
        for step in group:
            step(studio)
        stages.append(canvas.rgb.copy())
        progress(0.8 * number / len(groups), finish.preview(canvas))
    masks = [None, *(changed(before, after) for before, after in pairwise(stages))]
    made: list[Layer] = []
    for number, (stage, mask) in enumerate(zip(stages, masks, strict=True)):
        picture = finished(studio, stage, over)
        depth = number / (len(stages) - 1) if len(stages) > 1 else 0.5
        made.append(Layer(picture, mask, depth, rows_of(mask, size[1])))
        progress(0.8 + 0.2 * (number + 1) / len(stages), None)
    return made


def at_night(scene: Scene) -> Scene:
    """The same place when the day is over."""
    return replace(scene, light="night", sky_colours=())


def grouped(grounds: Sequence[list[Step]], most: int) -> list[list[Step]]:
    """At most so many groups; near ones are joined last, for they move most."""
    groups = [list(ground) for ground in grounds]
    while len(groups) > most:
        groups[1] += groups.pop(2)
    return groups


def changed(before: Picture, after: Picture) -> Image.Image:
    """Where a layer is, with a soft edge."""
    there = np.abs(after - before).max(axis=2) > VISIBLE
    mask = Image.fromarray(there.astype(np.uint8) * np.uint8(255))
    return mask.filter(ImageFilter.MaxFilter(3)).filter(ImageFilter.BoxBlur(1))


def rows_of(mask: Image.Image | None, height: int) -> tuple[int, int]:
    box = mask.getbbox() if mask else None
    return (box[1], box[3]) if box else (0, height if mask is None else 0)


def finished(studio: Studio, stage: Picture, over: Sequence[Step]) -> Image.Image:
    """The stage as a picture, with what lies over everything; each step draws its own chance, alike for all stages."""
    studio.canvas.rgb = stage.copy()
    for step in over:
        step(studio)
    finish.bloom(studio.canvas)
    finish.develop(studio.canvas)
    return finish.eight_bit(studio.canvas.rgb)

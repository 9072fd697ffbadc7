"""Compositions: for each place, what is painted in which order and where the horizon lies."""

from collections.abc import Callable
from functools import partial
from typing import Any

from workers.engines.painter import (
    abstract,
    aurora,
    bouquet,
    city,
    flowers,
    forest,
    land,
    shores,
    sky,
    space,
    street,
    subjects,
    underwater,
    weather,
)
from workers.engines.painter.standing import FLYING
from workers.engines.painter.studio import Step, Studio
from workers.engines.painter.water import water

HORIZONS: dict[str, tuple[float, float]] = {
    "sea": (0.52, 0.64),
    "lake": (0.5, 0.56),
    "island": (0.52, 0.6),
    "beach": (0.44, 0.52),
    "river": (0.46, 0.54),
    "waterfall": (0.55, 0.6),
    "mountains": (0.56, 0.64),
    "volcano": (0.6, 0.66),
    "hills": (0.52, 0.6),
    "desert": (0.5, 0.58),
    "snow": (0.48, 0.56),
    "forest": (0.54, 0.6),
    "meadow": (0.42, 0.5),
    "city": (0.58, 0.66),
    "street": (0.5, 0.58),
}
LAKE_SHORE = 9.0


def steps(studio: Studio) -> list[Step]:
    """Everything that makes this picture, back to front."""
    grounds, over = layers(studio)
    return [*(step for ground in grounds for step in ground), *over]


def layers(studio: Studio) -> tuple[list[list[Step]], list[Step]]:
    """The same as groups at different distances, farthest first, and what lies over all of them, as rain does."""
    place, scene = studio.scene.place, studio.scene
    if place in ("abstract", "space", "underwater", "bouquet"):
        inside = {
            "abstract": abstract.steps,
            "space": space.steps,
            "underwater": underwater.steps,
            "bouquet": bouquet.steps,
        }
        return [inside[place](studio), *([figure] for figure in figures(studio))], []
    heaven: list[Step] = [sky.air, sky.stars, sky.sun]
    heaven += [aurora.aurora] if scene.has("aurora") else []
    heaven += [sky.clouds] if not scene.has("aurora") else []
    heaven += [weather.lightning] if scene.light == "storm" and (scene.has("lightning") or place != "sea") else []
    heaven += [weather.rainbow] if scene.has("rainbow") else []
    near = [*LANDS[place](studio), *figures(studio)]
    return [heaven, *([step] for step in near)], weather.steps(studio)


def figures(studio: Studio) -> list[Step]:
    """In the order of the words; but what is counted and flies comes last, or a tree would hide some of it."""
    named = sorted(enumerate(studio.scene.subjects), key=lambda one: one[1].count > 0 and one[1].kind in FLYING)
    return [partial(subjects.paint, subject=subject, number=at) for at, subject in named]


def sea(studio: Studio) -> list[Step]:
    if studio.scene.light == "storm":
        return [shores.swell]
    return [partial(water, calm=0.85 if studio.scene.has("calm") else 0.45)]


def lake(studio: Studio) -> list[Step]:
    return [
        partial(land.mountains, share=0.5, shore=LAKE_SHORE),
        partial(water, calm=0.55 if "sea" in studio.scene.places else 0.88),
        shores.bank,
    ]


def island(studio: Studio) -> list[Step]:
    bank = studio.horizon + (studio.canvas.height - studio.horizon) / 15
    return [partial(land.island, tropical=studio.scene.has("palms")), partial(water, calm=0.6, shore=bank)]


def beach(studio: Studio) -> list[Step]:
    return [partial(water, calm=0.5), shores.beach, *([shores.palms] if wants_palms(studio) else [])]


def wants_palms(studio: Studio) -> bool:
    return studio.scene.has("palms") or studio.dice.fork("palms?").chance(0.6)


def mountains(studio: Studio) -> list[Step]:
    return [land.mountains, *grove(studio, count=70, depths=(3.0, 18.0), tall=0.5), forest.undergrowth]


def hills(studio: Studio) -> list[Step]:
    return [land.hills, *grove(studio), forest.undergrowth]


def snow(studio: Studio) -> list[Step]:
    return [partial(land.mountains, share=0.34), land.snowfield, *grove(studio, count=34, tall=0.6)]


def meadow(studio: Studio) -> list[Step]:
    return [partial(land.hills, share=0.16), *grove(studio), *flowers.meadow(studio)]


def river(studio: Studio) -> list[Step]:
    return [shores.valley, *grove(studio, count=40), shores.bank]


def grove(studio: Studio, **how: Any) -> list[Step]:
    """Trees here and there, unless the words count them."""
    return [] if studio.scene.counts("tree") else [partial(forest.grove, **how)]


LANDS: dict[str, Callable[[Studio], list[Step]]] = {
    "sea": sea,
    "lake": lake,
    "island": island,
    "beach": beach,
    "mountains": mountains,
    "hills": hills,
    "snow": snow,
    "meadow": meadow,
    "river": river,
    "forest": forest.steps,
    "city": city.steps,
    "street": street.steps,
    "desert": lambda studio: [land.dunes],
    "volcano": lambda studio: [land.volcano],
    "waterfall": lambda studio: [shores.cliff, shores.fall, shores.basin],
}

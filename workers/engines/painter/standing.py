"""Where in the scene something stands, swims or flies, and how large it is there."""

from typing import NamedTuple

import numpy as np

from workers.engines.painter.dice import Dice
from workers.engines.painter.studio import Studio
from workers.engines.painter.words import WATERS

AFLOAT = frozenset(("boat", "ship", "whale", "dolphin"))
FLYING = frozenset(("bird", "balloon", "dragon", "butterfly", "rocket"))
BRIDGES = frozenset(("bridge", "arch"))
BASED = BRIDGES | {"castle", "lighthouse"}  # these bring the ground they stand on
FAR = BASED | {"house", "windmill"}
MOST = 12  # of a kind that can be told apart
EDGE = 0.05  # of the width, or height, stays free on each side
BELOW = 1.08  # the upper edge, in heights, at least: the feet of what flies
ROOM = 1.12  # of its share of the width that one may take: they stand in front of each other a little


class Place(NamedTuple):
    """Column, row of the feet, height in pixels."""

    x: float
    foot: float
    size: float


def spot(studio: Studio, kind: str, size: float, number: int) -> Place:
    """Of the first of a kind: where the eye goes."""
    canvas, dice = studio.canvas, studio.dice.fork(f"spot {kind} {number}")
    x = canvas.width * (0.5 + side(studio, number) * (dice.uniform(0.06, 0.15) + 0.12 * (number > 0)))
    deep = canvas.height - studio.horizon
    tall = canvas.unit * size * dice.uniform(0.95, 1.15) * (1.0 if number == 0 else 0.7)
    if studio.scene.place in ("space", "underwater", "abstract"):
        return Place(x, canvas.height * dice.uniform(0.56, 0.66) + tall * 0.3, tall * 1.25)
    if kind in FLYING:
        return Place(x, max(studio.horizon * dice.uniform(0.5, 0.66) + tall * 0.2, tall * BELOW), tall)
    if kind in BRIDGES:
        return Place(canvas.width / 2, studio.horizon + deep * 0.14, canvas.unit * 0.42)
    if kind in AFLOAT:
        return Place(x, studio.horizon + deep * dice.uniform(0.2, 0.3), tall)
    if kind in FAR:
        return Place(x, ground(studio, x, 0.16 if studio.scene.place in WATERS else 0.3), tall)
    return Place(x, ground(studio, x, dice.uniform(0.56, 0.68)), tall * 1.15)


def side(studio: Studio, number: int) -> float:
    """Where in the picture a kind has its place: -1 left, 1 right."""
    return float(-np.sign(studio.sunward) * (1 if number % 2 == 0 else -1))


def spread(studio: Studio, kind: str, first: Place, count: int, number: int) -> list[Place]:
    """So many of a kind side by side; farthest first."""
    dice = studio.dice.fork(f"count {number}")
    share, middles = columns(studio, kind, count, number, dice)
    size, places = min(first.size, share * ROOM), []
    floats = kind in FLYING or studio.scene.place in ("underwater", "space")
    leads = dice.integer(0, len(middles) - 1)
    for at, x in enumerate(middles):
        far = 1.0 if at == leads else dice.uniform(0.66, 0.92)
        up = dice.uniform(-0.75, 0.6) * first.size if floats and at != leads else 0.0
        row = inside(studio, first.foot + up, size * far) if floats else beside(studio, x, first.foot, far)
        places.append(Place(x, row, size * far))
    return sorted(places, key=lambda one: one.size)


def inside(studio: Studio, foot: float, size: float) -> float:
    """The row of the feet of what floats, where neither edge cuts it."""
    return max(min(foot, studio.canvas.height * (1 - EDGE)), size * BELOW)


def columns(studio: Studio, kind: str, count: int, number: int, dice: Dice) -> tuple[float, list[float]]:
    """The share of the width that each of so many has, and where. Where other kinds stand on the same ground, a kind
    keeps to its side of the picture."""
    count, wide = min(count, MOST), studio.canvas.width
    left, right = EDGE, 1 - EDGE
    if kind not in FLYING and any(one.kind not in FLYING | {kind} for one in studio.scene.subjects):
        inner, outer = 0.5 + side(studio, number) * (-0.06 if number == 0 else 0.1), 0.5 + side(studio, number) * 0.45
        left, right = min(inner, outer), max(inner, outer)
    share = (right - left) * wide / count
    return share, [left * wide + share * (at + 0.5 + dice.uniform(-0.12, 0.12)) for at in range(count)]


def beside(studio: Studio, x: float, foot: float, far: float) -> float:
    """The row where something stands farther away than what stands at `foot`."""
    if studio.scene.place in WATERS or studio.floor is None:
        return studio.horizon + (foot - studio.horizon) * far
    return ground(studio, x, max(0.04, (foot - studio.horizon) / (studio.canvas.height - studio.horizon) * far))


def ground(studio: Studio, x: float, share: float) -> float:
    """The row of the land a share of the way from the horizon to the lower edge."""
    row = studio.horizon + (studio.canvas.height - studio.horizon) * share
    if studio.floor is None:
        return row
    depth = (studio.canvas.height - studio.horizon) / max(row - studio.horizon, 1)
    return float(np.clip(studio.floor(x, depth), studio.horizon * 0.9, studio.canvas.height * 0.95))

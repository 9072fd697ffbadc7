"""Numbers in a painter's prompt: as many things stand in the picture as the words say, each to be told apart."""

from itertools import pairwise

import numpy as np
import pytest

from workers.engines.painter import forest, scenes, standing, subjects, underwater
from workers.engines.painter.canvas import Canvas
from workers.engines.painter.dice import Dice
from workers.engines.painter.engine import checked, paint
from workers.engines.painter.palette import mix_palette
from workers.engines.painter.studio import Studio, open_studio
from workers.engines.painter.words import read

SIDE = 128


def counted(prompt: str) -> dict[str, int]:
    return {one.kind: one.count for one in read(prompt).subjects if one.count}


@pytest.mark.parametrize(
    ("prompt", "numbers"),
    [
        ("two boats", {"boat": 2}),
        ("a boat and two houses", {"house": 2}),
        ("three red boats and 5 birds at sunset", {"boat": 3, "bird": 5}),
        ("a dozen of balloons over mountains", {"balloon": 12}),
        ("drei alte Häuser und zwei Segelboote", {"house": 3, "boat": 2}),
        ("deux bateaux et quatre oiseaux", {"boat": 2, "bird": 4}),
        ("dos barcos y un faro", {"boat": 2}),
        ("пять птиц и две лодки", {"bird": 5, "boat": 2}),
        ("boats in the harbour", {}),
        ("two hills, a house", {}),
        ("two people in a boat", {}),
        ("a ship in 1970, 8k", {}),
        ("five stars over a castle", {}),
        ("100 birds", {}),
        ("two hundred birds", {}),
        ("a 10 year old dog", {}),
        ("a two story house and a pair of boats", {"boat": 2}),
        ("ein Dutzend Vögel, ein paar Boote", {"bird": 12, "boat": 2}),
    ],
)
def test_a_number_counts_what_is_named_next(prompt: str, numbers: dict[str, int]) -> None:
    assert counted(prompt) == numbers


def studio_of(prompt: str, seed: int = 3) -> Studio:
    scene, dice = read(prompt), Dice(prompt, seed)
    return open_studio(Canvas(SIDE, SIDE), scene, mix_palette(scene, dice), dice, scenes.HORIZONS["sea"])


@pytest.mark.parametrize("count", [2, 3, 5, 9, 12])
@pytest.mark.parametrize("kind", ["boat", "bird"])
def test_so_many_stand_apart_and_in_the_picture(kind: str, count: int) -> None:
    studio = studio_of("the sea")
    places = standing.spread(studio, kind, standing.spot(studio, kind, subjects.OUTLINES[kind].size, 0), count, 0)
    columns = sorted(place.x for place in places)

    assert len(places) == count
    assert columns[0] > 0.06 * SIDE
    assert columns[-1] < 0.94 * SIDE
    assert min(right - left for left, right in pairwise(columns)) > 0.7 * 0.9 * SIDE / count
    assert max(place.size for place in places) < 1.2 * 0.9 * SIDE / count


@pytest.mark.parametrize(
    ("prompt", "kind", "seeds"), [("the sea", "balloon", (2, 16, 22)), ("space", "rocket", (4, 5, 7))]
)
def test_no_edge_cuts_what_floats(prompt: str, kind: str, seeds: tuple[int, ...]) -> None:
    for seed in seeds:
        studio = studio_of(prompt, seed)
        places = standing.spread(studio, kind, standing.spot(studio, kind, subjects.OUTLINES[kind].size, 0), 3, 0)

        assert min(one.foot - one.size for one in places) > 0
        assert max(one.foot for one in places) < SIDE


def test_two_kinds_keep_to_their_sides() -> None:
    studio = studio_of("two houses and three ships on the sea")
    ranges = []
    for number, one in enumerate(studio.scene.subjects):
        places = standing.spread(studio, one.kind, standing.spot(studio, one.kind, 0.3, number), one.count, number)
        ranges.append((min(place.x for place in places), max(place.x for place in places)))

    assert max(ranges)[0] > min(ranges)[1]


@pytest.mark.parametrize(("prompt", "number"), [("two boats", 2), ("seven birds", 7), ("boats", 3), ("a boat", 1)])
def test_the_painter_draws_them_all(monkeypatch: pytest.MonkeyPatch, prompt: str, number: int) -> None:
    drawn: list[str] = []
    monkeypatch.setattr(subjects, "place", lambda studio, subject, *where: drawn.append(subject.kind))
    paint(checked({"prompt": prompt, "width": 64, "height": 64}), 3, lambda fraction, preview: None)

    assert len(drawn) == number


def test_what_flies_and_is_counted_is_hidden_behind_no_tree(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[str] = []
    monkeypatch.setattr(subjects, "place", lambda studio, subject, *where: drawn.append(subject.kind))
    monkeypatch.setattr(subjects, "lone_tree", lambda *where: drawn.append("tree"))
    paint(checked({"prompt": "three birds over two trees", "width": 64, "height": 64}), 3, lambda *_: None)

    assert drawn == ["tree", "tree", "bird", "bird", "bird"]


def test_counted_trees_are_all_that_stand_there(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[float] = []
    monkeypatch.setattr(subjects, "lone_tree", lambda studio, dice, x, *where: drawn.append(x))
    monkeypatch.delattr(forest, "grove")
    paint(checked({"prompt": "three trees", "width": 64, "height": 64}), 3, lambda fraction, preview: None)

    assert len(set(drawn)) == 3


def test_counted_fish_are_all_that_swim_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(underwater, "shoal")
    paint(checked({"prompt": "seven fish underwater", "width": 64, "height": 64}), 3, lambda fraction, preview: None)


def test_the_same_seed_paints_the_same_number_in_the_same_way() -> None:
    def painted(prompt: str) -> np.ndarray:
        return np.asarray(paint(checked({"prompt": prompt, "width": SIDE, "height": SIDE}), 3, lambda *_: None))

    assert (painted("three trees and two boats") == painted("three trees and two boats")).all()

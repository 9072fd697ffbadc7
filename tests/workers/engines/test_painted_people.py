"""People in painted pictures: who they are, how many and what they wear, as the words say."""

from itertools import combinations

import numpy as np
import pytest

from workers.engines.painter.dice import Dice
from workers.engines.painter.engine import checked, paint
from workers.engines.painter.lexicon import PEOPLE
from workers.engines.painter.looks import Look
from workers.engines.painter.people import somebody
from workers.engines.painter.words import read

SIDE = 256


def looks(prompt: str) -> tuple[Look, ...]:
    [subject] = [one for one in read(prompt).subjects if one.looks]
    return subject.looks


def colours_said(prompt: str) -> tuple[str, ...]:
    """Those that are the scene's, and not somebody's."""
    return read(prompt).colours


@pytest.mark.parametrize(
    ("prompt", "people"),
    [
        ("an old man with a hat", [Look("man", old=True, hat="hat")]),
        ("two children", [Look("child")] * 2),
        ("three people on a beach", [Look("person")] * 3),
        ("a woman in red at sunset", [Look("woman", clothes="red")]),
        ("a boy in a blue shirt", [Look("boy", clothes="blue")]),
        ("a girl with long blonde hair", [Look("girl", hair="blonde", long_hair=True)]),
        ("a woman with red hair", [Look("woman", hair="ginger")]),
        ("a man with a white beard in a green coat", [Look("man", clothes="green", hair="white", beard=True)]),
        ("two men with black hats", [Look("man", hat="hat", hat_colour="black")] * 2),
        ("a king and a queen in purple", [Look("king"), Look("queen", clothes="purple")]),
        ("a couple", [Look("woman"), Look("man")]),
        ("an old castle and a man on an old bridge", [Look("man")]),
        ("eine alte Frau im roten Kleid", [Look("woman", old=True, clothes="red", dress=True)]),
        ("une vieille femme en rouge", [Look("woman", old=True, clothes="red")]),
        ("una mujer con un vestido rojo", [Look("woman", clothes="red", dress=True)]),
        ("старик с белой бородой", [Look("man", old=True, hair="white", beard=True)]),
    ],
)
def test_the_words_say_how_people_look(prompt: str, people: list[Look]) -> None:
    assert list(looks(prompt)) == people


def test_what_somebody_wears_does_not_colour_the_sky() -> None:
    assert colours_said("a woman in red at sunset") == ()
    assert colours_said("a woman at a red sunset") == ("red",)
    assert colours_said("a man in a red car") == ("red",)
    assert looks("a girl with a red umbrella") == (Look("girl"),)


def test_a_crowd_is_five_and_endless_words_are_read_at_once() -> None:
    assert len(looks("a crowd of people, many women and ten kings")) == 5
    assert looks("old red long two " * 99 + "man")


@pytest.mark.parametrize("who", PEOPLE)
def test_everybody_can_be_drawn_in_every_way(who: str) -> None:
    for look in (Look(who), Look(who, old=True, hair="bald", hat="helmet", beard=True), Look(who, hair="pink")):
        drawn = somebody(look, Dice("x", 1), umbrella=look.old)
        known = set(drawn.colours) | {"black", "gold", "red", "glow", "white"}
        assert {part.paint for part in drawn.parts} <= known


def test_people_can_be_told_apart() -> None:
    """By the middle of the picture, where they stand before the same hills."""
    prompts = ("an old man with a hat", "two children", "a woman in red", "a knight", "a man in a yellow coat")
    drawn = []
    for prompt in prompts:
        parts = [somebody(look, Dice("x", at)) for at, look in enumerate(looks(prompt))]
        drawn.append({(part.paint, one.colours.get(part.paint), part.points) for one in parts for part in one.parts})
    for one, other in combinations(drawn, 2):
        assert len(one ^ other) > 6


def test_the_same_seed_paints_the_same_people_and_another_one_others() -> None:
    def painted(seed: int) -> np.ndarray:
        order = checked({"prompt": "three people on a beach", "width": SIDE, "height": SIDE, "seed": seed})
        return np.asarray(paint(order, seed, lambda fraction, preview: None))

    assert (painted(3) == painted(3)).all()
    look = looks("three people on a beach")[0]
    assert len({str(somebody(look, Dice("x", seed)).colours) for seed in range(12)}) > 6

"""What people do, in order: an endless script, the same for the same seed. Pure."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, TypeVar

from tests.faults.people import Somebody

T = TypeVar("T")
Deed = Literal["ask", "cancel", "again", "vary", "look", "delete"]
Begins = Literal["now", "soon", "after", "soon and after"]

DEEDS: dict[Deed, int] = {"ask": 72, "cancel": 10, "again": 10, "vary": 3, "look": 4, "delete": 1}
LENGTHS = ((60, ""), (28, " slowly 0.3"), (9, " slowly 1.2"), (3, " slowly 3"))  # seconds that a picture takes
SIZES = ((92, ""), (8, " large 1600"))  # pixels: wide enough to be shown smaller
PICTURED = ((85, False), (15, True))
SOON_SECONDS = (1.0, 3.0)
COUNTS = ((88, 1), (8, 2), (4, 4))
BEGINNINGS: Sequence[tuple[int, Begins]] = ((60, "now"), (15, "soon"), (15, "after"), (10, "soon and after"))
FLAWS = ((95, ""), (2, "--model no-such-model"), (2, "--size 4096x4096"), (1, "--size 64x48 --colour red"))


@dataclass(frozen=True, slots=True)
class Act:
    """`words` are unlike those of every other act; `pictured`: beside a picture to start from, not on Discord; `flaw`
    is a flag that must be refused by some plans or by all; `begins`: at once, in `seconds`, or after the newest job of
    the same person; through the API only."""

    number: int
    somebody: Somebody
    deed: Deed
    words: str
    count: int
    pictured: bool
    flaw: str
    begins: Begins
    seconds: float


def script(seed: str, people: Sequence[Somebody]) -> Iterator[Act]:
    chance = random.Random(f"{seed}:script")
    weights = [somebody.weight for somebody in people]
    number = 0
    while True:
        number += 1
        somebody = chance.choices(people, weights)[0]
        deed = chance.choices(list(DEEDS), list(DEEDS.values()))[0]
        words = f"picture {number}{pick(chance, LENGTHS)}{pick(chance, SIZES)}"
        count, pictured, flaw = pick(chance, COUNTS), pick(chance, PICTURED), pick(chance, FLAWS)
        begins, seconds = pick(chance, BEGINNINGS), chance.uniform(*SOON_SECONDS)
        yield Act(number, somebody, deed, words, count, pictured, flaw, begins, seconds)


def pick(chance: random.Random, choices: Sequence[tuple[int, T]]) -> T:
    """One of the values, by their weights."""
    return chance.choices([value for _, value in choices], [weight for weight, _ in choices])[0]

"""The hundred people of a round: who they are, where they stand, and what plan they have. Pure."""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeVar

T = TypeVar("T")
Where = Literal["telegram", "discord", "api"]

HEADS: dict[Where, int] = {"telegram": 50, "discord": 30, "api": 20}
TIERS: dict[str, int] = {"free": 35, "starter": 30, "pro": 25, "admin": 10}
RATES: dict[str, int] = {"free": 5, "starter": 15, "pro": 30, "admin": 60}  # acts a minute that suit the plan
BALANCES: dict[str, int] = {"free": 5, "starter": 40, "pro": 200, "admin": 0}


@dataclass(frozen=True, slots=True)
class Somebody:
    """`number` counts through all people of the round."""

    number: int
    where: Where
    name: str
    tier: str

    @property
    def weight(self) -> int:
        """How often they act, beside the others."""
        return RATES[self.tier]

    @property
    def balance(self) -> int:
        """Tokens they bought before the round."""
        return BALANCES[self.tier]


def populace(seed: str) -> list[Somebody]:
    """A hundred people, plans dealt out by chance."""
    tiers = repeated(TIERS)
    random.Random(f"{seed}:plans").shuffle(tiers)
    places = repeated(HEADS)
    return [
        Somebody(number, where, f"{where}{number}", tier)
        for number, (where, tier) in enumerate(zip(places, tiers, strict=True))
    ]


def repeated(counts: Mapping[T, int]) -> list[T]:
    return [name for name, times in counts.items() for _ in range(times)]

"""How the people of a prompt look: who they are, how many, what they wear, as far as its words tell. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from workers.engines.painter.lexicon import (
    AND,
    CLOTHES,
    COLOURS,
    FEATURES,
    HAIR,
    LIGHTS,
    LONG,
    LOOKS,
    NUMBERS,
    PEOPLE,
    PLACES,
    PLURALS,
    SMALL,
    SUBJECTS,
    WEARING,
)
from workers.engines.painter.lookup import index, look_up

MOST = 5
NEAR = 6  # words: what is farther away belongs to something else
USUAL_MANY = 3
HATS = ("hat", "crown", "helmet")
HAIRS = ("blonde", "ginger", "brunette", "grey", "bald")
AGED = {"old man": "man", "old woman": "woman"}
SEVERAL = {
    "couple": ("woman", "man"),
    "family": ("man", "woman", "child"),
    "crowd": ("man", "woman", "person", "woman", "man"),
}
GROUNDS = tuple((name, words) for table in (SUBJECTS, PLACES, LIGHTS, FEATURES) for name, words in table.items())
COLOUR_WORDS = tuple((name, words) for name, (_, words) in COLOURS.items())


@dataclass(frozen=True, slots=True)
class Look:
    """Somebody; `who` is a key of PEOPLE. What is None or False is left to chance, or to what such people wear."""

    who: str = "person"
    old: bool = False
    clothes: str | None = None  # a colour, as the hat's; the hair's may be one of HAIRS
    hair: str | None = None
    long_hair: bool = False
    hat: str | None = None  # one of HATS
    hat_colour: str | None = None
    beard: bool = False
    dress: bool = False
    staff: bool = False


def company(words: Sequence[str]) -> tuple[tuple[Look, ...], frozenset[int]]:
    """The people, MOST at most, and the places of the colours that are theirs."""
    reader = Reader(words)
    for at, word in enumerate(words):
        reader.read(at, word)
    return (tuple(reader.seen[:MOST]), frozenset(reader.worn)) if reader.seen else ((), frozenset())


class Reader:
    """What is said before somebody is kept for who comes; the rest is of those who were named last."""

    def __init__(self, words: Sequence[str]) -> None:
        self.words = words
        self.seen: list[Look] = []
        self.worn: set[int] = set()
        self._last = 0  # so many of those seen were named together
        self._coming = Look()
        self._number = 1

    def read(self, at: int, word: str) -> None:
        if who := first(word, PEOPLE):
            self._somebody(word, who)
        elif colour := colour_of(word):
            if of := self._wearer(at):
                self._say(at, **{of: "ginger" if (of, colour) == ("hair", "red") else colour})
                self.worn.add(at)
        elif number := first(word, NUMBERS):
            self._number = int(number)
        elif is_one_of(word, LONG) and any(is_one_of(near, HAIR) for near in self.words[at + 1 : at + 4]):
            self._say(at, long_hair=True)
        elif look := first(word, LOOKS):
            self._described(at, look)
        elif is_thing(word):
            self._coming, self._number = Look(), 1

    def _somebody(self, word: str, who: str) -> None:
        look = replace(self._coming, who=AGED.get(who, who), old=self._coming.old or who in AGED)
        many = is_one_of(word, PLURALS) or (word.endswith("s") and first(word[:-1], PEOPLE) == who)
        each = SEVERAL.get(who) or (look.who,) * (self._number if self._number > 1 else USUAL_MANY if many else 1)
        self.seen += [replace(look, who=one) for one in each]
        self._last = len(each)
        self._coming, self._number = Look(), 1

    def _described(self, at: int, look: str) -> None:
        if look in HATS:
            self._say(at, hat=look)
        elif look in HAIRS:
            self._say(at, hair=look)
        elif look == "old":  # of a person, not of a bridge where one stands
            if self._before_somebody(at) or (at and first(self.words[at - 1], PEOPLE)):
                self._say(at, old=True)
        else:
            self._say(at, **{"long_hair" if look == "long" else look: True})

    def _wearer(self, at: int) -> str | None:
        """What of somebody has the colour that stands here."""
        before = next((word for word in self.words[max(0, at - NEAR) : at][::-1] if not is_between(word)), "")
        after = next((word for word in self.words[at + 1 : at + NEAR] if not is_between(word)), "")
        if first(after, PEOPLE):
            return "clothes"
        if of := garment(after):
            return of
        if not self.seen or is_thing(after):
            return None
        return garment(before) or ("clothes" if is_one_of(before, WEARING) else None)

    def _before_somebody(self, at: int) -> bool:
        """Whether nothing but adjectives stands between this word and somebody."""
        rest = (word for word in self.words[at + 1 : at + NEAR] if not (colour_of(word) or first(word, LOOKS)))
        return first(next(rest, ""), PEOPLE) is not None

    def _say(self, at: int, **what: Any) -> None:
        if not self.seen or self._before_somebody(at):
            self._coming = replace(self._coming, **what)
        else:
            self.seen[-self._last :] = [replace(look, **what) for look in self.seen[-self._last :]]


def first(word: str, table: Mapping[str, str]) -> str | None:
    return next(iter(look_up(word, index(tuple(table.items())))), None)


def colour_of(word: str) -> str | None:
    return next(iter(look_up(word, index(COLOUR_WORDS))), None)


def garment(word: str) -> str | None:
    """The field of a look that has the colour of this."""
    look = first(word, LOOKS)
    if is_one_of(word, HAIR) or look == "beard":
        return "hair"
    if look == "hat":
        return "hat_colour"
    return "clothes" if look == "dress" or is_one_of(word, CLOTHES) else None


def is_one_of(word: str, words: str) -> bool:
    return bool(look_up(word, index((("", words),))))


def is_between(word: str) -> bool:
    return word in SMALL or is_one_of(word, AND) or colour_of(word) is not None


def is_thing(word: str) -> bool:
    """Something else than people."""
    return bool(look_up(word, index(GROUNDS))) and first(word, PEOPLE) is None

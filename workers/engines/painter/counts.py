"""How many of a thing the words ask for: "two boats", "3 red houses", "пять птиц"."""

from collections.abc import Sequence

from workers.engines.painter.lexicon import PEOPLE, PLACES, SUBJECTS
from workers.engines.painter.lookup import index, look_up

NUMBERS = {
    2: "two both pair zwei beide paar deux dos две два оба обе",
    3: "three drei trois tres три",
    4: "four vier quatre cuatro четыре",
    5: "five fünf cinq cinco пять",
    6: "six sechs seis шесть",
    7: "seven sieben sept siete семь",
    8: "eight acht huit ocho восемь",
    9: "nine neun neuf nueve девять",
    10: "ten zehn dix diez десять",
    12: "twelve dozen zwölf dutzend douze doce дюжина двенадцать",
}
ONE = frozenset(("a", "an", "ein", "eine", "einen", "un", "une", "una"))  # "a 10 year old dog" is one dog
GROUPS = frozenset(("pair", "paar", "dozen", "dutzend"))  # but "a pair of boats" are two
SPELT = {word: number for number, words in NUMBERS.items() for word in words.split()}
MOST_DIGITS = 2  # what is longer is a year
NEAR = 4  # words from the number to the thing, at most
ENDS = (  # after these, things are counted anew, or nobody can count them
    "a an the and in on at with near under over by behind beside ein eine einen und im am auf mit bei neben über un une"
    " et dans sur avec una y en con sobre и с на в у под над hundred hundreds thousand thousands"
)


def counts(words: Sequence[str]) -> dict[str, int]:
    """Of each kind that has a number, 2 at least."""
    said: dict[str, int] = {}
    for at, word in enumerate(words):
        of_one = at > 0 and words[at - 1] in ONE and word not in GROUPS
        number = 0 if of_one else value(word)
        kind = counted(words[at + 1 : at + 1 + NEAR]) if number > 1 else None
        if kind:
            said[kind] = said.get(kind, 0) + number
    return said


def value(word: str) -> int:
    """What a word counts; 0 for one that is no number."""
    if word.isdecimal() and len(word) <= MOST_DIGITS:
        return int(word)
    return SPELT.get(word, 0)


def counted(words: Sequence[str]) -> str | None:
    """The kind that is named first among these; people and places have their own ways."""
    for word in words:
        if look_up(word, index((("", ENDS),))) or value(word) or look_up(word, index(tuple(PEOPLE.items()))):
            return None
        if kinds := look_up(word, index(tuple(SUBJECTS.items()))):
            return kinds[0]
        if look_up(word, index(tuple(PLACES.items()))):
            return None
    return None

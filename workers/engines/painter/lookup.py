"""Which names of a table a word stands for; in the tables a star stands for any ending."""

from collections.abc import Iterable, Mapping
from functools import cache


def found(words: Iterable[str], table: Mapping[str, str]) -> tuple[str, ...]:
    """The table's names that the words mention, in the prompt's order."""
    names = index(tuple(table.items()))
    return tuple(dict.fromkeys(name for word in words for name in look_up(word, names)))


def look_up(word: str, names: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """Names of a word itself or of its longest known stem."""
    if word in names:
        return names[word]
    stems = (word[:size] + "*" for size in range(len(word), 1, -1))
    return next((names[stem] for stem in stems if stem in names), ())


@cache
def index(table: tuple[tuple[str, str], ...]) -> Mapping[str, tuple[str, ...]]:
    names: dict[str, tuple[str, ...]] = {}
    for name, words in table:
        for word in words.split():
            names[word] = (*names.get(word, ()), name)
    return names

"""Expands a grammar by chance: the same seed gives the same words, and nothing is said twice in one text."""

import random
import re
from collections.abc import Mapping, Sequence

Grammar = Mapping[str, Sequence[str]]
SYMBOL = re.compile(r"\{([A-Za-z]+)\}")
SENTENCE = re.compile(r"(^|[.!?]\s+|\n)(\W*)(\w)")


class Speaker:
    """Alternatives hold {symbols}; a symbol with a capital letter begins with one. What is neither in the grammar nor
    among the words stays away."""

    def __init__(self, grammar: Grammar, words: Mapping[str, str], seed: str) -> None:
        self.grammar = grammar
        self.words = words
        self.chance = random.Random(seed)
        self.left: dict[str, list[str]] = {}

    def say(self, symbol: str) -> str:
        """One expansion of the symbol."""
        name = symbol if symbol in self.words or symbol in self.grammar else symbol.lower()
        if name in self.words:
            said = self.words[name]
        elif name in self.grammar:
            said = SYMBOL.sub(lambda found: self.say(found[1]), self.pick(name))
        else:
            said = ""
        return capital(said) if symbol[:1].isupper() else said

    def pick(self, symbol: str) -> str:
        """An alternative that was not used since all were."""
        left = self.left.setdefault(symbol, [])
        if not left:
            left += self.grammar[symbol]
        return left.pop(int(self.chance.random() * len(left)))


def capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def sentences(text: str) -> str:
    """Each sentence with a capital letter, single spaces, no comma before an end."""
    text = re.sub(r"[ \t]+", " ", text)
    text = re.sub(r"\s*,(\s*,)+", ",", text)
    text = re.sub(r"\s*,\s*([.!?])", r"\1", text)
    return SENTENCE.sub(lambda found: found[1] + found[2] + found[3].upper(), text).strip()

"""The models people can ask for, and what a request costs: pure."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import ROUND_UP, Decimal
from enum import StrEnum
from functools import lru_cache
from math import ceil
from typing import NamedTuple, assert_never

from pydantic import BaseModel


class Capability(StrEnum):
    IMAGE = "image"
    VIDEO = "video"
    TEXT = "text"
    AUDIO = "audio"


@dataclass(frozen=True, slots=True)
class Model:
    """One row of `catalogue.models`."""

    id: str
    display_name: str
    description: str
    capability: Capability
    price_tokens: Decimal
    default_width: int
    default_height: int
    rank: int
    is_available: bool
    default_seconds: float | None = None  # None: the words decide
    max_seconds: float | None = None
    max_tokens: int | None = None  # of an answer; only a language model has such a bound
    max_steps: int | None = None  # only a diffusion model has steps that one may ask for


PIXELS_OF_ONE_PRICE = 1024 * 1024
STEPS_OF_ONE_PRICE = 50
SECONDS_OF_ONE_PRICE = {Capability.VIDEO: 1, Capability.AUDIO: 10}
TOKENS_OF_ONE_PRICE = 1000
CHARACTERS_OF_A_TOKEN = 4
SMALLEST_PART = Decimal("0.25")  # of a price
SPOKEN_CHARACTERS = 12  # in a second, at most so slowly is read aloud
CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Work:
    """What is asked of a model, as far as its price goes; what does not apply is left out."""

    count: int = 1
    width: int = 0
    height: int = 0
    steps: int = 0
    seconds: float = 0.0
    characters: int = 0
    tokens: int = 0  # of language, not of money; 0: estimated from the characters


class Took(NamedTuple):
    """How long one of the things made has become."""

    seconds: float = 0.0
    tokens: int = 0  # of language


def price(model: Model, work: Work) -> Decimal:
    """Tokens for `work`: the model's price for each unit of its capability, at least one unit, times the count.

    image  one picture of up to 1024 x 1024 in up to 50 steps; above, in proportion to pixels and steps, by quarters
    video  each second begun, of up to 1024 x 1024; above, in proportion to the pixels, by quarters
    audio  each 10 seconds begun
    text   each 1000 language tokens begun; a token is 4 characters where only those are known
    """
    return (model.price_tokens * units(model.capability, work) * work.count).quantize(CENT, ROUND_UP)


def units(capability: Capability, work: Work) -> Decimal:
    """How many prices one of the count costs."""
    match capability:
        case Capability.IMAGE:
            return quarters(work.width * work.height, PIXELS_OF_ONE_PRICE) * quarters(work.steps, STEPS_OF_ONE_PRICE)
        case Capability.VIDEO:
            return quarters(work.width * work.height, PIXELS_OF_ONE_PRICE) * begun(work.seconds, capability)
        case Capability.AUDIO:
            return begun(work.seconds, capability)
        case Capability.TEXT:
            tokens = work.tokens or -(-work.characters // CHARACTERS_OF_A_TOKEN)
            return Decimal(max(1, -(-tokens // TOKENS_OF_ONE_PRICE)))
        case _:
            assert_never(capability)


def language_tokens(characters: int, max_tokens: int) -> int:
    """The most that a question and its answer can be, as far as that is known before; 0 for no bound, as for words that
    no language model writes."""
    return -(-characters // CHARACTERS_OF_A_TOKEN) + max_tokens if max_tokens else 0


def unused_fraction(capability: Capability, asked: Work, took: Iterable[Took]) -> float:
    """What need not be paid of the price that was held for the worst case, now that it is known how long each of the
    things made has become: nothing, where they became longer."""
    used = sum(units(capability, replace(asked, seconds=one.seconds, tokens=one.tokens)) for one in took)
    return float(max(Decimal(0), 1 - used / (units(capability, asked) * asked.count)))


@lru_cache(10_000)
def quarters(amount: int, of_one_price: int) -> Decimal:
    """The amount in units of a price, at least one, rounded up to a quarter."""
    return max(4, -(-4 * amount // of_one_price)) * SMALLEST_PART


def begun(seconds: float, capability: Capability) -> Decimal:
    """The spans of time that were begun, at least one."""
    return Decimal(max(1, ceil(seconds / SECONDS_OF_ONE_PRICE[capability])))


class ModelView(BaseModel):
    """A model as the API shows it to one caller."""

    id: str
    display_name: str
    description: str
    capability: Capability
    price_tokens: Decimal
    default_width: int
    default_height: int
    default_seconds: float | None = None  # of video and sound; None: the words decide
    max_seconds: float | None = None
    max_tokens: int | None = None  # of language that an answer may have; None: it is no language model
    max_steps: int | None = None  # that a picture may be asked in; None: there is no such choice
    allowed: bool  # by the caller's plan
    online: bool  # a live worker offers it
    default: bool  # what a request that names no model of this capability gets
    takes_picture: bool = False  # it can start from a given one
    needs_picture: bool = False  # it makes nothing without one


class ModelList(BaseModel):
    models: list[ModelView]

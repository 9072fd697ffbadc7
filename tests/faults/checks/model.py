"""A check: a question to the database, the rigs' record or the store, whose answer should be nothing."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from tests.faults.acting import Doings


class Key(StrEnum):
    """What a finding counts as."""

    LOST = "lost"
    DOUBLE_CHARGED = "double_charged"
    DOUBLE_POSTED = "double_posted"
    OPEN_HOLDS = "open_holds"
    LIMIT_BREAKS = "limit_breaks"
    RULE_BREAKS = "rule_breaks"
    ORPHANS = "orphans"


Look = Callable[[Doings], Awaitable[Sequence[str]]]


@dataclass(frozen=True, slots=True)
class Check:
    """`look` returns what is wrong, one line each."""

    key: Key
    name: str
    look: Look

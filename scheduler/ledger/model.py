"""Movements of tokens that no job causes; what can be wrong with the books, and what became of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Any


class Reason(StrEnum):
    """Why tokens move without a job."""

    GRANT = "grant"
    PURCHASE = "purchase"
    CORRECTION = "correction"


@dataclass(frozen=True, slots=True)
class Move:
    """A movement of a user's balance; `reference` makes a repetition harmless."""

    user_id: int
    reason: Reason
    reference: str
    delta: Decimal
    note: str | None = None


class Check(StrEnum):
    """What must hold at every moment, for every user."""

    BALANCE = "balance"
    STANDS = "stands"
    CHAIN = "chain"
    NEGATIVE = "negative"
    ALLOWANCE = "allowance"
    SETTLED_ONCE = "settled_once"
    HELD_ONCE = "held_once"
    HELD_AS = "held_as"
    ORPHAN_HOLD = "orphan_hold"
    REFUND = "refund"
    COST = "cost"
    CHARGED = "charged"
    OPEN_JOBS = "open_jobs"
    USAGE = "usage"
    USAGE_BY_CAPABILITY = "usage_by_capability"


MEANING: Mapping[Check, str] = {
    Check.BALANCE: "the sum of a user's ledger is the balance",
    Check.STANDS: "an account stands at the last row of its ledger",
    Check.CHAIN: "each ledger row continues the numbers and the balance of the one before",
    Check.NEGATIVE: "no balance and no use is negative",
    Check.ALLOWANCE: "what is used of the allowance is what the ledger says of its last day",
    Check.SETTLED_ONCE: "every ended job was held once and settled once",
    Check.HELD_ONCE: "every open job is held once and not settled yet",
    Check.HELD_AS: "what a job says was held, of whom and on which day, is what the ledger says",
    Check.ORPHAN_HOLD: "no hold is open whose job does not exist",
    Check.REFUND: "no job gave back more than it took, nor to somebody else or another day",
    Check.COST: "an ended job cost what the ledger took for it",
    Check.CHARGED: "what failed, or was cancelled before it began, cost nothing",
    Check.OPEN_JOBS: "an account counts as many open jobs as there are",
    Check.USAGE: "usage_daily is the settlements by the day of the hold",
    Check.USAGE_BY_CAPABILITY: "usage_daily counts jobs and tokens of each capability",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that does not hold; `facts` are columns of the check."""

    check: Check
    user_id: int
    facts: Mapping[str, Any] = field(default_factory=dict)


class Mended(StrEnum):
    MENDED = "mended"
    GONE = "gone"  # it holds by now
    DECIDE = "decide"  # no row can be written without knowing what happened


@dataclass(frozen=True, slots=True)
class Repair:
    """What became of a finding; `words` say what was written, or what a person must decide."""

    finding: Finding
    result: Mended
    words: str

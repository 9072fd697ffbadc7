"""Books what an admin grants, notes as bought or corrects: once per reference, and never below zero."""

from decimal import Decimal

import asyncpg

from scheduler.database import Db
from scheduler.errors import Code, Refusal, Refused
from scheduler.ledger.model import Move, Reason
from scheduler.ledger.queries import find_move, lock_balance, move


async def book(db: Db, wanted: Move) -> bool:
    """Whether anything moved; a repetition moves nothing. Run inside a transaction; raises Refused."""
    balance = await lock_balance(db, wanted.user_id)
    before = await find_move(db, wanted.reference)
    if no := refusal(wanted, balance, before):
        raise Refused(no)
    if before:
        return False
    try:
        return await move(db, wanted.user_id, wanted.reason, wanted.reference, wanted.delta, wanted.note)
    except asyncpg.UniqueViolationError:  # for somebody else, whose account is not locked here, at this moment
        raise Refused(taken(wanted)) from None


def refusal(wanted: Move, balance: Decimal, before: Move | None) -> Refusal | None:
    """Why it cannot be booked; `before`: what stands in the ledger under its reference."""
    if before:
        is_same = (before.user_id, before.reason, before.delta) == (wanted.user_id, wanted.reason, wanted.delta)
        return None if is_same else taken(wanted)
    if balance + wanted.delta < 0:
        return Refusal(Code.BALANCE_TOO_LOW, {"balance": float(balance), "tokens": float(wanted.delta)})
    return None


def taken(wanted: Move) -> Refusal:
    """The reference of a purchase is somebody else's invention, that of the others a request's key."""
    if wanted.reason is Reason.PURCHASE:
        return Refusal(Code.REFERENCE_TAKEN, {"reference": wanted.reference.partition(":")[2]})
    return Refusal(Code.IDEMPOTENCY_MISMATCH)

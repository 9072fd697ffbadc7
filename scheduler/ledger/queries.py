"""Movements of tokens that no job causes: grants, purchases, corrections."""

from decimal import Decimal

from scheduler.database import Db
from scheduler.ledger.model import Move, Reason


async def lock_balance(db: Db, user_id: int) -> Decimal:
    """Lock an account; what it has."""
    balance: Decimal = await db.fetchval(
        "select balance from billing.token_account where user_id = $1 for update", user_id
    )
    return balance


async def find_move(db: Db, reference_id: str) -> Move | None:
    """What was booked under a reference."""
    row = await db.fetchrow(
        """
        select user_id, reason, delta, note from billing.token_ledger where reference_id = $1 and job_id is null
        """,
        reference_id,
    )
    return Move(row["user_id"], Reason(row["reason"]), reference_id, row["delta"], row["note"]) if row else None


async def move(db: Db, user_id: int, reason: str, reference_id: str, delta: Decimal, note: str | None = None) -> bool:
    """Add to (or, corrected, take from) a balance, once per reference. Returns whether anything moved.

    Run inside a transaction. A balance that would become negative violates a check and moves nothing.
    """
    await lock_balance(db, user_id)
    if await db.fetchval("select 1 from billing.token_ledger where reference_id = $1 and job_id is null", reference_id):
        return False
    await db.execute(
        """
        with a as (update billing.token_account set balance = balance + $4, last_seq = last_seq + 1
                    where user_id = $1 returning last_seq, balance)
        insert into billing.token_ledger (user_id, seq, reason, reference_id, delta, day, balance_after, note)
        select $1, a.last_seq, $2, $3, $4, (clock_timestamp() at time zone 'utc')::date, a.balance, $5 from a
        """,
        user_id,
        reason,
        reference_id,
        delta,
        note,
    )
    return True

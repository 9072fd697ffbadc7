"""How long what nobody needs for ever is kept: waiting jobs that nobody can run, idempotency keys."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from scheduler.database import Db


async def keep_until(db: Db, job_ids: Sequence[UUID], keep_for: timedelta) -> dict[UUID, datetime]:
    """Give waiting jobs that have none a time until which they are kept; returns those just given."""
    rows = await db.fetch(
        """
        update jobs set wait_until = now() + $2::interval
         where id = any($1::uuid[]) and status = 'QUEUED' and wait_until is null
        returning id, wait_until
        """,
        list(job_ids),
        keep_for,
    )
    return {row["id"]: row["wait_until"] for row in rows}


async def keep_no_longer(db: Db, job_ids: Sequence[UUID]) -> None:
    """Somebody can run these again: what was said about how long they are kept is no longer true."""
    await db.execute(
        "update jobs set wait_until = null where id = any($1::uuid[]) and status = 'QUEUED'", list(job_ids)
    )


async def overdue(db: Db, job_ids: Sequence[UUID]) -> list[tuple[UUID, int]]:
    """Which of the waiting jobs were kept as long as they were told, with their attempt numbers."""
    rows = await db.fetch(
        "select id, attempt from jobs where id = any($1::uuid[]) and status = 'QUEUED' and wait_until <= now()",
        list(job_ids),
    )
    return [(row["id"], row["attempt"]) for row in rows]


async def forget_keys(db: Db, older_than: timedelta) -> None:
    """Idempotency keys are kept for a while, not for ever."""
    await db.execute(
        """
        update jobs set idempotency_key = null
         where idempotency_key is not null and created_at < now() - $1::interval
        """,
        older_than,
    )

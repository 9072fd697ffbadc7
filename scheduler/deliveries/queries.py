"""Deliveries: claiming them with a lease, and keeping what became of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from scheduler.database import Db
from scheduler.deliveries.model import DeliveryState, Report


@dataclass(frozen=True, slots=True)
class Delivery:
    job_id: UUID
    user: str
    locale: str | None
    bot_id: str
    state: DeliveryState
    address: dict[str, Any]
    message: dict[str, Any] | None
    tries: int


async def renew(
    db: Db,
    process: str,
    job_ids: Sequence[UUID],
    claim: timedelta,
    bot_id: str | None = None,
    frontend: str | None = None,
) -> set[UUID]:
    """Keep the claims a process (of a bot, on a frontend) still has on these; returns the ones it has."""
    rows = await db.fetch(
        """
        update deliveries set claim_until = now() + $3::interval
         where job_id = any($1::uuid[]) and claimed_by = $2 and state in ('waiting', 'due')
           and ($4::text is null or bot_id = $4) and ($5::text is null or frontend = $5)
        returning job_id
        """,
        list(job_ids),
        process,
        claim,
        bot_id,
        frontend,
    )
    return {row["job_id"] for row in rows}


async def take(
    db: Db,
    bot_id: str,
    process: str,
    limit: int,
    claim: timedelta,
    frontend: str | None = None,
    *,
    only_due: bool = False,
) -> set[UUID]:
    """Claim deliveries of a bot (on one frontend, None: on any) that nobody owns, those that are due first, or none but
    these."""
    rows = await db.fetch(
        """
        update deliveries d set claimed_by = $2, claim_until = now() + $4::interval
          from (select job_id from deliveries
                 where bot_id = $1 and state in ('waiting', 'due') and coalesce(claim_until <= now(), true)
                   and coalesce(due_at <= now(), true) and ($5::text is null or frontend = $5)
                   and (state = 'due' or not $6::bool)
                 order by due_at nulls last, created_at
                 limit $3 for update skip locked) free
         where d.job_id = free.job_id
        returning d.job_id
        """,
        bot_id,
        process,
        limit,
        claim,
        frontend,
        only_due,
    )
    return {row["job_id"] for row in rows}


async def claim_one(db: Db, job_id: UUID, process: str, claim: timedelta) -> tuple[bool, dict[str, Any] | None]:
    """Claim the delivery of one job if it is free; whether it is the process's now, and its status message."""
    await db.execute(
        """
        update deliveries set claimed_by = $2, claim_until = now() + $3::interval
         where job_id = $1 and state in ('waiting', 'due') and (claimed_by = $2 or coalesce(claim_until <= now(), true))
        """,
        job_id,
        process,
        claim,
    )
    row = await db.fetchrow("select claimed_by, message from deliveries where job_id = $1", job_id)
    return (row["claimed_by"] == process, row["message"]) if row else (False, None)


async def deliveries(db: Db, job_ids: Sequence[UUID]) -> list[Delivery]:
    rows = await db.fetch(
        """
        select d.job_id, u.platform || ':' || u.platform_user_id as "user", u.locale, d.bot_id, d.state, d.address,
               d.message, d.tries
          from deliveries d join users u on u.id = d.user_id
         where d.job_id = any($1::uuid[])
         order by d.state <> 'due', d.created_at
        """,
        list(job_ids),
    )
    return [
        Delivery(
            job_id=row["job_id"],
            user=row["user"],
            locale=row["locale"],
            bot_id=row["bot_id"],
            state=DeliveryState(row["state"]),
            address=row["address"],
            message=row["message"],
            tries=row["tries"],
        )
        for row in rows
    ]


async def keep_report(
    db: Db, job_id: UUID, report: Report, bot_id: str | None = None, frontend: str | None = None
) -> bool:
    """Write what became of a delivery (of a bot, on a frontend), if the process still owns it.

    A claim that has run out but was taken by nobody still counts: the platform has seen the effect already.
    """
    final = report.state in (DeliveryState.POSTED, DeliveryState.UNCERTAIN, DeliveryState.DEAD)
    hand_back = report.retry_after_seconds is not None
    kept = await db.fetchval(
        """
        update deliveries
           set state = case when $3::bool then $4 else state end,
               posted_at = case when $4 = 'posted' then now() end,
               message = coalesce($5, message), address = coalesce($6, address),
               last_error = coalesce($7, last_error), tries = tries + $8::bool::int,
               due_at = case when $8 and state = 'due' then now() + $9::interval else due_at end,
               claimed_by = case when $3 or $8 then null else claimed_by end,
               claim_until = case when $3 or $8 then null else claim_until end
         where job_id = $1 and claimed_by = $2 and state in ('waiting', 'due')
           and ($10::text is null or bot_id = $10) and ($11::text is null or frontend = $11)
        returning true
        """,
        job_id,
        report.process,
        final,
        report.state,
        report.message,
        report.address,
        report.error,
        hand_back,
        timedelta(seconds=report.retry_after_seconds or 0),
        bot_id,
        frontend,
    )
    return bool(kept)


async def release(db: Db, bot_id: str, process: str, frontend: str | None = None) -> None:
    """A process stops: what it owned is free at once."""
    await db.execute(
        """
        update deliveries set claimed_by = null, claim_until = null
         where bot_id = $1 and claimed_by = $2 and state in ('waiting', 'due') and ($3::text is null or frontend = $3)
        """,
        bot_id,
        process,
        frontend,
    )

"""What waits and runs: whole, as the dispatcher keeps it, or only how it stands."""

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from sys import intern
from typing import Any, NamedTuple, TypeVar
from uuid import UUID

import asyncpg

from scheduler.database import Db
from scheduler.jobs.model import Status
from scheduler.jobs.share import share_of

T = TypeVar("T", int, float)
STATUSES = {status.value: status for status in Status}
NOBODY: frozenset[str] = frozenset()  # one for all: an empty set is 216 bytes


class OpenJob(NamedTuple):
    """A QUEUED or RUNNING job as the dispatcher keeps it. A tuple: thousands a second are made."""

    id: UUID
    seq: int
    user_id: int
    user: str  # "telegram:42"
    limit: int  # the plan's max_concurrent_jobs; none of a banned account
    priority: int
    status: Status
    capability: str
    model: str | None
    longest_side: int
    share: float  # tokens that it counts of its user's share
    bot_id: str | None
    attempt: int
    worker_id: str | None
    avoid_workers: frozenset[str]
    cancel_requested: bool
    wait_until: datetime | None
    seconds: float | None  # since started_at, or since it waits; None: it is at hand of its worker
    picture: bool = False  # it starts from a given one

    def kept_until(self, until: datetime | None) -> "OpenJob":
        return self._replace(wait_until=until)


OPEN_JOB = """
    select j.id, j.seq, j.user_id, u.platform || ':' || u.platform_user_id as "user",
           case when a.banned then 0 else p.max_concurrent_jobs end as "limit",
           j.priority, j.status, j.capability, j.params ->> 'model' as model,
           greatest((j.params ->> 'width')::int, (j.params ->> 'height')::int) as longest_side,
           j.cost_tokens::float8 as cost, j.bot_id, j.attempt, j.worker_id, j.avoid_workers,
           j.cancel_requested_at is not null as cancel_requested, j.wait_until,
           extract(epoch from now() - case j.status when 'QUEUED' then j.queued_at else j.started_at end)::float8
               as seconds,
           j.params ? 'picture' as picture, case when j.cost_tokens = 0 then j.params end as free
      from jobs j join users u on u.id = j.user_id join plans p on p.id = u.plan_id
      join billing.token_account a on a.user_id = j.user_id
     where j.status in ('QUEUED', 'RUNNING')
"""


async def open_jobs(db: Db, job_ids: Sequence[UUID]) -> list[OpenJob]:
    """Those of the jobs that wait or run, oldest first."""
    rows = await db.fetch(f"{OPEN_JOB} and j.id = any($1::uuid[]) order by j.seq", list(job_ids))
    return [open_job_of(row) for row in rows]


async def all_open_jobs(pool: asyncpg.Pool, page: int = 5_000) -> AsyncGenerator[list[OpenJob], None]:
    """All that wait or run as of one moment, oldest first, a page at a time."""
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute("set local enable_seqscan = on")  # all users and plans, too
        cursor = await connection.cursor(f"{OPEN_JOB} order by j.seq")
        while rows := await cursor.fetch(page):
            yield [open_job_of(row) for row in rows]


@lru_cache(250_000, typed=True)
def shared(value: T) -> T:
    """The same object for equal numbers: most jobs have the size, the cost and the user of many others."""
    return value


def open_job_of(row: Any) -> OpenJob:
    """The job in a row that was selected with OPEN_JOB. What many jobs have in common is kept once; asyncpg's own UUID
    takes twice the memory of Python's once it was looked up by."""
    job_id, seq, user_id, user, limit, priority, status, capability, model, *more = row
    longest_side, cost, bot_id, attempt, worker_id, avoid_workers, cancel_requested, wait_until, seconds, *last = more
    picture, free = last
    return OpenJob(
        UUID(int=job_id.int),
        seq,
        shared(user_id),
        intern(user),
        shared(limit),
        priority,
        STATUSES[status],
        intern(capability),
        intern(model) if model else None,
        shared(longest_side or 0),
        shared(share_of(cost, capability, free)),
        intern(bot_id) if bot_id else None,
        attempt,
        worker_id,
        frozenset(avoid_workers) if avoid_workers else NOBODY,
        cancel_requested,
        wait_until,
        shared(float(round(seconds))) if status == "QUEUED" and seconds is not None else seconds,
        picture,
    )


@dataclass(frozen=True, slots=True)
class Standing:
    """How an open job stands, and how many its user may run."""

    job_id: UUID
    seq: int
    user_id: int
    limit: int
    status: Status
    attempt: int
    cancel_requested: bool
    banned: bool  # its user is


STANDING = """
    select j.id, j.seq, j.user_id, case when a.banned then 0 else p.max_concurrent_jobs end as "limit", j.status,
           j.attempt, j.cancel_requested_at is not null as cancel_requested, a.banned
      from jobs j join users u on u.id = j.user_id join plans p on p.id = u.plan_id
      join billing.token_account a on a.user_id = j.user_id
"""


async def standings(db: Db, job_ids: Sequence[UUID]) -> list[Standing]:
    """How every job stands that runs, and those of the others that wait."""
    rows = await db.fetch(
        f"""
        {STANDING} where j.status = 'RUNNING'
        union all
        {STANDING} where j.status = 'QUEUED' and j.id = any($1::uuid[])
        """,
        list(job_ids),
    )
    return [standing_of(row) for row in rows]


async def queued_after(db: Db, seq: int, limit: int) -> list[Standing]:
    """How the next waiting jobs stand, in order of admission."""
    rows = await db.fetch(
        f"{STANDING} where j.status = 'QUEUED' and j.seq > $1 order by j.seq limit $2",
        seq,
        limit,
    )
    return [standing_of(row) for row in rows]


def standing_of(row: Any) -> Standing:
    return Standing(
        row["id"],
        row["seq"],
        row["user_id"],
        row["limit"],
        Status(row["status"]),
        row["attempt"],
        row["cancel_requested"],
        row["banned"],
    )

"""Dispatch: what waits and runs, attempts with their leases, the way back to the line."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from sys import intern
from typing import Any
from uuid import UUID

import asyncpg

from scheduler.database import Db, columns
from scheduler.jobs.model import Status

NOBODY: frozenset[str] = frozenset()  # one for all: an empty set is 216 bytes


@dataclass(frozen=True, slots=True)
class OpenJob:
    """A QUEUED or RUNNING job as the dispatcher keeps it."""

    id: UUID
    seq: int
    user_id: int
    user: str  # "telegram:42"
    limit: int  # the plan's max_concurrent_jobs
    priority: int
    status: Status
    capability: str
    model: str | None
    longest_side: int
    count: int
    cost: float
    bot_id: str | None
    attempt: int
    worker_id: str | None
    avoid_workers: frozenset[str]
    cancel_requested: bool
    wait_until: datetime | None
    running_seconds: float  # since started_at

    def kept_until(self, until: datetime | None) -> "OpenJob":
        return replace(self, wait_until=until)


OPEN_JOB = """
    select j.id, j.seq, j.user_id, u.platform || ':' || u.platform_user_id as "user", p.max_concurrent_jobs,
           j.priority, j.status, j.capability, j.params ->> 'model' as model,
           greatest((j.params ->> 'width')::int, (j.params ->> 'height')::int) as longest_side,
           (j.params ->> 'count')::int as count, j.cost_tokens::float8 as cost, j.bot_id, j.attempt, j.worker_id,
           j.avoid_workers, j.cancel_requested_at is not null as cancel_requested, j.wait_until,
           coalesce(extract(epoch from now() - j.started_at), 0)::float8 as running_seconds
      from jobs j join users u on u.id = j.user_id join plans p on p.id = u.plan_id
     where j.status in ('QUEUED', 'RUNNING')
"""


async def open_jobs(db: Db, job_ids: Sequence[UUID]) -> list[OpenJob]:
    """Those of the jobs that wait or run, oldest first."""
    rows = await db.fetch(f"{OPEN_JOB} and j.id = any($1::uuid[]) order by j.seq", list(job_ids))
    return [open_job_of(row) for row in rows]


async def all_open_jobs(pool: asyncpg.Pool, page: int = 5_000) -> AsyncGenerator[list[OpenJob], None]:
    """All that wait or run as of one moment, oldest first, a page at a time."""
    async with pool.acquire() as connection, connection.transaction():
        cursor = await connection.cursor(f"{OPEN_JOB} order by j.seq")
        while rows := await cursor.fetch(page):
            yield [open_job_of(row) for row in rows]


def open_job_of(row: Any) -> OpenJob:
    """The job in a row that was selected with OPEN_JOB. Words that many jobs share are kept once."""
    return OpenJob(
        id=row["id"],
        seq=row["seq"],
        user_id=row["user_id"],
        user=intern(row["user"]),
        limit=row["max_concurrent_jobs"],
        priority=row["priority"],
        status=Status(row["status"]),
        capability=intern(row["capability"]),
        model=intern(row["model"]) if row["model"] else None,
        longest_side=row["longest_side"] or 0,
        count=row["count"] or 1,
        cost=row["cost"],
        bot_id=intern(row["bot_id"]) if row["bot_id"] else None,
        attempt=row["attempt"],
        worker_id=row["worker_id"],
        avoid_workers=frozenset(row["avoid_workers"]) if row["avoid_workers"] else NOBODY,
        cancel_requested=row["cancel_requested"],
        wait_until=row["wait_until"],
        running_seconds=row["running_seconds"],
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


STANDING = """
    select j.id, j.seq, j.user_id, p.max_concurrent_jobs, j.status, j.attempt,
           j.cancel_requested_at is not null as cancel_requested
      from jobs j join users u on u.id = j.user_id join plans p on p.id = u.plan_id
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
        row["max_concurrent_jobs"],
        Status(row["status"]),
        row["attempt"],
        row["cancel_requested"],
    )


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


@dataclass(frozen=True, slots=True)
class Leader:
    """The right to dispatch, as every dispatch proves it."""

    holder: str
    term: int


@dataclass(frozen=True, slots=True)
class Started:
    """An attempt that was dispatched."""

    job_id: UUID
    attempt: int
    lease_token: UUID
    capability: str
    params: Mapping[str, Any]


async def start_jobs(
    db: Db, choices: Sequence[tuple[UUID, str, UUID]], lease: timedelta, leader: Leader
) -> list[Started]:
    """QUEUED to RUNNING for (job, worker, lease token); only by the leader of the term, only what still waits.

    It does not wait for the disk: should a crash of the server undo it, outcomes of it fail for their lease token.
    """
    rows = await db.fetch(
        """
        with hasty as materialized (select set_config('synchronous_commit', 'off', true)), leader as (
          select 1 from leadership where holder = $5 and term = $6 and expires_at > clock_timestamp() for share)
        update jobs j
           set status = 'RUNNING', attempt = j.attempt + 1, worker_id = c.worker_id, lease_token = c.lease_token,
               started_at = now(), lease_until = now() + $4::interval
          from unnest($1::uuid[], $2::text[], $3::uuid[]) c (id, worker_id, lease_token), leader, hasty
         where j.id = c.id and j.status = 'QUEUED' and j.cancel_requested_at is null
        returning j.id, j.attempt, j.lease_token, j.capability, j.params
        """,
        *columns(choices, 3),
        lease,
        leader.holder,
        leader.term,
    )
    return [Started(row["id"], row["attempt"], row["lease_token"], row["capability"], row["params"]) for row in rows]


async def running_again(db: Db, job_id: UUID, attempt: int) -> Started | None:
    """What a worker must be told about an attempt it seems to have missed."""
    row = await db.fetchrow(
        """
        select id, attempt, lease_token, capability, params from jobs
         where id = $1 and attempt = $2 and status = 'RUNNING' and cancel_requested_at is null
        """,
        job_id,
        attempt,
    )
    if row is None:
        return None
    return Started(row["id"], row["attempt"], row["lease_token"], row["capability"], row["params"])


async def renew_leases(db: Db, attempts: Sequence[tuple[UUID, int]], lease: timedelta) -> None:
    """Extend the leases of attempts that their workers hold; those that are being ended this moment are let go.

    The next beat comes soon: it does not wait for the disk.
    """
    await db.execute(
        """
        with hasty as materialized (select set_config('synchronous_commit', 'off', true))
        update jobs set lease_until = now() + $3::interval
          from hasty, (select j.id from jobs j join unnest($1::uuid[], $2::int[]) a (id, attempt)
                    on j.id = a.id and j.attempt = a.attempt
                 where j.status = 'RUNNING' for no key update of j skip locked) held
         where jobs.id = held.id
        """,
        *columns(attempts, 2),
        lease,
    )


@dataclass(frozen=True, slots=True)
class Requeue:
    """An attempt that ended without ending its job."""

    job_id: UUID
    attempt: int
    lease_token: UUID | None  # None: the leader gives up on the attempt itself
    lost: bool = False  # only if the lease has lapsed: a leader that stood still may be wrong about that
    failed_on: str | None = None  # name of the worker to avoid


async def requeue_jobs(db: Db, requeues: Sequence[Requeue]) -> set[UUID]:
    """RUNNING to QUEUED, same place in line; not where a cancel was asked for. Returns those that moved."""
    rows = await db.fetch(
        """
        update jobs j
           set status = 'QUEUED', worker_id = null, started_at = null, lease_until = null, lease_token = null,
               lost_attempts = j.lost_attempts + r.lost::int,
               failed_attempts = j.failed_attempts + (r.failed_on is not null)::int,
               avoid_workers = case when r.failed_on is null then j.avoid_workers
                                    else array_append(j.avoid_workers, r.failed_on) end
          from unnest($1::uuid[], $2::int[], $3::uuid[], $4::bool[], $5::text[])
               r (id, attempt, lease_token, lost, failed_on)
         where j.id = r.id and j.attempt = r.attempt and j.status = 'RUNNING' and j.cancel_requested_at is null
           and (r.lease_token is null or j.lease_token = r.lease_token) and (not r.lost or j.lease_until <= now())
        returning j.id
        """,
        *columns([(r.job_id, r.attempt, r.lease_token, r.lost, r.failed_on) for r in requeues], 5),
    )
    return {row["id"] for row in rows}

"""CREATED jobs with a start time or parents: booking them, reading them, admitting those whose time has come."""

import json
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg

from scheduler.database import Db, columns
from scheduler.jobs.agenda.model import Booking
from scheduler.jobs.model import Status
from scheduler.jobs.queries.admission import Hold, NewJob
from scheduler.jobs.queries.ending import Ended, ended_of
from scheduler.plans.model import Standing

BOOKED = "status = 'CREATED' and (start_at is not null or after is not null)"  # as idx_jobs_booked has it


async def parents_of(db: Db, job_ids: Sequence[UUID], user_id: int) -> tuple[dict[UUID, Status], datetime]:
    """How the user's own ones of these jobs stand, and the database's clock."""
    row = await db.fetchrow(
        """
        select clock_timestamp() as now,
               (select coalesce(jsonb_object_agg(id, status), '{}') from jobs
                 where id = any($1::uuid[]) and user_id = $2) as found
        """,
        list(job_ids),
        user_id,
    )
    return {UUID(job_id): Status(status) for job_id, status in row["found"].items()}, row["now"]


async def ended_among(db: Db, job_ids: Sequence[UUID]) -> dict[UUID, Status]:
    """How those of these jobs ended that have; who is not there any more has failed."""
    rows = await db.fetch(
        """
        select a.id, coalesce(j.status, 'FAILED') as status
          from unnest($1::uuid[]) a (id) left join jobs j on j.id = a.id
         where coalesce(j.status, 'FAILED') in ('COMPLETED', 'FAILED', 'CANCELLED')
        """,
        list(job_ids),
    )
    return {row["id"]: Status(row["status"]) for row in rows}


async def insert_booked(db: Db, job: NewJob, booking: Booking, standing: Standing, claim: timedelta) -> None:
    """Write a job that joins the line later, with its delivery. Run it with the account locked."""
    await db.execute(
        """
        with a as (
          update billing.token_account set open_jobs = $2, rate_tat = $3 where user_id = $1 returning user_id),
        j as (
          insert into jobs (id, user_id, frontend, bot_id, capability, status, priority, params, cost_tokens,
                            created_at, idempotency_key, request_hash, parent_id, start_at, after)
          select $4, user_id, $5, $6, $7, 'CREATED', $8, $9, $10, $11, $12, $13, $14, $15, nullif($16::uuid[], '{}')
            from a
          returning id, user_id, frontend, bot_id)
        insert into deliveries (job_id, user_id, frontend, bot_id, address, claimed_by, claim_until)
        select id, user_id, frontend, bot_id, $17::jsonb, $18, now() + $19::interval
          from j where $17::jsonb is not null
        """,
        job.user_id,
        standing.open_jobs,
        standing.rate_tat,
        job.id,
        job.frontend,
        job.bot_id,
        job.capability,
        job.priority,
        job.params,
        job.hold.cost,
        job.created_at,
        job.key,
        job.request_hash,
        job.parent_id,
        booking.start_at,
        list(booking.after),
        job.address,
        job.process,
        claim,
    )


class Entry(NamedTuple):
    """A booked job as the agenda takes it."""

    id: UUID
    seconds: float  # until its start time; none or fewer: it has come
    waits_for: list[UUID]  # parents that have neither completed nor failed
    hopeless: bool  # a parent failed, was cancelled, or is not there any more
    cancelled: bool  # its owner asked for that


ENTRIES = f"""
    select j.id, coalesce(extract(epoch from j.start_at - clock_timestamp()), 0)::float8 as seconds,
           coalesce(p.open, '{{}}') as open, p.failed, j.cancel_requested_at is not null as cancelled
      from (select * from jobs where {BOOKED}) j, lateral (
             select array_agg(w.id) filter (where w.status in ('CREATED', 'QUEUED', 'RUNNING')) as open,
                    coalesce(bool_or(coalesce(w.status, 'FAILED') in ('FAILED', 'CANCELLED')), false) as failed
               from unnest(j.after) a (id) left join jobs w on w.id = a.id) p
"""


async def entries(db: Db, job_ids: Sequence[UUID]) -> list[Entry]:
    """Those of these jobs that are booked."""
    return [Entry(*row) for row in await db.fetch(f"{ENTRIES} where j.id = any($1::uuid[])", list(job_ids))]


async def all_entries(pool: asyncpg.Pool, page: int = 2_000) -> AsyncGenerator[list[Entry], None]:
    """All booked jobs as of one moment, a page at a time."""
    async with pool.acquire() as connection, connection.transaction():
        cursor = await connection.cursor(ENTRIES)
        while rows := await cursor.fetch(page):
            yield [Entry(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class Due:
    """A booked job whose time has come."""

    id: UUID
    user_id: int
    user: str  # "telegram:42"
    bot_id: str | None
    capability: str
    params: Mapping[str, Any]


async def lock_owners(db: Db, job_ids: Sequence[UUID]) -> None:
    """Lock the accounts of the jobs' users, in id order."""
    await db.execute(
        """
        select 1 from billing.token_account
         where user_id in (select user_id from jobs where id = any($1::uuid[])) order by user_id for update
        """,
        list(job_ids),
    )


async def due_jobs(db: Db, job_ids: Sequence[UUID]) -> list[Due]:
    """Those of the booked jobs that nothing holds any more, locked; those that were asked for first come first."""
    rows = await db.fetch(
        f"""
        select j.id, j.user_id, u.platform || ':' || u.platform_user_id as "user", j.bot_id, j.capability, j.params
          from (select * from jobs where {BOOKED}) j join users u on u.id = j.user_id
         where j.id = any($1::uuid[]) and j.cancel_requested_at is null
           and coalesce(j.start_at <= clock_timestamp(), true)
           and not exists (select from unnest(j.after) a (id) left join jobs w on w.id = a.id
                            where w.status is distinct from 'COMPLETED')
         order by j.seq for update of j
        """,
        list(job_ids),
    )
    return [Due(*row) for row in rows]


class Joining(NamedTuple):
    """A job whose time has come, by what it joins the line. In the order of ADMIT_DUE, where its hold follows."""

    job_id: UUID
    user_id: int
    priority: int
    allowance_used: Decimal  # of its account, then
    hold: Hold


async def admit_due(db: Db, jobs: Sequence[Joining]) -> None:
    """CREATED to QUEUED, with the holds: the jobs join the line behind those that are in it. Run it with the accounts
    and the jobs locked."""
    await db.execute(ADMIT_DUE, *columns([(*job[:-1], *job.hold) for job in jobs], 11))


# An account stands where the last of its holds leaves it.
ADMIT_DUE = """
    with t as materialized (
      select * from unnest($1::uuid[], $2::bigint[], $3::int[], $4::numeric[], $5::numeric[], $6::numeric[],
                           $7::numeric[], $8::numeric[], $9::bigint[], $10::date[], $11::timestamptz[])
             t (id, user_id, priority, used, cost, allowance, balance, balance_after, seq, day, wait_until)),
    a as (
      update billing.token_account a
         set balance = u.balance_after, allowance_day = u.day, allowance_used = u.used, last_seq = u.seq
        from (select distinct on (user_id) * from t order by user_id, seq desc) u
       where a.user_id = u.user_id),
    l as (
      insert into billing.token_ledger
             (user_id, seq, reason, reference_id, job_id, delta, allowance_delta, day, balance_after)
      select user_id, seq, 'hold', 'hold:' || id, id, -balance, -allowance, day, balance_after from t)
    update jobs j
       set status = 'QUEUED', queued_at = clock_timestamp(), seq = default, priority = t.priority,
           cost_tokens = t.cost, held_allowance = t.allowance, held_balance = t.balance, held_day = t.day,
           wait_until = t.wait_until
      from t where j.id = t.id
"""


@dataclass(frozen=True, slots=True)
class End:
    """How a job ends that never was in line."""

    job_id: UUID
    status: Status
    error: Mapping[str, str] | None = None


async def end_created(db: Db, ends: Sequence[End]) -> list[Ended]:
    """End jobs that are still CREATED: nothing was held for them, so nothing is settled; their deliveries come due.
    Returns only the jobs that this call ended."""
    rows = await db.fetch(
        END_CREATED, *columns([(e.job_id, e.status, json.dumps(e.error) if e.error else None) for e in ends], 3)
    )
    return [ended_of(row) for row in rows]


# As END_JOBS, which says why it reads like this. An account counts the jobs that were booked, not those of other ways.
END_CREATED = """
    with e as materialized (
      select *, 'CREATED' as stands from unnest($1::uuid[], $2::text[], $3::text[]) e (id, status, error)),
    l as materialized (
      select a.user_id from billing.token_account a
       where a.user_id in (select j.user_id from jobs j join e on e.id = j.id)
       order by a.user_id for update),
    j as (
      update jobs j
         set status = e.status, ended_at = clock_timestamp(), error = e.error::jsonb, cost_tokens = 0
        from e
       where j.id = e.id and j.status = e.stands and (select count(*) from l) > 0
      returning j.id, j.user_id, j.bot_id, j.attempt, j.status,
                j.start_at is not null or j.after is not null as booked),
    account as (
      update billing.token_account a set open_jobs = a.open_jobs - g.jobs
        from l, (select user_id, count(*)::int as jobs from j where booked group by user_id) g
       where a.user_id = g.user_id and l.user_id = g.user_id),
    due as (
      update deliveries d set state = 'due', due_at = now()
       where d.job_id = any(array(select id from j)) and d.state || '' = 'waiting'
      returning d.job_id)
    select j.id, j.user_id, u.platform || ':' || u.platform_user_id, j.bot_id, j.attempt, j.status,
           j.id in (select job_id from due)
      from j join users u on u.id = j.user_id
"""

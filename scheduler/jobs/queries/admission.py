"""Admission: locking accounts, recognising repeated requests, writing jobs with their holds."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from scheduler.accounts.queries import standing_in
from scheduler.database import Db, columns, json_text, literal, texts
from scheduler.jobs.queries.dispatch import Leader
from scheduler.jobs.queries.open import OpenJob
from scheduler.plans.model import Plan, Standing
from scheduler.plans.queries import KnownPlans


@dataclass(frozen=True, slots=True)
class Seen:
    """A job that came before under the same idempotency key."""

    job_id: UUID
    request_hash: bytes | None


class Hold(NamedTuple):
    """What is held for a job that joins the line, and where its account stands then."""

    cost: Decimal
    from_allowance: Decimal
    from_balance: Decimal
    balance_after: Decimal
    seq: int  # of the ledger row
    day: date  # the UTC day whose allowance is spent
    wait_until: datetime | None  # how long it is kept if no live worker can run it


class NewJob(NamedTuple):
    """A row of `jobs`, and its delivery if a bot waits for the answer. A tuple, in the order of INSERT_ADMITTED, where
    its hold follows: thousands a second are made."""

    id: UUID
    user_id: int
    frontend: str
    bot_id: str | None
    capability: str
    priority: int
    params: Mapping[str, Any]
    key: str | None
    request_hash: bytes
    parent_id: UUID | None
    address: Mapping[str, Any] | None
    process: str | None
    hold: Hold
    created_at: datetime
    user: str  # "telegram:42"


@dataclass(frozen=True, slots=True)
class Start:
    """Where a job begins as it is written."""

    job: OpenJob
    worker_id: str
    lease_token: UUID


@dataclass(frozen=True, slots=True)
class Starts:
    """Those of new jobs that begin at once, by the right to dispatch."""

    leader: Leader
    lease: timedelta
    where: Mapping[UUID, Start]


NO_STARTS = Starts(Leader("", 0), timedelta(), {})


@dataclass(frozen=True, slots=True)
class Written:
    """What became of new jobs: their numbers in order of admission, and those that began."""

    numbers: Mapping[UUID, int]
    begun: Collection[UUID]


NOTHING = Written({}, ())

JSON = ("params", "address")
TEXTS = ("frontend", "bot_id", "capability", "key", "process")


@dataclass(frozen=True, slots=True)
class Account:
    """An account as it was read: whoever changes it, or its user's plan, makes a new version of it."""

    standing: Standing
    plan: Plan
    version: str
    held: bool  # by somebody who may be about to change it, or has looked at it under the lock


async def lock_accounts(db: Db, user_ids: Iterable[int]) -> None:
    """Lock the accounts in id order."""
    await db.execute(
        "select 1 from billing.token_account where user_id = any($1::text::bigint[]) order by user_id for update",
        literal(sorted(set(user_ids))),
    )


async def read_accounts(
    db: Db, user_ids: Sequence[int], keys: Sequence[str | None], plans: KnownPlans
) -> tuple[dict[int, Account], dict[tuple[int, str], Seen], datetime, frozenset[str]]:
    """The accounts by user, the jobs that were made under these (user, key) pairs, the database's clock, and what is
    paused."""
    rows = await db.fetch(READ_ACCOUNTS, literal(user_ids), texts(keys))
    known = await plans.of(db, {(row["plan_id"], row["plan_version"]) for row in rows if row["plan_id"] is not None})
    accounts, seen = {}, {}
    for row in rows:
        if row["job_id"] is not None:
            seen[row["user_id"], row["key"]] = Seen(row["job_id"], row["request_hash"])
        else:
            accounts[row["user_id"]] = Account(standing_in(row), known[row["plan_id"]], row["version"], row["held"])
    if not accounts:
        return accounts, seen, datetime.now(UTC), frozenset()
    return accounts, seen, rows[0]["now"], frozenset(rows[0]["paused"] or ())


READ_ACCOUNTS = """
    select a.user_id, a.balance, a.allowance_day, a.allowance_used, a.open_jobs, a.rate_tat, a.banned, a.last_seq,
           a.xmin::text as version, a.xmax <> '0' as held, p.id as plan_id, p.xmin::text as plan_version,
           clock_timestamp() as now, null as key, null::uuid as job_id, null::bytea as request_hash,
           (select array_agg(subject) from catalogue.pauses where coalesce(ends_at > now(), true)) as paused
      from billing.token_account a join users u on u.id = a.user_id join plans p on p.id = u.plan_id
     where a.user_id = any($1::text::bigint[])
     union all
    select j.user_id, null, null, null, null, null, null, null, null, null, null, null, null, k.key, j.id,
           j.request_hash, null
      from unnest($1::text::bigint[], $2::text::text[]) k (user_id, key)
      join jobs j on j.user_id = k.user_id and j.idempotency_key = k.key
"""


async def insert_admitted(
    db: Db, jobs: Sequence[NewJob], changed: Sequence[Account], claim: timedelta, starts: Starts = NO_STARTS
) -> Written:
    """Write the changed accounts, the holds, the jobs and their deliveries. Of an account that is not any more as it
    was read, nothing is written; what was to begin waits unless the right to dispatch still holds, and the plan still
    lets as many run."""
    written = [sent(name, column) for name, column in zip(NewJob._fields[:12], zip(*jobs, strict=True), strict=False)]
    accounts = [
        (s.user_id, a.version, s.balance, s.allowance_day, s.allowance_used, s.open_jobs, s.rate_tat, s.last_seq)
        for a in changed
        for s in (a.standing,)
    ]
    begin = [starts.where.get(job.id) for job in jobs]
    admitted = await db.fetch(
        INSERT_ADMITTED,
        *written,
        *map(literal, zip(*(job.hold for job in jobs), strict=True)),
        *map(literal, columns(accounts, 8)),
        claim,
        jobs[0].created_at,
        texts(start.worker_id if start else None for start in begin),
        literal(start.lease_token if start else None for start in begin),
        starts.lease,
        starts.leader.holder,
        starts.leader.term,
        literal(start.job.limit if start else None for start in begin),
    )
    return Written(
        {row["id"]: row["seq"] for row in admitted}, {row["id"] for row in admitted if row["status"] == "RUNNING"}
    )


def sent(name: str, column: Sequence[Any]) -> str:
    """A column of new jobs as INSERT_ADMITTED takes it."""
    if name in JSON:
        return json_text(column)
    if name == "request_hash":
        return literal(f'"\\\\x{digest.hex()}"' for digest in column)
    return texts(column) if name in TEXTS else literal(column)


# The accounts come in the order of their ids and are found one by one, so that they are locked in that order.
INSERT_ADMITTED = """
    with u as materialized (
      select * from unnest($20::text::bigint[], $21::text::xid[], $22::text::numeric[], $23::text::date[],
                           $24::text::numeric[], $25::text::int[], $26::text::timestamptz[], $27::text::bigint[])
             u (user_id, version, balance, day, used, open_jobs, tat, seq)),
    a as (
      update billing.token_account a
         set balance = u.balance, allowance_day = u.day, allowance_used = u.used, open_jobs = u.open_jobs,
             rate_tat = u.tat, last_seq = u.seq
        from u
       where a.user_id = u.user_id and a.xmin = u.version
      returning a.user_id),
    t as materialized (
      select *
        from rows from (
               unnest($1::text::uuid[], $2::text::bigint[], $3::text::text[], $4::text::text[], $5::text::text[],
                      $6::text::int[], $8::text::text[], $9::text::bytea[], $10::text::uuid[], $12::text::text[],
                      $13::text::numeric[], $14::text::numeric[], $15::text::numeric[], $16::text::numeric[],
                      $17::text::bigint[], $18::text::date[], $19::text::timestamptz[], $30::text::text[],
                      $31::text::uuid[], $35::text::int[]),
               jsonb_array_elements($7::text::jsonb), jsonb_array_elements($11::text::jsonb))
             with ordinality
             t (id, user_id, frontend, bot_id, capability, priority, key, request_hash, parent_id, process, cost,
                allowance, balance, balance_after, seq, day, wait_until, worker_id, lease_token, at_a_time, params,
                address, place)
       where user_id in (select user_id from a)),
    l as (
      insert into billing.token_ledger
             (user_id, seq, reason, reference_id, job_id, delta, allowance_delta, day, balance_after)
      select user_id, seq, 'hold', 'hold:' || id, id, -balance, -allowance, day, balance_after from t),
    leader as materialized (
      select 1 from leadership where holder = $33 and term = $34 and expires_at > clock_timestamp() for share),
    allowed as materialized ( -- no plan that lets something begin here changes before this is committed
      select w.id, p.max_concurrent_jobs from users w join plans p on p.id = w.plan_id
       where w.id in (select user_id from t where worker_id is not null) for share of p),
    j as (
      insert into jobs (id, user_id, frontend, bot_id, capability, status, priority, params, cost_tokens, created_at,
                        queued_at, idempotency_key, request_hash, parent_id, held_allowance, held_balance, held_day,
                        wait_until, attempt, worker_id, lease_token, lease_until, started_at)
      select id, user_id, frontend, bot_id, capability, case when begins then 'RUNNING' else 'QUEUED' end, priority,
             params, cost, $29, $29, key, request_hash, parent_id, allowance, balance, day, wait_until,
             begins::int, case when begins then worker_id end, case when begins then lease_token end,
             case when begins then now() + $32::interval end, case when begins then now() end
        from t, lateral (
             select worker_id is not null and exists (select from leader)
                    and exists (select from allowed p where p.id = t.user_id and p.max_concurrent_jobs >= at_a_time)
                    as begins) b
       order by place
      returning id, seq, status),
    d as (
      insert into deliveries (job_id, user_id, frontend, bot_id, address, claimed_by, claim_until)
      select id, user_id, frontend, bot_id, address, process, now() + $28::interval
        from t where address <> 'null')
    select id, seq, status from j
"""

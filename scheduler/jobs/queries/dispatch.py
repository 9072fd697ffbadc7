"""Dispatch: attempts with their leases, and the way back to the line."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from scheduler.database import Db, columns


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


@dataclass(frozen=True, slots=True)
class Choice:
    """Which worker gets which job of whom; `ahead`: to have it at hand, not to begin it now."""

    job_id: UUID
    user_id: int
    worker_id: str
    lease_token: UUID
    ahead: bool = False


async def start_jobs(db: Db, choices: Sequence[Choice], lease: timedelta, leader: Leader) -> list[Started]:
    """QUEUED to RUNNING; only by the leader of the term, only what still waits, and of each user, in this order, only
    as many as may run beside what runs: by the plan as it is now, whatever the leader remembers. A plan that is being
    changed is waited for, and none changes before this is committed.

    It does not wait for the disk: should a crash of the server undo it, outcomes of it fail for their lease token.
    """
    nth: Counter[int] = Counter()
    chosen = []
    for c in choices:
        nth[c.user_id] += 1
        chosen.append((c.job_id, c.user_id, nth[c.user_id], c.worker_id, c.lease_token, c.ahead))
    rows = await db.fetch(START_JOBS, *columns(chosen, 6), lease, leader.holder, leader.term)
    return [Started(row["id"], row["attempt"], row["lease_token"], row["capability"], row["params"]) for row in rows]


START_JOBS = """
    with hasty as materialized (select set_config('synchronous_commit', 'off', true)),
    leader as (
      select 1 from leadership where holder = $8 and term = $9 and expires_at > clock_timestamp() for share),
    allowed as materialized (
      select c.*, 'QUEUED' as waits -- not a constant below, which would invite a scan of all that waits
        from unnest($1::uuid[], $2::bigint[], $3::int[], $4::text[], $5::uuid[], $6::bool[])
             c (id, user_id, nth, worker_id, lease_token, ahead)
        join users u on u.id = c.user_id join plans p on p.id = u.plan_id
        join billing.token_account a on a.user_id = c.user_id
       where not a.banned and p.max_concurrent_jobs >= c.nth + (
             select count(*) from jobs r where r.user_id = c.user_id and r.status = 'RUNNING')
       order by c.user_id for share of u, p)
    update jobs j
       set status = 'RUNNING', attempt = j.attempt + 1, worker_id = c.worker_id, lease_token = c.lease_token,
           started_at = case when not c.ahead then now() end, lease_until = now() + $7::interval
      from allowed c, leader, hasty
     where j.id = c.id and j.status = c.waits and j.cancel_requested_at is null
    returning j.id, j.attempt, j.lease_token, j.capability, j.params
"""


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


async def renew_leases(db: Db, attempts: Sequence[tuple[UUID, int, bool]], lease: timedelta) -> set[UUID]:
    """Extend the leases of attempts that their workers hold, and note of which ones they say for the first time that
    they have begun them; returns the jobs. Attempts that are being ended this moment are let go.

    The next beat comes soon: it does not wait for the disk.
    """
    rows = await db.fetch(
        """
        with hasty as materialized (select set_config('synchronous_commit', 'off', true))
        update jobs set lease_until = now() + $4::interval,
                        started_at = coalesce(jobs.started_at, case when held.begun then now() end)
          from hasty, (select j.id, a.begun from jobs j join unnest($1::uuid[], $2::int[], $3::bool[])
                                                        a (id, attempt, begun)
                    on j.id = a.id and j.attempt = a.attempt
                 where j.status = 'RUNNING' for no key update of j skip locked) held
         where jobs.id = held.id
        returning jobs.id
        """,
        *columns(attempts, 3),
        lease,
    )
    return {row["id"] for row in rows}


@dataclass(frozen=True, slots=True)
class Requeue:
    """An attempt that ended without ending its job."""

    job_id: UUID
    attempt: int
    lease_token: UUID | None  # None: the leader gives up on the attempt itself
    lapsed: bool = False  # only if the lease has lapsed: a leader that stood still may be wrong about that
    lost: bool = False  # the same, and it counts towards the losses that end the job
    avoid: tuple[str, ...] = ()  # names of workers, the one it failed on among them
    why: str | None = None  # what failed; a code of JobError


async def requeue_jobs(db: Db, requeues: Sequence[Requeue]) -> dict[UUID, bool]:
    """RUNNING to QUEUED, same place in line; not where a cancel was asked for. Returns those that moved, and whether
    they had been begun."""
    rows = await db.fetch(
        """
        update jobs j
           set status = 'QUEUED', worker_id = null, started_at = null, lease_until = null, lease_token = null,
               lost_attempts = j.lost_attempts + r.lost::int,
               failed_attempts = j.failed_attempts + (r.avoid <> '[]')::int,
               avoid_workers = j.avoid_workers || array(select jsonb_array_elements_text(r.avoid::jsonb))
          from unnest($1::uuid[], $2::int[], $3::uuid[], $4::bool[], $5::bool[], $6::text[])
               r (id, attempt, lease_token, lapsed, lost, avoid) join jobs was using (id)
         where j.id = r.id and j.attempt = r.attempt and j.status = 'RUNNING' and j.cancel_requested_at is null
           and (r.lease_token is null or j.lease_token = r.lease_token)
           and (j.lease_until <= now() or not (r.lapsed or r.lost))
        returning j.id, was.started_at is not null as begun
        """,
        *columns([(r.job_id, r.attempt, r.lease_token, r.lapsed, r.lost, json.dumps(r.avoid)) for r in requeues], 6),
    )
    return {row["id"]: row["begun"] for row in rows}

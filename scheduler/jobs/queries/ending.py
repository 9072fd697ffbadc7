"""The end of jobs: settlement, use, artifacts and deliveries in the statement that ends them."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from scheduler.database import Db, columns, literal, texts
from scheduler.jobs.model import Status
from scheduler.wire import Made


@dataclass(frozen=True, slots=True)
class Ending:
    """One way a job ends. `running` and `attempt` guard it: only a job that still stands so is ended."""

    job_id: UUID
    attempt: int
    running: bool
    status: Status
    lease_token: UUID | None = None
    lapsed: bool = False  # only if the lease has lapsed: a leader that stood still may be wrong about that
    unused_fraction: float = 0.0  # of what was held
    error: Mapping[str, str] | None = None
    run_seconds: float | None = None
    artifacts: tuple[Made, ...] = ()

    @property
    def key(self) -> tuple[UUID, int, bool, UUID | None]:
        return self.job_id, self.attempt, self.running, self.lease_token


@dataclass(frozen=True, slots=True)
class Ended:
    """A job that has just ended, as others need to hear of it."""

    job_id: UUID
    user_id: int
    user: str
    bot_id: str | None
    attempt: int
    status: Status
    has_delivery: bool


LONGEST_RUN_SECONDS = 10_000_000.0
Way = Callable[[Sequence[Any]], str]
ENDINGS: Sequence[Way] = (*[literal] * 8, texts, literal)
FILES: Sequence[Way] = (*[literal] * 2, *[texts] * 4, *[literal] * 4, *[texts] * 2, *[literal] * 3, texts)


def sent(rows: Sequence[Sequence[Any]], ways: Sequence[Way]) -> list[str]:
    """The columns of rows, each in its way."""
    return [way(column) for way, column in zip(ways, columns(rows, len(ways)), strict=True)]


async def end_jobs(db: Db, endings: Sequence[Ending], keep_artifacts: timedelta) -> list[Ended]:
    """End jobs, settle their holds, count their use, keep their artifacts, make their deliveries due: one statement.

    Returns only the jobs that this call ended; the others had ended before or belong to another attempt.
    """
    unique = list({ending.key: ending for ending in endings}.values())
    rows = [ending_row(place, ending) for place, ending in enumerate(unique)]
    files = [
        file_row(place, position, made)
        for place, ending in enumerate(unique)
        for position, made in enumerate(ending.artifacts)
    ]
    ended = await db.fetch(END_JOBS, *sent(rows, ENDINGS), *sent(files, FILES), keep_artifacts)
    return [ended_of(row) for row in ended]


def ended_of(row: Any) -> Ended:
    """In the order in which statements that end jobs return it."""
    job_id, user_id, user, bot_id, attempt, status, has_delivery = row
    return Ended(job_id, user_id, user, bot_id, attempt, Status(status), has_delivery)


def ending_row(place: int, ending: Ending) -> Sequence[Any]:
    """In the order of END_JOBS."""
    return (
        place,
        ending.job_id,
        ending.attempt,
        ending.lease_token,
        ending.running,
        ending.lapsed,
        ending.status,
        min(max(ending.unused_fraction, 0.0), 1.0),
        json.dumps(dict(ending.error)) if ending.error else None,
        None if ending.run_seconds is None else min(max(0.0, ending.run_seconds), LONGEST_RUN_SECONDS),
    )


def file_row(place: int, position: int, made: Made) -> Sequence[Any]:
    """The same for a file that was made."""
    return (
        place,
        position,
        made.type,
        made.format,
        made.path,
        made.thumbnail_path,
        made.width,
        made.height,
        made.duration_seconds,
        made.size_bytes,
        json.dumps(made.metadata),
        made.web.path if made.web else None,
        made.web.width if made.web else None,
        made.web.height if made.web else None,
        made.web.size_bytes if made.web else None,
        made.blurhash,
    )


# Every step reads the rows that the guarded update returned, and the account's update goes through the lock: FOR UPDATE
# in a CTE that the UPDATE does not depend on is skipped for rows that the statement itself updates. The jobs wait for
# the lock by a count, for a join of two CTEs may be a nested loop. `|| ''` keeps the plan from reading all deliveries
# that are open, by their own index.
END_JOBS = """
    with e as materialized (
      select *, case when running then '{RUNNING}' else '{QUEUED}' end::text[] as stands
        from unnest($1::text::int[], $2::text::uuid[], $3::text::int[], $4::text::uuid[], $5::text::bool[],
                    $6::text::bool[], $7::text::text[], $8::text::float8[], $9::text::text[], $10::text::float8[])
             e (place, id, attempt, lease_token, running, lapsed, status, unused, error, run_seconds)),
    l as materialized (
      select a.user_id, a.balance, a.allowance_day, a.last_seq from billing.token_account a
       where a.user_id in (select j.user_id from jobs j join e on e.id = j.id)
       order by a.user_id for update),
    j as (
      update jobs j
         set status = e.status, ended_at = clock_timestamp(), lease_until = null, lease_token = null,
             started_at = coalesce(j.started_at, clock_timestamp() - nullif(e.run_seconds, 0) * interval '1 s'),
             execution_time_seconds = e.run_seconds, error = e.error::jsonb,
             cost_tokens = round((j.held_allowance + j.held_balance) * (1 - e.unused)::numeric, 2)
        from e
       where j.id = e.id and j.attempt = e.attempt and (select count(*) from l) > 0
         and j.status = any (e.stands) -- no constants, which would invite a scan of all that waits
         and (e.lease_token is null or j.lease_token = e.lease_token) and (not e.lapsed or j.lease_until <= now())
      returning e.place, j.id, j.user_id, j.bot_id, j.attempt, j.status, j.capability, j.cost_tokens as used,
                j.held_allowance, j.held_balance, j.held_day),
    m as (
      select j.*, j.held_allowance - least(j.used, j.held_allowance) as back_allowance,
             j.held_balance - greatest(j.used - j.held_allowance, 0) as back_balance
        from j where j.held_day is not null),
    ledger as (
      insert into billing.token_ledger
             (user_id, seq, reason, reference_id, job_id, delta, allowance_delta, day, balance_after)
      select m.user_id, l.last_seq + row_number() over w, 'settle', 'settle:' || m.id, m.id, m.back_balance,
             m.back_allowance, m.held_day, l.balance + sum(m.back_balance) over w
        from m join l using (user_id)
      window w as (partition by m.user_id order by m.id)),
    account as (
      update billing.token_account a
         set balance = l.balance + g.back_balance, open_jobs = a.open_jobs - g.jobs, last_seq = l.last_seq + g.jobs,
             allowance_used = a.allowance_used - g.back_allowance
        from l, (select m.user_id, count(*)::int as jobs, sum(m.back_balance) as back_balance,
                        coalesce(sum(m.back_allowance) filter (where m.held_day = l.allowance_day), 0) as back_allowance
                   from m join l using (user_id) group by m.user_id) g
       where a.user_id = g.user_id and l.user_id = g.user_id),
    used as (
      insert into usage_daily as u (user_id, date, tokens_used, jobs_completed, jobs_failed, tokens_image, tokens_video,
                                    tokens_text, tokens_audio)
      select user_id, held_day, sum(used), count(*) filter (where status = 'COMPLETED'),
             count(*) filter (where status = 'FAILED'),
             coalesce(sum(used) filter (where capability = 'image'), 0),
             coalesce(sum(used) filter (where capability = 'video'), 0),
             coalesce(sum(used) filter (where capability = 'text'), 0),
             coalesce(sum(used) filter (where capability = 'audio'), 0)
        from m group by user_id, held_day order by user_id, held_day
          on conflict (user_id, date) do update
         set tokens_used = u.tokens_used + excluded.tokens_used,
             jobs_completed = u.jobs_completed + excluded.jobs_completed,
             jobs_failed = u.jobs_failed + excluded.jobs_failed,
             tokens_image = u.tokens_image + excluded.tokens_image,
             tokens_video = u.tokens_video + excluded.tokens_video,
             tokens_text = u.tokens_text + excluded.tokens_text,
             tokens_audio = u.tokens_audio + excluded.tokens_audio,
             updated_at = now()),
    files as (
      insert into artifacts (job_id, position, type, format, local_path, thumbnail_path, width, height,
                             duration_seconds, file_size_bytes, metadata, web_path, web_width, web_height,
                             web_size_bytes, blurhash, expires_at)
      select j.id, f.position, f.type, f.format, f.path, f.thumbnail_path, f.width, f.height, f.duration,
             f.size_bytes, f.metadata::jsonb, f.web_path, f.web_width, f.web_height, f.web_size_bytes, f.blurhash,
             now() + $27::interval
        from unnest($11::text::int[], $12::text::int[], $13::text::text[], $14::text::text[], $15::text::text[],
                    $16::text::text[], $17::text::int[], $18::text::int[], $19::text::float8[], $20::text::bigint[],
                    $21::text::text[], $22::text::text[], $23::text::int[], $24::text::int[], $25::text::bigint[],
                    $26::text::text[])
             f (place, position, type, format, path, thumbnail_path, width, height, duration, size_bytes, metadata,
                web_path, web_width, web_height, web_size_bytes, blurhash)
        join j using (place) where j.status = 'COMPLETED'),
    due as (
      update deliveries d set state = 'due', due_at = now()
       where d.job_id = any(array(select id from j)) and d.state || '' = 'waiting'
      returning d.job_id)
    select j.id, j.user_id, u.platform || ':' || u.platform_user_id as "user", j.bot_id, j.attempt, j.status,
           j.id in (select job_id from due) as has_delivery
      from j join users u on u.id = j.user_id
"""


async def ask_to_cancel(
    db: Db, job_id: UUID, user_id: int, *, begun: bool = True
) -> tuple[Status, int, str | None] | None:
    """Note that a job is to be cancelled, also one that has `begun`; its status, attempt and worker, or None if the
    user has no such job."""
    row = await db.fetchrow(
        """
        update jobs set cancel_requested_at = coalesce(cancel_requested_at, now())
         where id = $1 and user_id = $2
           and (status in ('CREATED', 'QUEUED') or status = 'RUNNING' and ($3 or started_at is null))
        returning status, attempt, worker_id
        """,
        job_id,
        user_id,
        begun,
    )
    return (Status(row["status"]), row["attempt"], row["worker_id"]) if row else None

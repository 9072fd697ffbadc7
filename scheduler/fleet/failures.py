"""Failures as evidence, and what was done about them."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from scheduler.database import Db, columns
from scheduler.fleet.breaking import SLOW, SLOW_WINDOW, WINDOW, Failure


async def note_failures(db: Db, failed: Sequence[tuple[UUID, str, str]]) -> None:
    """Job, worker and code of attempts that failed."""
    await db.execute(
        """
        insert into failures (job_id, user_id, model, worker_id, code)
        select j.id, j.user_id, j.params ->> 'model', f.worker_id, left(f.code, 50)
          from unnest($1::uuid[], $2::text[], $3::text[]) f (job_id, worker_id, code) join jobs j on j.id = f.job_id
         where j.params ->> 'model' is not null
        """,
        *columns(failed, 3),
    )


async def recent_failures(db: Db) -> list[Failure]:
    rows = await db.fetch(
        """
        select at, job_id, user_id, model, worker_id, code
          from failures where at > now() - case when code = any($2::text[]) then $3 else $1::interval end order by at
        """,
        WINDOW,
        SLOW,
        SLOW_WINDOW,
    )
    return [Failure(**row) for row in rows]


async def completed_since(db: Db, since: datetime) -> dict[tuple[str, str], datetime]:
    """When each worker that was there since then last succeeded with each model, if it did. Found by when the jobs
    came, a day before at most: of all that a worker ever did, or that ever was completed, there is too much to read,
    and `|| ''` keeps a plan that was made on empty tables from doing so."""
    rows = await db.fetch(COMPLETED_SINCE, since)
    return {(row["model"], row["worker_id"]): row["at"] for row in rows}


COMPLETED_SINCE = """
    select params ->> 'model' as model, worker_id, max(ended_at) as at
      from jobs
     where created_at > $1::timestamptz - interval '1 day'
       and worker_id || '' = any(array(
       select worker_id::text from workers where last_seen_at > $1::timestamptz - interval '1 minute'))
       and status || '' = 'COMPLETED' and ended_at > $1
     group by 1, 2
"""


async def put_aside(db: Db, worker_ids: Collection[str], lasting: timedelta) -> None:
    """They get nothing for a while; what they did before is no evidence afterwards."""
    await db.execute(
        "update workers set aside_until = now() + $2::interval where worker_id = any($1::text[])",
        list(worker_ids),
        lasting,
    )
    await db.execute("delete from failures where worker_id = any($1::text[])", list(worker_ids))


async def pause_models(db: Db, models: Collection[str], lasting: timedelta) -> list[str]:
    """Pause them for a while, unless they are paused already; returns those that were not. What failed before is no
    evidence afterwards."""
    rows = await db.fetch(
        """
        insert into catalogue.pauses as p (subject, ends_at)
        select 'model:' || m.id, now() + $2::interval
          from catalogue.models m where m.id = any($1::text[]) order by m.id
            on conflict (subject) do update
           set reason = null, paused_by = null, paused_at = now(), ends_at = excluded.ends_at
         where p.ends_at <= now()
        returning subject
        """,
        list(models),
        lasting,
    )
    await db.execute("delete from failures where model = any($1::text[])", list(models))
    return [row["subject"] for row in rows]


async def workers_aside(db: Db) -> set[str]:
    return {row["worker_id"] for row in await db.fetch("select worker_id from workers where aside_until > now()")}


async def forget_failures(db: Db) -> None:
    await db.execute(
        "delete from failures where at < now() - case when code = any($2::text[]) then $3 else $1::interval end",
        WINDOW,
        SLOW,
        SLOW_WINDOW,
    )

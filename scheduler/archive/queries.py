"""Jobs that ended long ago: reading them whole, and removing them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from scheduler.database import Db


@dataclass(frozen=True, slots=True)
class OldJob:
    """A job with everything that goes with it, as one line of JSON."""

    id: UUID
    seq: int
    line: str


# A job stays while a file of it is in the store or may be, its result is on its way into a chat, or another comes after
# it.
OLD = """
      from jobs j join users u on u.id = j.user_id left join deliveries d on d.job_id = j.id
     where j.status in ('COMPLETED', 'FAILED', 'CANCELLED') and j.ended_at < now() - $1::interval
       and j.created_at < now() - $1::interval -- which has an index
       and (j.swept or j.attempt = 0 or (j.attempt = 1 and j.status = 'COMPLETED'))
       and coalesce(d.state not in ('waiting', 'due'), true)
       and not exists (select from artifacts a where a.job_id = j.id and a.deleted_at is null)
       and not exists (select from jobs c, unnest(c.after) a (id) where c.status = 'CREATED' and a.id = j.id)
"""


async def old_jobs(db: Db, older_than: timedelta, limit: int) -> list[OldJob]:
    """The oldest jobs."""
    rows = await db.fetch(
        f"""
        select j.id, j.seq,
               jsonb_build_object('user', u.platform || ':' || u.platform_user_id, 'job', to_jsonb(j),
                                  'artifacts', (select coalesce(jsonb_agg(to_jsonb(a) order by a.position), '[]')
                                                  from artifacts a where a.job_id = j.id),
                                  'delivery', to_jsonb(d))::text as line
          {OLD} order by j.created_at, j.seq limit $2
        """,
        older_than,
        limit,
    )
    return [OldJob(row["id"], row["seq"], row["line"]) for row in rows]


async def remove(db: Db, job_ids: Sequence[UUID]) -> int:
    """Remove ended jobs with their artifacts and deliveries, and keep what they counted; how many there were. Those
    stay whose dead letter was revived since they were read; it is locked before it is looked at, so none is missed."""
    removed: int = await db.fetchval(
        """
        with delivered as materialized (
          select job_id, state from deliveries where job_id = any($1::uuid[]) order by job_id for update),
        gone as (
          delete from jobs j where id = any($1::uuid[]) and status in ('COMPLETED', 'FAILED', 'CANCELLED')
             and not exists (select from delivered d where d.job_id = j.id and d.state in ('waiting', 'due'))
          returning user_id, held_day, capability, status, cost_tokens),
        counted as (
          insert into billing.archived_usage as u (user_id, day, capability, jobs_completed, jobs_failed, tokens)
          select user_id, held_day, capability, count(*) filter (where status = 'COMPLETED'),
                 count(*) filter (where status = 'FAILED'), sum(cost_tokens)
            from gone where held_day is not null
           group by user_id, held_day, capability order by user_id, held_day, capability
              on conflict (user_id, day, capability) do update
             set jobs_completed = u.jobs_completed + excluded.jobs_completed,
                 jobs_failed = u.jobs_failed + excluded.jobs_failed, tokens = u.tokens + excluded.tokens)
        select count(*) from gone
        """,
        list(job_ids),
    )
    return removed


async def still_there(db: Db, job_ids: Sequence[UUID]) -> set[UUID]:
    rows = await db.fetch("select id from jobs where id = any($1::uuid[])", list(job_ids))
    return {row["id"] for row in rows}


async def alone(db: Db) -> bool:
    """Become the only one who archives, until the session ends; False while another does."""
    taken: bool = await db.fetchval("select pg_try_advisory_lock(hashtextextended('tessera.archive', 0))")
    return taken

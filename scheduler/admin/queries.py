"""Figures for admins."""

from dataclasses import dataclass

from scheduler.database import Db


@dataclass(frozen=True, slots=True)
class JobFigures:
    queued: int
    running: int
    completed_today: int
    failed_today: int
    oldest_wait_seconds: float | None


async def job_figures(db: Db) -> JobFigures:
    row = await db.fetchrow(
        """
        select count(*) filter (where status = 'QUEUED') as queued,
               count(*) filter (where status = 'RUNNING') as running,
               extract(epoch from now() - min(queued_at) filter (where status = 'QUEUED'))::float8 as oldest
          from jobs where status in ('QUEUED', 'RUNNING')
        """
    )
    today = await db.fetchrow(
        """
        select coalesce(sum(jobs_completed), 0)::int as completed, coalesce(sum(jobs_failed), 0)::int as failed
          from usage_daily where date = (now() at time zone 'utc')::date
        """
    )
    return JobFigures(row["queued"], row["running"], today["completed"], today["failed"], row["oldest"])

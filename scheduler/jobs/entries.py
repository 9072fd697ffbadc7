"""A job of the database as the policy sees it: pure."""

from scheduler.jobs.kinds import kind_of
from scheduler.jobs.queries.open import OpenJob
from scheduler.jobs.queue import Waiting


def waiting(job: OpenJob) -> Waiting:
    kind = kind_of(job.model or "", job.longest_side, job.picture)
    return Waiting(job.id, job.seq, job.user_id, job.priority, kind, charge(job), job.avoid_workers)


def charge(job: OpenJob) -> float:
    """Tokens that count against its user's share; nothing is free of it."""
    return max(job.cost, 0.01)


def started_at(job: OpenJob, now: float) -> float | None:
    """None: it is at hand of a worker that has not begun it."""
    return None if job.running_seconds is None else now - job.running_seconds

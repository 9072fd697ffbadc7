"""A job of the database as the policy sees it: pure."""

from scheduler.jobs.decisions import LATEST
from scheduler.jobs.kinds import kind_of, longest_side
from scheduler.jobs.queries.admission import NewJob
from scheduler.jobs.queries.open import OpenJob
from scheduler.jobs.queue import Waiting
from scheduler.jobs.share import share_of


def waiting(job: OpenJob) -> Waiting:
    kind = kind_of(job.model or "", job.longest_side, job.picture)
    return Waiting(job.id, job.seq, job.user_id, job.priority, kind, job.share, job.avoid_workers)


def newcomer(job: NewJob) -> Waiting:
    """One that is not in line yet: it comes after all others."""
    kind = kind_of(job.params["model"], longest_side(job.params), "picture" in job.params)
    share = share_of(float(job.hold.cost), job.capability, job.params)
    return Waiting(job.id, LATEST, job.user_id, job.priority, kind, share)


def started_at(job: OpenJob, now: float) -> float | None:
    """None: it is at hand of a worker that has not begun it."""
    return None if job.seconds is None else now - job.seconds


def waits_since(job: OpenJob, now: float) -> float:
    """None is said of who comes this moment."""
    return now - (job.seconds or 0.0)

"""A waiting job's prospects, before earlier predictions correct them."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from scheduler.jobs.policy.crowd import Ahead
from scheduler.jobs.policy.model import Server, Waiting
from scheduler.jobs.policy.waits import Raw, Speeds
from scheduler.jobs.queue import Queue

AT_ONCE = Raw(0.0)


class Running(NamedTuple):
    """A job that runs."""

    server_id: str
    user_id: int
    seconds_left: float
    together: int = 1  # that share its pass


def prospects(
    queue: Queue,
    job: Waiting,
    able: Sequence[Server],
    free: Iterable[Server],
    running: Iterable[Running],
    speeds: Speeds,
    ahead: Ahead | None = None,
) -> Raw:
    """When a job starts that the workers `able` could run, of whom these are `free`: at once, or when they have done
    what runs and what is ahead (asked for unless given), or when its user's own jobs leave it one of the places that
    the plan has."""
    if queue.starts_at_once(job, free):
        return AT_ONCE
    ids = {server.id for server in able}
    left = own_left = 0.0
    for one in running:
        left += one.seconds_left / one.together if one.server_id in ids else 0.0
        own_left += one.seconds_left if one.user_id == job.user_id else 0.0
    pace = sum(speeds.pace(job.kind.model, server.name) for server in able) / len(able)
    shared = (left + (ahead or queue.ahead(job)).tokens * pace) / sum(server.slots for server in able)
    user, own = queue.users.get(job.user_id), queue.own_ahead(job)
    if user is None or own.jobs + user.running < user.limit:
        return Raw(shared)
    alone = (own_left + own.tokens * pace) / max(user.limit, 1)
    return Raw(alone, own=True) if alone > shared else Raw(shared)

"""A waiting job's prospects, before earlier predictions correct them."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from scheduler.jobs.kinds import Kind
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


class Supply(NamedTuple):
    """The workers that could run a kind, at a moment."""

    able: Sequence[Server]  # none of them is being drained
    free: Sequence[Server]  # of these
    seconds_left: float  # of all that runs there
    pace: float  # seconds a token takes, their mean
    slots: int


class Fleet:
    """All that runs at a moment, looked at once for many questions. `running` and `is_free` are asked of every worker
    that is there."""

    def __init__(
        self, queue: Queue, running: Iterable[Running], is_free: Callable[[str], object], speeds: Speeds
    ) -> None:
        self.queue = queue
        self.is_free = is_free
        self.speeds = speeds
        self.left = defaultdict[str, float](float)  # seconds by worker
        self.own_left = defaultdict[int, float](float)  # by user
        for one in running:
            self.left[one.server_id] += one.seconds_left / one.together
            self.own_left[one.user_id] += one.seconds_left
        self.supplies: dict[Kind, Supply] = {}

    def supply(self, kind: Kind) -> Supply:
        """Who could run this kind. There must be somebody."""
        if (known := self.supplies.get(kind)) is None:
            known = self.supplies[kind] = self._look(kind)
        return known

    def _look(self, kind: Kind) -> Supply:
        able = [server for server in self.queue.able(kind) if not server.draining]
        pace = sum(self.speeds.pace(kind.model, server.name) for server in able) / len(able)
        return Supply(
            able,
            [server for server in able if self.is_free(server.id)],
            sum(self.left[server.id] for server in able),
            pace,
            sum(server.slots for server in able),
        )


def prospects(fleet: Fleet, job: Waiting, ahead: Ahead | None = None) -> Raw:
    """When a job starts that somebody could run: at once where one of them is free, or when they have done what runs
    and what is ahead (asked for unless given), or when its user's own jobs leave it one of the places that the plan
    has."""
    queue, supply = fleet.queue, fleet.supply(job.kind)
    if queue.starts_at_once(job, (server for server in supply.free if fleet.is_free(server.id))):
        return AT_ONCE
    shared = (supply.seconds_left + (ahead or queue.ahead(job)).tokens * supply.pace) / supply.slots
    user, own = queue.users.get(job.user_id), queue.own_ahead(job)
    if user is None or own.jobs + user.running < user.limit:
        return Raw(shared)
    alone = (fleet.own_left[job.user_id] + own.tokens * supply.pace) / max(user.limit, 1)
    return Raw(alone, own=True) if alone > shared else Raw(shared)

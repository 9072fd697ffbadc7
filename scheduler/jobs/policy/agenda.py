"""Jobs that cannot start yet: those with a start time, and those that wait for a parent."""

from collections.abc import Collection
from heapq import heappop, heappush
from typing import NamedTuple
from uuid import UUID


class Turned(NamedTuple):
    """What became of CREATED jobs."""

    ready: tuple[UUID, ...] = ()
    hopeless: tuple[UUID, ...] = ()  # a parent did not complete, so they never can


class Agenda:
    """The CREATED jobs. They hold no tokens and stand in no line; who is ready is added to the queue."""

    def __init__(self) -> None:
        self.parents: dict[UUID, set[UUID]] = {}  # of every job here, those it still waits for
        self.children: dict[UUID, list[UUID]] = {}
        self.not_before: dict[UUID, float] = {}
        self.due: list[tuple[float, int, UUID]] = []  # heap of time, order of arrival, job
        self.arrivals = 0

    def __len__(self) -> int:
        return len(self.parents)

    def add(self, job_id: UUID, not_before: float = 0.0, parents: Collection[UUID] = ()) -> None:
        """A job waits until `not_before`, and until each parent has completed."""
        self.parents[job_id] = set(parents)
        self.not_before[job_id] = not_before
        for parent in self.parents[job_id]:
            self.children.setdefault(parent, []).append(job_id)
        if not parents:
            self._plan(job_id)

    def concerns(self, job_id: UUID) -> bool:
        """Whether it is here, or others here wait for it."""
        return job_id in self.parents or job_id in self.children

    def discard(self, job_id: UUID) -> bool:
        """It was cancelled."""
        waited_for = self.parents.pop(job_id, None)
        if waited_for is None:
            return False
        del self.not_before[job_id]
        for parent in waited_for:
            self.children[parent].remove(job_id)
        return True

    def ended(self, job_id: UUID, completed: bool) -> Turned:
        """A job ended, of any kind. After a failure its children, and theirs, are without hope."""
        children = self._crossed_out(job_id)
        if completed:
            for child in children:
                if not self.parents[child]:
                    self._plan(child)
            return Turned()
        hopeless: list[UUID] = []
        for child in children:  # of which there come more
            if self.discard(child):  # else it is a grandchild, too, and known already
                hopeless.append(child)
                children += self._crossed_out(child)
        return Turned(hopeless=tuple(hopeless))

    def _crossed_out(self, job_id: UUID) -> list[UUID]:
        """Those who waited for a job, and do no more."""
        children = self.children.pop(job_id, [])
        for child in children:
            self.parents[child].discard(job_id)
        return children

    def ready(self, now: float) -> Turned:
        """The jobs that nothing holds any more, the earliest first."""
        ready = []
        while self.due and self.due[0][0] <= now:
            _, _, job_id = heappop(self.due)
            if job_id in self.parents and not self.parents[job_id] and self.not_before[job_id] <= now:
                self.discard(job_id)  # else this is from before it was put here anew, or it was cancelled
                ready.append(job_id)
        return Turned(ready=tuple(ready))

    def next_at(self) -> float | None:
        """When `ready` should be asked next, if nothing happens before."""
        return self.due[0][0] if self.due else None

    def _plan(self, job_id: UUID) -> None:
        self.arrivals += 1
        heappush(self.due, (self.not_before[job_id], self.arrivals, job_id))

"""Jobs that begin as they are admitted: where nobody waits and a fitting worker is free, one statement does both."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID

from scheduler.fleet.couriers import Courier, assignment
from scheduler.jobs.auditor import Auditor
from scheduler.jobs.handout import DISPATCHED, Handout, lease_tokens
from scheduler.jobs.line import Line
from scheduler.jobs.queries.admission import NO_STARTS, Start, Starts
from scheduler.jobs.queries.dispatch import Leader, Started
from scheduler.jobs.queries.open import OpenJob


class Shortcut:
    """Open from when a round of the dispatcher has chosen until the next one begins. The policy chooses among those who
    come and those who wait; of the latter, the next round starts who is chosen here. `caught_up`: whether the line
    could be told what has happened since; `unclear` hears of jobs about which the database must be asked."""

    def __init__(
        self,
        line: Line,
        auditor: Auditor,
        handout: Handout,
        courier: Courier,
        lease: timedelta,
        caught_up: Callable[[], bool],
        unclear: Callable[[Sequence[UUID]], None],
    ) -> None:
        self.line = line
        self.auditor = auditor
        self.handout = handout
        self.courier = courier
        self.lease = lease
        self.caught_up = caught_up
        self.unclear = unclear
        self.leader: Leader | None = None  # None: closed

    def open(self, leader: Leader) -> None:
        self.leader = leader

    def close(self) -> None:
        self.leader = None

    @contextmanager
    def starting(self, jobs: Callable[[], Sequence[OpenJob]]) -> Iterator[Starts]:
        """Inside, the jobs are written; whoever leaves with an error leaves open whether they were."""
        starts = self._choose(jobs)
        try:
            yield starts
        except BaseException:
            self.auditor.doubt([start.job for start in starts.where.values()], may_run=True)
            raise

    def begun(self, starts: Starts, written: Mapping[UUID, Mapping[str, Any]]) -> None:
        """These were written as running, with what they are to be made from: their workers are told. The others that
        were to begin wait, or were not written."""
        for job_id, start in starts.where.items():
            attempt, params = self.line.running.get(job_id), written.get(job_id)
            if params is None:
                self.line.withdraw(job_id, time.monotonic())
                continue
            if attempt:
                attempt.attempt = 1
            else:  # a new lead began meanwhile, with what the database said then
                self.unclear([job_id])
            started = Started(job_id, 1, start.lease_token, start.job.capability, params)
            self.courier.send([(start.worker_id, assignment(start.job, started, attempt))])
        DISPATCHED.inc(len(written))

    def _choose(self, jobs: Callable[[], Sequence[OpenJob]]) -> Starts:
        leader = self.leader
        if leader is None or self.auditor.doubtful or not self.caught_up():
            return NO_STARTS
        free = sum(worker.free_slots for worker in self.line.workers.values())
        if free <= len(self.line.queue.jobs):  # they may all be taken without those who come
            return NO_STARTS
        coming = {job.id: job for job in jobs()}
        now = time.monotonic()
        where: dict[UUID, Start] = {}
        try:
            for job in coming.values():
                self.line.place(job, now)
            chosen = self.handout.for_free_slots(now, free)
            self.handout.owe([(job, worker_id) for job, worker_id in chosen if job.id not in coming])
            ours = [(job, worker_id) for job, worker_id in chosen if job.id in coming]
            tokens = lease_tokens(len(ours))
            where = {job.id: Start(job, worker_id, token) for (job, worker_id), token in zip(ours, tokens, strict=True)}
        finally:
            for job_id in coming.keys() - where.keys():
                self.line.remove(job_id, now)
        return Starts(leader, self.lease, where) if where else NO_STARTS

"""Where a waiting job stands, and about when it will start, as the leader's line looks now."""

from datetime import datetime
from uuid import UUID

from scheduler.fleet.model import Attempt
from scheduler.jobs.line import Line
from scheduler.jobs.model import Wait, Why
from scheduler.jobs.policy.prospects import Fleet, Running, prospects
from scheduler.jobs.queue import Waiting
from scheduler.jobs.reasons import why_of

FEW = 20  # running jobs: so many are looked at for every question
AGE_SECONDS = 0.0001  # for each one more, what was seen of them may be so old: looking takes a twentieth of it


class Outlook:
    def __init__(self, line: Line) -> None:
        self.line = line
        self.seen: tuple[Fleet, float] | None = None  # until then it is as good as what runs now

    def wait_of(self, job_id: UUID, now: float) -> Wait | None:
        """Where a waiting job stands, and why; None when it does not wait here, nor at hand of a worker."""
        if (attempt := self.line.running.get(job_id)) and attempt.started_at is None:
            return self._next(attempt, now)
        job, entry = self.line.jobs.get(job_id), self.line.queue.jobs.get(job_id)
        if job is None or entry is None:
            return None
        return self.expected(entry, job.wait_until, now)

    def expected(self, entry: Waiting, until: datetime | None, now: float, *, promised: bool = True) -> Wait:
        """The same for a job that is not here yet, maybe never will be: nobody learns from what was not promised."""
        if entry.id in self.line.running:  # it started before the answer was written
            return Wait(position=1, seconds=0.0, p90_seconds=0.0, why=Why.NEXT)
        ahead = self.line.queue.ahead(entry)
        position = ahead.jobs + 1
        why = why_of(self.line.queue.why(entry), position)
        if why in (Why.PAUSED, Why.NO_WORKER):
            kept = until if why is Why.NO_WORKER else None
            return Wait(position=position, seconds=None, why=why, until=kept)
        raw = prospects(self._fleet(now), entry, ahead)
        promise = self.line.foresight.promise(entry.id, entry.priority, raw, now) if promised else None
        half, most = (round(seconds, 1) for seconds in promise or self.line.foresight.expect(entry.priority, raw))
        return Wait(position=position, seconds=half, p90_seconds=most, why=why)

    def _next(self, attempt: Attempt, now: float) -> Wait:
        """It begins when the first that its worker runs has ended."""
        worker = self.line.workers.get(attempt.worker_id)
        running = [one for one in worker.busy.values() if one.pass_id != attempt.pass_id] if worker else []
        seconds = min((round(self._seconds_left(one, now), 1) for one in running), default=None)
        return Wait(position=1, seconds=seconds, why=Why.NEXT)

    def frees_in(self, user_id: int, now: float) -> float | None:
        """About when one of the user's jobs ends: of those that have begun, else the one that is next; None where
        nobody knows when it begins."""
        mine = [one for one in self.line.running.values() if one.user_id == user_id]
        if begun := [one for one in mine if one.started_at is not None]:
            return min(self._seconds_left(one, now) for one in begun)
        if mine:
            waits = [(self._next(one, now).seconds, one) for one in mine]
            return min((wait + self._seconds_left(one, now) for wait, one in waits if wait is not None), default=None)
        return self._first_ends_in(user_id, now)

    def _first_ends_in(self, user_id: int, now: float) -> float | None:
        """The same of a user all of whose jobs wait."""
        user = self.line.queue.users.get(user_id)
        heads = [line.head() for line in user.lines if line] if user else []
        if not heads:
            return None
        first = max(heads, key=lambda entry: (entry.priority, -entry.seq))
        wait = self.expected(first, None, now, promised=False).seconds
        return None if wait is None else wait + first.cost * self.line.speeds.pace(first.kind.model, "")

    def _fleet(self, now: float) -> Fleet:
        if self.seen is None or now >= self.seen[1] or self.seen[0].queue is not self.line.queue:
            running = [self._running(one, now) for one in self.line.running.values()]
            fleet = Fleet(self.line.queue, running, self._has_room, self.line.speeds)
            self.seen = fleet, now + max(0, len(running) - FEW) * AGE_SECONDS
        return self.seen[0]

    def _has_room(self, worker_id: str) -> bool:
        worker = self.line.workers.get(worker_id)
        return worker is not None and worker.free_slots > 0

    def _running(self, attempt: Attempt, now: float) -> Running:
        """Those that share a pass end together."""
        together = len(self._pass(attempt))
        return Running(attempt.worker_id, attempt.user_id, self._seconds_left(attempt, now), together)

    def _seconds_left(self, attempt: Attempt, now: float) -> float:
        job, worker = self.line.jobs[attempt.job_id], self.line.workers.get(attempt.worker_id)
        tokens = sum(self.line.jobs[one.job_id].share for one in self._pass(attempt))
        expected = tokens * self.line.speeds.pace(job.model or "", worker.beat.name if worker else "")
        return expected if attempt.started_at is None else max(0.0, expected - (now - attempt.started_at))

    def _pass(self, attempt: Attempt) -> list[Attempt]:
        """The attempts that share its pass, itself included."""
        worker = self.line.workers.get(attempt.worker_id)
        return worker.together(attempt) if worker else [attempt]

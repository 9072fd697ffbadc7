"""What people would be told about their wait, by the code that tells them, and whether it holds."""

from collections import Counter
from uuid import UUID

from scheduler.jobs.policy.prospects import Fleet, Running, prospects
from scheduler.jobs.policy.waits import Expected, Foresight, Raw, Speeds
from scheduler.jobs.queue import Queue, Waiting
from scheduler.simulation.machine import Run


class Oracle:
    """Asks for every `every`-th job that must wait, and learns from all it asked about."""

    def __init__(self, queue: Queue, every: int = 1) -> None:
        self.queue = queue
        self.every = every
        self.arrived_jobs = 0
        self.speeds = Speeds()
        self.foresight = Foresight()
        self.running: dict[UUID, Run] = {}
        self.told: dict[UUID, tuple[float, Expected]] = {}
        self.asked = self.held_p50 = self.held_p90 = 0

    def arrived(self, job: Waiting, now: float) -> None:
        self.arrived_jobs += 1
        if self.arrived_jobs % self.every == 0 and (raw := self._raw(job, now)):
            self.told[job.id] = now, self.foresight.promise(job.id, job.priority, raw, now)

    def started(self, job: Waiting, run: Run) -> None:
        self.running[run.jobs[0].id] = run
        self.foresight.started(job.id, run.started)
        if told := self.told.pop(job.id, None):
            at, expected = told
            if expected.p90 or run.started > at:  # to start at once, as was said, is no wait
                self.asked += 1
                self.held_p50 += run.started - at <= expected.p50
                self.held_p90 += run.started - at <= expected.p90

    def ended(self, run: Run) -> None:
        del self.running[run.jobs[0].id]
        tokens = max(job.cost for job in run.jobs)
        self.speeds.note_run(run.jobs[0].kind.model, run.worker.server.name, run.run_seconds, tokens)

    def _raw(self, job: Waiting, now: float) -> Raw | None:
        if all(server.draining for server in self.queue.able(job.kind)):
            return None
        busy = Counter(run.worker.server.id for run in self.running.values())
        running = (
            Running(run.worker.server.id, one.user_id, self._seconds_left(run, now))
            for run in self.running.values()
            for one in run.jobs
        )
        fleet = Fleet(self.queue, running, lambda one: busy[one] < self.queue.servers[one].slots, self.speeds)
        return prospects(fleet, job)

    def _seconds_left(self, run: Run, now: float) -> float:
        first = run.jobs[0]
        expected = first.cost * self.speeds.pace(first.kind.model, run.worker.server.name)
        return max(0.0, run.started + run.load_seconds + expected - now)

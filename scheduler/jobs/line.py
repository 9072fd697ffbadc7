"""What waits, runs and serves, as the leader keeps it in memory; the database is where it comes from."""

from collections.abc import Collection, Mapping
from datetime import datetime
from uuid import UUID

from scheduler.catalogue.model import Model
from scheduler.fleet.model import Attempt, LiveWorker, is_paused
from scheduler.jobs.kinds import kind_of
from scheduler.jobs.model import Status, Wait, Why
from scheduler.jobs.queries.dispatch import OpenJob, Standing
from scheduler.jobs.queue import Queue, Server, Waiting

TIMEOUT_SECONDS = {"image": 300.0, "video": 1800.0, "audio": 600.0, "text": 300.0}
GUESSED_JOB_SECONDS = 5.0  # until a job of the model was seen
NEW_WEIGHT = 0.2  # of the newest run in the running mean


class Line:
    """Jobs, attempts and workers, kept consistent with each other."""

    def __init__(self) -> None:
        self.queue = Queue()
        self.jobs: dict[UUID, OpenJob] = {}
        self.running: dict[UUID, Attempt] = {}
        self.workers: dict[str, LiveWorker] = {}
        self.speeds: dict[str, float] = {}  # seconds a job of the model takes, a running mean

    def reset(self) -> None:
        """Forget every job and worker; speeds stay. Workers that live beat again at once, those that left do not."""
        self.queue = Queue()
        self.jobs.clear()
        self.running.clear()
        self.workers.clear()

    def place(self, job: OpenJob, now: float) -> None:
        """Put a job where the database says it is."""
        attempt = self.running.get(job.id)
        if job.status is Status.RUNNING and attempt and attempt.attempt == job.attempt:
            attempt.cancel_requested = job.cancel_requested
            return
        if job.status is Status.QUEUED and job.id in self.queue.jobs and not job.cancel_requested:
            return
        self.remove(job.id)
        if job.status is Status.RUNNING:
            self.queue.start(job.user_id, job.limit)
            self._run(job, job.attempt, job.worker_id or "", now - job.running_seconds, now)
        elif not job.cancel_requested:
            self.jobs[job.id] = job
            self.queue.add(waiting(job), job.limit)

    def agrees(self, standing: Standing) -> bool:
        """Whether a job is where the database says it is."""
        running = self.running.get(standing.job_id)
        if standing.status is Status.RUNNING:
            here = (running.attempt, running.cancel_requested) if running else None
            return here == (standing.attempt, standing.cancel_requested)
        return standing.cancel_requested or (standing.job_id in self.queue.jobs and running is None)

    def take(self, worker: LiveWorker, server: Server, others: tuple[Server, ...], now: float) -> OpenJob | None:
        """The policy's choice for a free slot of the worker; it counts as running from here on."""
        chosen = self.queue.take(server, others)
        if chosen is None:
            return None
        job = self.jobs[chosen.id]
        self._run(job, 0, worker.beat.worker_id, now, now)
        return job

    def remove(self, job_id: UUID) -> None:
        """Forget a job: it ended, or is placed anew."""
        attempt = self.running.pop(job_id, None)
        if attempt:
            self.queue.finish(attempt.user_id)
            if worker := self.workers.get(attempt.worker_id):
                worker.busy.discard(job_id)
        else:
            self.queue.discard(job_id)
        self.jobs.pop(job_id, None)

    def note_speed(self, job_id: UUID, status: Status, seconds: float | None) -> None:
        """Learn from a job that was completed how long its model takes."""
        job = self.jobs.get(job_id)
        if job and job.model and seconds is not None and status is Status.COMPLETED:
            mean = self.speeds.get(job.model, seconds)
            self.speeds[job.model] = mean + NEW_WEIGHT * (seconds - mean)

    def wait_of(self, job_id: UUID, models: Mapping[str, Model], paused: Collection[str], now: float) -> Wait | None:
        """Where a waiting job stands, and why; None when it does not wait here."""
        job, entry = self.jobs.get(job_id), self.queue.jobs.get(job_id)
        if job is None or entry is None:
            return None
        return self.expected(entry, job.wait_until, models, paused, now)

    def expected(
        self,
        entry: Waiting,
        until: datetime | None,
        models: Mapping[str, Model],
        paused: Collection[str],
        now: float,
    ) -> Wait:
        """The same for a job that was just admitted and is not here yet."""
        if entry.id in self.running:  # it started before the answer was written
            return Wait(position=1, seconds=0.0, why=Why.NEXT)
        position = self.queue.ahead(entry) + 1
        able = [
            worker
            for worker in self.workers.values()
            if worker.beat.state == "ready" and worker.server(models, ()).can(entry.kind)
        ]
        if is_paused(entry.kind.model, models, paused):
            return Wait(position=position, seconds=None, why=Why.PAUSED)
        if not able:
            return Wait(position=position, seconds=None, why=Why.NO_WORKER, until=until)
        seconds = self._expected_seconds(entry.kind.model, position - 1, able, now)
        user = self.queue.users.get(entry.user_id)
        if user and user.full:
            return Wait(position=position, seconds=seconds, why=Why.OWN_JOBS)
        return Wait(position=position, seconds=seconds, why=Why.TURN if position > 1 else Why.NEXT)

    def _expected_seconds(self, model: str, ahead: int, able: list[LiveWorker], now: float) -> float:
        """What runs on the workers that could take it, plus what is ahead, shared by their slots."""
        each = self.speeds.get(model, GUESSED_JOB_SECONDS)
        slots = sum(worker.beat.slots for worker in able)
        names = {worker.beat.worker_id for worker in able}
        left = [max(0.0, each - (now - a.started_at)) for a in self.running.values() if a.worker_id in names]
        if not ahead and len(left) < slots:
            return 0.0
        return round((sum(left) + ahead * each) / slots, 1)

    def _run(self, job: OpenJob, attempt: int, worker_id: str, started_at: float, now: float) -> None:
        self.jobs[job.id] = job
        self.running[job.id] = Attempt(
            job_id=job.id,
            attempt=attempt,
            user_id=job.user_id,
            worker_id=worker_id,
            started_at=started_at,
            renewed_at=now,
            timeout_seconds=TIMEOUT_SECONDS[job.capability],
            cancel_requested=job.cancel_requested,
        )
        if worker := self.workers.get(worker_id):
            worker.busy.add(job.id)


def waiting(job: OpenJob) -> Waiting:
    """The job as the policy sees it."""
    kind = kind_of(job.model or "", job.longest_side)
    return Waiting(job.id, job.seq, job.user_id, job.priority, kind, max(job.cost, 0.01), job.avoid_workers)

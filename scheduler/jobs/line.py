"""What waits, runs and serves, as the leader keeps it in memory; the database is where it comes from."""

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from uuid import UUID

from scheduler.catalogue.model import Model
from scheduler.fleet.model import Attempt, LiveWorker, is_paused
from scheduler.jobs.apart import Apart
from scheduler.jobs.entries import charge, started_at, waiting
from scheduler.jobs.kinds import Kind
from scheduler.jobs.model import Status, Wait, Why
from scheduler.jobs.policy.crowd import Ahead
from scheduler.jobs.policy.prospects import Running, prospects
from scheduler.jobs.policy.waits import Foresight, Raw, Speeds
from scheduler.jobs.queries.open import OpenJob, Standing
from scheduler.jobs.queue import LookAhead, Queue, Server, Waiting
from scheduler.jobs.reasons import why_of

TIMEOUT_SECONDS = {"image": 300.0, "video": 1800.0, "audio": 600.0, "text": 300.0}


class Line:
    """Jobs, attempts and workers, kept consistent with each other."""

    def __init__(self) -> None:
        self.queue = Queue()
        self.jobs: dict[UUID, OpenJob] = {}
        self.running: dict[UUID, Attempt] = {}
        self.workers: dict[str, LiveWorker] = {}
        self.aside: set[str] = set()  # workers that get nothing for a while
        self.told: set[UUID] = set()  # waiting jobs that have been told until when they are kept
        self.apart = Apart()
        self.speeds = Speeds()
        self.foresight = Foresight()

    def reset(self) -> None:
        """Forget every job and worker; what was measured stays. Workers that live beat again at once."""
        self.queue = Queue()
        self.jobs.clear()
        self.running.clear()
        self.workers.clear()
        self.told.clear()

    def place(self, job: OpenJob, now: float) -> None:
        """Put a job where the database says it is."""
        if job.id in self.jobs:
            self._replace(job, now)
        else:
            self._put(job, now)

    def _replace(self, job: OpenJob, now: float) -> None:
        attempt = self.running.get(job.id)
        if job.status is Status.RUNNING and attempt and attempt.attempt == job.attempt:
            attempt.cancel_requested = job.cancel_requested
            if attempt.started_at is None:
                attempt.started_at = started_at(job, now)
            return
        if job.status is Status.QUEUED and job.id in self.queue.jobs and not job.cancel_requested:
            return
        self.remove(job.id, now)
        if attempt and job.status is Status.QUEUED:
            self.queue.refund(job.user_id, job.priority, charge(job))
        self._put(job, now)

    def _put(self, job: OpenJob, now: float) -> None:
        if job.status is Status.RUNNING:
            self.queue.start(job.user_id, job.limit, now)
            self._run(job, job.attempt, job.worker_id or "", started_at(job, now), now)
        elif not job.cancel_requested and not self.apart.has(job.id, now):
            self.keep(job, job.wait_until)
            self.queue.add(waiting(job), job.limit, now)

    def keep(self, job: OpenJob, until: datetime | None) -> None:
        """A waiting job is kept until this time, or as long as it takes."""
        self.jobs[job.id] = job if job.wait_until == until else job.kept_until(until)
        if until:
            self.told.add(job.id)
        else:
            self.told.discard(job.id)

    def agrees(self, standing: Standing, now: float) -> bool:
        """Whether a job is where the database says it is."""
        running = self.running.get(standing.job_id)
        if standing.status is Status.RUNNING:
            here = (running.attempt, running.cancel_requested) if running else None
            return here == (standing.attempt, standing.cancel_requested)
        if standing.cancel_requested or self.apart.has(standing.job_id, now):
            return True
        return standing.job_id in self.queue.jobs and running is None

    def put_aside(self, worker_ids: set[str]) -> None:
        """These get nothing until another call says so; the others may work."""
        self.aside = worker_ids
        for worker_id, worker in self.workers.items():
            worker.aside = worker_id in worker_ids

    def refresh(self, models: Mapping[str, Model], paused: Collection[str]) -> None:
        """Tell the policy how the workers are now, and what is paused."""
        for gone in self.queue.servers.keys() - self.workers.keys():
            self.queue.lose(gone)
        for worker in self.workers.values():
            self.queue.meet(worker.server(self._loading(worker), self.speeds))
        waiting_for = {kind.model for kind in self.queue.aisles} if paused else ()
        self.queue.pause({model for model in waiting_for if is_paused(model, models, paused)})

    def take(self, worker: LiveWorker, now: float) -> tuple[OpenJob | None, float | None]:
        """The policy's choice for a free slot of the worker, which counts as running from here on; or when to ask again
        though nothing happens before."""
        taken = self.queue.take(worker.beat.worker_id, now)
        if not taken.jobs:
            return None, taken.again_at
        job = self.jobs[taken.jobs[0].id]
        cold = (job.model or "") not in self.queue.servers[worker.beat.worker_id].warm
        self.foresight.started(job.id, now)
        self._run(job, 0, worker.beat.worker_id, now, now, cold)
        if cold:
            self.queue.meet(worker.server(self._loading(worker), self.speeds))
        return job, None

    def take_ahead(self, worker: LiveWorker, idle: Collection[str], now: float) -> OpenJob | None:
        """A job for the worker to have at hand: it counts as running, but it has not begun."""
        models = {self.jobs[job_id].model or "" for job_id in worker.busy}
        if len(models) > 1:  # whose slot is free first, and what is loaded there, nobody knows
            return None
        taken = self.queue.take(worker.beat.worker_id, now, LookAhead(models, idle))
        if not taken.jobs:
            return None
        job = self.jobs[taken.jobs[0].id]
        self._run(job, 0, worker.beat.worker_id, None, now)
        return job

    def begin(self, attempt: Attempt, now: float) -> OpenJob:
        """Its worker has begun what was at hand."""
        attempt.started_at = now
        self.foresight.started(attempt.job_id, now)
        return self.jobs[attempt.job_id]

    def held_by(self, worker: LiveWorker) -> Iterator[Attempt]:
        return (self.running[job_id] for job_id in worker.busy if job_id in self.running)

    def kind_of(self, attempt: Attempt) -> Kind:
        return waiting(self.jobs[attempt.job_id]).kind

    def _loading(self, worker: LiveWorker) -> set[str]:
        return {self.jobs[job_id].model or "" for job_id in worker.busy if job_id in self.jobs}

    def remove(self, job_id: UUID, now: float) -> None:
        """Forget a job: it ended, or is placed anew."""
        attempt = self.running.pop(job_id, None)
        if attempt:
            self.queue.finish(attempt.user_id, now)
            if attempt.started_at is None:
                self.foresight.left(job_id)
            if worker := self.workers.get(attempt.worker_id):
                worker.busy.discard(job_id)
        elif self.queue.discard(job_id):
            self.foresight.left(job_id)
        self.jobs.pop(job_id, None)
        self.told.discard(job_id)

    def note_speed(self, job_id: UUID, status: Status, seconds: float | None) -> None:
        """Learn from a job that was completed how fast its worker is, unless it states that itself."""
        job, attempt = self.jobs.get(job_id), self.running.get(job_id)
        if not job or not job.model or seconds is None or status is not Status.COMPLETED:
            return
        worker = self.workers.get(attempt.worker_id) if attempt else None
        if worker and job.model in worker.beat.paces:
            return
        name = worker.beat.name if worker else ""
        self.speeds.note_run(job.model, name, seconds, charge(job), cold=attempt is not None and attempt.cold)

    def wait_of(self, job_id: UUID, now: float) -> Wait | None:
        """Where a waiting job stands, and why; None when it does not wait here, nor at hand of a worker."""
        if (attempt := self.running.get(job_id)) and attempt.started_at is None:
            return self._next(attempt, now)
        job, entry = self.jobs.get(job_id), self.queue.jobs.get(job_id)
        if job is None or entry is None:
            return None
        return self.expected(entry, job.wait_until, now)

    def expected(self, entry: Waiting, until: datetime | None, now: float, *, promised: bool = True) -> Wait:
        """The same for a job that is not here yet, maybe never will be: nobody learns from what was not promised."""
        if entry.id in self.running:  # it started before the answer was written
            return Wait(position=1, seconds=0.0, p90_seconds=0.0, why=Why.NEXT)
        ahead = self.queue.ahead(entry)
        position = ahead.jobs + 1
        why = why_of(self.queue.why(entry), position)
        if why in (Why.PAUSED, Why.NO_WORKER):
            kept = until if why is Why.NO_WORKER else None
            return Wait(position=position, seconds=None, why=why, until=kept)
        able = [server for server in self.queue.able(entry.kind) if not server.draining]
        raw = self._raw(entry, able, ahead, now)
        promise = self.foresight.promise(entry.id, entry.priority, raw, now) if promised else None
        half, most = (round(seconds, 1) for seconds in promise or self.foresight.expect(entry.priority, raw))
        return Wait(position=position, seconds=half, p90_seconds=most, why=why)

    def _next(self, attempt: Attempt, now: float) -> Wait:
        """It begins when the first that its worker runs has ended."""
        worker = self.workers.get(attempt.worker_id)
        running = [one for one in self.held_by(worker) if one is not attempt] if worker else []
        seconds = min((round(self._seconds_left(one, now), 1) for one in running), default=None)
        return Wait(position=1, seconds=seconds, why=Why.NEXT)

    def frees_in(self, user_id: int, now: float) -> float | None:
        """About when one of the user's jobs ends; None where none has begun."""
        begun = [one for one in self.running.values() if one.user_id == user_id and one.started_at is not None]
        return min((self._seconds_left(one, now) for one in begun), default=None)

    def _raw(self, entry: Waiting, able: list[Server], ahead: Ahead, now: float) -> Raw:
        """Before it is corrected by how earlier ones turned out."""
        free = [server for server in able if (worker := self.workers.get(server.id)) and worker.free_slots]
        running = (Running(one.worker_id, one.user_id, self._seconds_left(one, now)) for one in self.running.values())
        return prospects(self.queue, entry, able, free, running, self.speeds, ahead)

    def _seconds_left(self, attempt: Attempt, now: float) -> float:
        job, worker = self.jobs[attempt.job_id], self.workers.get(attempt.worker_id)
        expected = charge(job) * self.speeds.pace(job.model or "", worker.beat.name if worker else "")
        return expected if attempt.started_at is None else max(0.0, expected - (now - attempt.started_at))

    def _run(
        self, job: OpenJob, attempt: int, worker_id: str, started_at: float | None, now: float, cold: bool = False
    ) -> None:
        self.jobs[job.id] = job
        self.told.discard(job.id)
        self.running[job.id] = Attempt(
            job_id=job.id,
            attempt=attempt,
            user_id=job.user_id,
            worker_id=worker_id,
            started_at=started_at,
            renewed_at=now,
            timeout_seconds=TIMEOUT_SECONDS[job.capability],
            cancel_requested=job.cancel_requested,
            cold=cold,
        )
        if worker := self.workers.get(worker_id):
            worker.busy.add(job.id)

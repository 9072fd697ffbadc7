"""What waits, runs and serves, as the leader keeps it in memory; the database is where it comes from."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from scheduler.catalogue.model import Model
from scheduler.fleet.model import Attempt, LiveWorker, is_paused
from scheduler.jobs.apart import Apart
from scheduler.jobs.entries import started_at, waiting, waits_since
from scheduler.jobs.model import Status
from scheduler.jobs.policy.waits import Foresight, Speeds
from scheduler.jobs.queries.open import OpenJob, Standing
from scheduler.jobs.queue import CLASSES, LookAhead, Queue, Taken, Waiting
from scheduler.jobs.timeouts import time_for
from scheduler.wire import Beat

TOP = CLASSES - 1


class Line:
    """Jobs, attempts and workers, kept consistent with each other."""

    def __init__(self) -> None:
        self.queue = Queue()
        self.jobs: dict[UUID, OpenJob] = {}
        self.running: dict[UUID, Attempt] = {}
        self.workers: dict[str, LiveWorker] = {}
        self.aside: set[str] = set()  # workers that get nothing for a while
        self.told: set[UUID] = set()  # waiting jobs that have been told until when they are kept
        self.unheard: set[str] = set()  # workers of whose changes the policy has not heard
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
        if job.status is Status.QUEUED:
            self.withdraw(job.id, now)
        else:
            self.remove(job.id, now)
        self._put(job, now)

    def _put(self, job: OpenJob, now: float) -> None:
        if job.status is Status.RUNNING:
            self.queue.start(job.user_id, job.limit, now)
            self._run(job, job.attempt, job.worker_id or "", started_at(job, now), now, job.id)
        elif not job.cancel_requested and not self.apart.has(job.id, now):
            self.keep(job, job.wait_until)
            self.queue.add(waiting(job), job.limit, now, waits_since(job, now))

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

    def hear(self, worker: LiveWorker, beat: Beat, now: float) -> None:
        """A worker says how it is, and how fast it has been."""
        worker.hear(beat, now)
        self.speeds.stated(beat.name, beat.paces, beat.load_seconds)
        self.unheard.add(beat.worker_id)

    def put_aside(self, worker_ids: set[str]) -> None:
        """These get nothing until another call says so; the others may work."""
        self.aside = worker_ids
        for worker_id, worker in self.workers.items():
            worker.aside = worker_id in worker_ids
            self.unheard.add(worker_id)

    def refresh(self, models: Mapping[str, Model], paused: Collection[str]) -> None:
        """Tell the policy how the workers are now, and what is paused. What others measured reaches a worker that has
        not measured it with its next beat: hundreds are not looked at each time."""
        for gone in self.queue.servers.keys() - self.workers.keys():
            self.queue.lose(gone)
        changed = self.unheard | (self.workers.keys() - self.queue.servers.keys())
        for worker in (one for worker_id, one in self.workers.items() if worker_id in changed):
            self.queue.meet(worker.server(self._loading(worker), self.speeds))
        self.unheard.clear()
        waiting_for = {kind.model for kind in self.queue.aisles} if paused else ()
        self.queue.pause({model for model in waiting_for if is_paused(model, models, paused)})

    def take(self, worker: LiveWorker, now: float) -> Taken:
        """The policy's choice of one job for a free slot of the worker, which counts as running from here on; or when
        to ask again though nothing happens before."""
        taken = self.queue.take(worker.beat.worker_id, now, most=1)
        for entry in taken.jobs:
            cold = entry.kind.model not in self.queue.servers[worker.beat.worker_id].warm
            self._start(entry, worker, now, entry.id, cold=cold)
            if cold:
                self.queue.meet(worker.server(self._loading(worker), self.speeds))
        return taken

    def join(self, worker: LiveWorker, taken: Taken, now: float) -> Taken:
        """One job more beside what was taken this moment, if there is one and the worker has room for it."""
        more = self.queue.join(worker.beat.worker_id, taken, now)
        first = self.running[taken.jobs[0].id]
        for entry in more.jobs[len(taken.jobs) :]:
            self._start(entry, worker, now, first.pass_id, cold=first.cold)
        return more

    def take_ahead(self, worker: LiveWorker, idle: Collection[str], now: float) -> list[OpenJob]:
        """A job for the worker to have at hand, or as many as share a pass: they count as running, but have not
        begun."""
        models = {self.jobs[job_id].model or "" for job_id in worker.busy}
        if len(models) > 1:  # whose slot is free first, and what is loaded there, nobody knows
            return []
        taken = self.queue.take(worker.beat.worker_id, now, LookAhead(models, idle))
        for entry in taken.jobs:
            self._run(self.jobs[entry.id], 0, worker.beat.worker_id, None, now, taken.jobs[0].id)
        return [self.jobs[entry.id] for entry in taken.jobs]

    def join_ahead(
        self, worker: LiveWorker, at_hand: Sequence[Attempt], idle: Collection[str], now: float
    ) -> list[OpenJob]:
        """What else shares the pass that the worker has at hand, while it has room."""
        server, pass_id = self.queue.servers[worker.beat.worker_id], at_hand[0].pass_id
        if not server.batch or any(one.started_at is not None for one in worker.together(at_hand[0])):
            return []
        taken = Taken(tuple(waiting(self.jobs[one.job_id]) for one in at_hand if one.pass_id == pass_id), level=TOP)
        if any(self.queue.servers[other].can(taken.jobs[0].kind) for other in idle):
            return []
        while (more := self.queue.join(server.id, taken, now)) is not taken:
            taken = more
        joined = [self.jobs[entry.id] for entry in taken.jobs if entry.id not in self.running]
        for job in joined:
            self._run(job, 0, worker.beat.worker_id, None, now, pass_id)
        return joined

    def begin(self, attempt: Attempt, now: float) -> OpenJob:
        """Its worker has begun what was at hand."""
        attempt.started_at = now
        self.foresight.started(attempt.job_id, now)
        return self.jobs[attempt.job_id]

    def would_suit(self, workers: Sequence[LiveWorker], attempt: Attempt) -> bool:
        """Whether a free slot of one of the workers might be given the job of an attempt, if that was called back."""
        job = waiting(self.jobs[attempt.job_id])
        return any(self.queue.might_give(worker.beat.worker_id, job) for worker in workers)

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
                worker.busy.pop(job_id, None)
                self.unheard.add(attempt.worker_id)
        elif self.queue.discard(job_id):
            self.foresight.left(job_id)
        self.jobs.pop(job_id, None)
        self.told.discard(job_id)

    def withdraw(self, job_id: UUID, now: float) -> None:
        """Forget a job that waits again, or still: what was chosen and did not run costs its user no share."""
        job, began = self.jobs.get(job_id), job_id in self.running
        self.remove(job_id, now)
        if job and began:
            self.refund(job)

    def refund(self, job: OpenJob) -> None:
        """It was chosen, and did not run."""
        self.queue.refund(job.user_id, job.priority, job.share)

    def note_speed(self, job_id: UUID, status: Status, seconds: float | None) -> None:
        """Learn from a job that was completed how fast its worker is, unless it states that itself."""
        job, attempt = self.jobs.get(job_id), self.running.get(job_id)
        if not job or not job.model or seconds is None or status is not Status.COMPLETED:
            return
        worker = self.workers.get(attempt.worker_id) if attempt else None
        if worker and job.model in worker.beat.paces:
            return
        name, cold = worker.beat.name if worker else "", attempt is not None and attempt.cold
        together = worker.together(attempt) if worker and attempt else ()
        tokens = sum(self.jobs[one.job_id].share for one in together) or job.share
        self.speeds.note_run(job.model, name, seconds, tokens, cold=cold)

    def _start(self, entry: Waiting, worker: LiveWorker, now: float, pass_id: UUID, *, cold: bool) -> None:
        self.foresight.started(entry.id, now)
        self._run(self.jobs[entry.id], 0, worker.beat.worker_id, now, now, pass_id, cold)

    def _run(
        self,
        job: OpenJob,
        attempt: int,
        worker_id: str,
        started_at: float | None,
        now: float,
        pass_id: UUID,
        cold: bool = False,
    ) -> None:
        self.jobs[job.id] = job
        self.told.discard(job.id)
        running = self.running[job.id] = Attempt(
            job_id=job.id,
            attempt=attempt,
            user_id=job.user_id,
            worker_id=worker_id,
            started_at=started_at,
            renewed_at=now,
            timeout_seconds=time_for(job, self.workers.get(worker_id)),
            pass_id=pass_id,
            cancel_requested=job.cancel_requested,
            cold=cold,
        )
        if worker := self.workers.get(worker_id):
            worker.busy[job.id] = running
            self.unheard.add(worker_id)

"""Jobs sent ahead: each at hand when what its worker runs has ended, called back when somebody is idle before."""

from collections.abc import Collection, Sequence

from scheduler.fleet.model import Attempt, LiveWorker
from scheduler.jobs.line import Line
from scheduler.jobs.queries.open import OpenJob

RECALL_AGAIN_SECONDS = 2.0  # a recall, or its answer, may be lost


def send_ahead(line: Line, workers: Sequence[LiveWorker], now: float) -> list[tuple[OpenJob, str]]:
    """One job for each worker whose slots all run, if it wants one at hand; none that an idle worker could run."""
    idle = idle_of(workers)
    return [
        (job, worker.beat.worker_id)
        for worker in workers
        if wants_one(line, worker) and (job := line.take_ahead(worker, idle, now))
    ]


def wants_one(line: Line, worker: LiveWorker) -> bool:
    beat = worker.beat
    if not beat.looks_ahead or not worker.ready or len(worker.busy) != beat.slots:
        return False
    return all(attempt.started_at is not None for attempt in line.held_by(worker))


def to_recall(line: Line, workers: Sequence[LiveWorker], now: float) -> list[Attempt]:
    """What is at hand somewhere although an idle worker could run it."""
    idle = [worker for worker in workers if worker.free_slots]
    if not idle:
        return []
    recalled = [
        attempt
        for worker in workers
        if worker.beat.looks_ahead
        for attempt in line.held_by(worker)
        if may_be_recalled(attempt, now) and any(other.can(line.kind_of(attempt)) for other in idle)
    ]
    for attempt in recalled:
        attempt.recalled_at = now
    return recalled


def may_be_recalled(attempt: Attempt, now: float) -> bool:
    waits = attempt.started_at is None and attempt.attempt > 0 and not attempt.cancel_requested
    return waits and now - attempt.recalled_at >= RECALL_AGAIN_SECONDS


def idle_of(workers: Sequence[LiveWorker]) -> Collection[str]:
    return {worker.beat.worker_id for worker in workers if worker.free_slots}

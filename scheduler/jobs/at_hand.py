"""Jobs sent ahead: each at hand when what its worker runs has ended, called back when somebody is idle before."""

from collections.abc import Collection, Sequence

from scheduler.fleet.model import Attempt, LiveWorker
from scheduler.jobs.line import Line
from scheduler.jobs.queries.open import OpenJob

RECALL_AGAIN_SECONDS = 2.0  # a recall, or its answer, may be lost


def send_ahead(
    line: Line, workers: Sequence[LiveWorker], idle: Sequence[LiveWorker], now: float
) -> list[tuple[OpenJob, str]]:
    """The next pass of each worker whose slots all run, if it wants one at hand, and what joins it before it begins;
    nothing that an idle worker could run."""
    ids = {worker.beat.worker_id for worker in idle}
    return [
        (job, worker.beat.worker_id)
        for worker in workers
        if worker.beat.looks_ahead and worker.ready and worker.passes >= worker.beat.slots
        for job in for_hand(line, worker, ids, now)
    ]


def for_hand(line: Line, worker: LiveWorker, idle: Collection[str], now: float) -> list[OpenJob]:
    if at_hand := [attempt for attempt in worker.busy.values() if attempt.started_at is None]:
        return line.join_ahead(worker, at_hand, idle, now)
    return line.take_ahead(worker, idle, now) if worker.passes == worker.beat.slots else []


def to_recall(line: Line, workers: Sequence[LiveWorker], idle: Sequence[LiveWorker], now: float) -> list[Attempt]:
    """What is at hand somewhere although an idle worker would be given it."""
    if not idle:
        return []
    recalled = [
        attempt
        for worker in workers
        if worker.beat.looks_ahead
        for attempt in worker.busy.values()
        if may_be_recalled(attempt, now) and line.would_suit(idle, attempt)
    ]
    for attempt in recalled:
        attempt.recalled_at = now
    return recalled


def may_be_recalled(attempt: Attempt, now: float) -> bool:
    waits = attempt.started_at is None and attempt.attempt > 0 and not attempt.cancel_requested
    return waits and now - attempt.recalled_at >= RECALL_AGAIN_SECONDS

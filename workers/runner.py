"""Runs attempts: so many at a time as there are slots, each in a thread, the rest wait in the order they came."""

import asyncio
import threading
import time
import traceback
from collections import deque
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial

import structlog

from scheduler import supervisor
from scheduler.wire import Assignment, AttemptRef, Outcome
from workers.attempt import Attempt, CallOff
from workers.bench import Bench
from workers.engines.protocol import BadRequest, Cancelled
from workers.holding import Holding
from workers.narrator import Narrator, News, first_line
from workers.outcomes import outcome_of
from workers.recent import Recent
from workers.workshop import Workshop

log = structlog.get_logger(__name__)

EARLY_SECONDS = 60.0  # a cancel may come so much before its assignment
EARLY_MOST = 1000
YIELD_SECONDS = 5.0  # an engine that does not report for so long after its time was over is given up


@dataclass(slots=True, eq=False)
class Run:
    """An attempt that runs on a bench since `began`; its timer ends it."""

    attempt: Attempt
    bench: Bench
    began: float = field(default_factory=time.monotonic)
    load_seconds: float = 0.0
    timer: asyncio.TimerHandle | None = None

    @property
    def seconds(self) -> float:
        return time.monotonic() - self.began


class Runner:
    """Its methods are called on the event loop and never wait, except `drain`."""

    def __init__(
        self,
        worker_id: str,
        holding: Holding,
        benches: Iterable[Bench],
        new_bench: Callable[[], Bench],
        workshop: Workshop,
        tell: Callable[[News], None],
        preview_seconds: float,
    ) -> None:
        self._worker_id = worker_id
        self._holding = holding
        self._free = list(benches)
        self._new_bench = new_bench
        self._workshop = workshop
        self._tell = tell
        self._preview_seconds = preview_seconds
        self._loop = asyncio.get_running_loop()
        self._waiting: deque[Attempt] = deque()
        self._runs: dict[AttemptRef, Run] = {}
        self._cancelled_early = Recent(EARLY_SECONDS, EARLY_MOST)

    def accept(self, assignment: Assignment) -> None:
        """Run it as soon as a slot is free; what is or was here, or is older than what is here, is ignored."""
        attempt = Attempt(assignment)
        if self._holding.knows(attempt.ref) or self._later_than(attempt):
            return
        self._holding.take(attempt)
        for older in self._of_job(attempt):
            self._call_off(older, CallOff.SUPERSEDED)
        self._waiting.append(attempt)
        if attempt.ref in self._cancelled_early:
            self._call_off(attempt, CallOff.CANCELLED)
        elif self._holding.state != "ready":
            self._call_off(attempt, CallOff.HANDED_BACK)
        else:
            self._start_waiting()

    def cancel(self, ref: AttemptRef) -> None:
        """Stop it at its next report; one that is not known yet is remembered for a while."""
        if attempt := self._holding.attempts.get(ref):
            self._call_off(attempt, CallOff.CANCELLED)
        elif not self._holding.knows(ref):
            self._cancelled_early.add(ref)

    def recall(self, ref: AttemptRef) -> None:
        """Hand it back if it waits here."""
        attempt = self._holding.attempts.get(ref)
        if attempt is not None and attempt in self._waiting:
            self._call_off(attempt, CallOff.HANDED_BACK)

    async def drain(self, grace_seconds: float, hurry: asyncio.Event) -> None:
        """Hand back what waits, let run what ends in time, hand back the rest; `hurry` ends the patience."""
        self._holding.leave("draining")
        for attempt in list(self._waiting):
            self._call_off(attempt, CallOff.HANDED_BACK)
        await supervisor.wait_any(grace_seconds, self._holding.idle, hurry)
        for run in list(self._runs.values()):
            self._call_off(run.attempt, CallOff.HANDED_BACK)
        await supervisor.wait_any(YIELD_SECONDS, self._holding.idle, hurry)
        for run in list(self._runs.values()):
            self._give_up(run)

    def _later_than(self, attempt: Attempt) -> bool:
        return any(other.assignment.attempt > attempt.assignment.attempt for other in self._of_job(attempt))

    def _of_job(self, attempt: Attempt) -> list[Attempt]:
        job_id = attempt.assignment.job_id
        others = self._holding.attempts.values()
        return [other for other in others if other.assignment.job_id == job_id and other is not attempt]

    def _call_off(self, attempt: Attempt, why: CallOff) -> None:
        """A waiting attempt ends now, a running one when its engine reports."""
        attempt.call_off(why)
        if attempt in self._waiting:
            self._waiting.remove(attempt)
            self._holding.end(attempt.ref, outcome_of(self._worker_id, attempt, Cancelled(), 0.0))

    def _start_waiting(self) -> None:
        while self._waiting and self._free:
            self._start(Run(self._waiting.popleft(), self._free.pop()))

    def _start(self, run: Run) -> None:
        attempt = run.attempt
        self._runs[attempt.ref] = run
        self._holding.begin(attempt)
        # first of all, and what it reports comes through the loop: not before the lines below
        threading.Thread(target=self._work, args=(run,), name=f"attempt-{attempt.ref.job_id}", daemon=True).start()
        self._tell(first_line(attempt))
        log.info("attempt.started", **named(attempt))
        run.timer = self._loop.call_later(attempt.assignment.timeout_seconds, self._time_out, run)

    def _work(self, run: Run) -> None:
        """The thread of an attempt."""
        narrator = Narrator(run.attempt, partial(self._to_loop, self._tell), self._preview_seconds)
        loaded = partial(self._to_loop, self._note_loaded, run)
        try:
            made = self._workshop.make(run.attempt.assignment, run.bench, narrator, loaded)
            outcome = outcome_of(self._worker_id, run.attempt, made, run.seconds)
            if outcome:
                outcome.model_dump_json()  # an engine's metadata that is no JSON fails here, not in the loop
        except BaseException as error:  # noqa: BLE001 - the top of a thread; a panic of a Rust library is no Exception
            log_failure(run.attempt, error)
            outcome = outcome_of(self._worker_id, run.attempt, error, run.seconds)
        self._to_loop(self._ended, run, outcome)

    def _to_loop(self, call: Callable[..., None], *arguments: object) -> None:
        with suppress(RuntimeError):  # the loop is closed: the process ends without waiting for this thread
            self._loop.call_soon_threadsafe(call, *arguments)

    def _ended(self, run: Run, outcome: Outcome | None) -> None:
        if self._runs.get(run.attempt.ref) is run:  # else it was given up meanwhile
            self._free.append(run.bench)
            if outcome and outcome.status == "completed":
                task = run.attempt.assignment
                self._holding.speeds.ran(task.model, outcome.run_seconds - run.load_seconds, task.tokens)
            self._finish(run, outcome)
            self._start_waiting()

    def _time_out(self, run: Run) -> None:
        self._call_off(run.attempt, CallOff.TIMED_OUT)
        run.timer = self._loop.call_later(YIELD_SECONDS, self._give_up, run)

    def _give_up(self, run: Run) -> None:
        """The engine does not come back: its thread is left behind, and the slot gets new engines."""
        log.error("engine.stuck", **named(run.attempt))
        outcome = outcome_of(self._worker_id, run.attempt, Cancelled(), run.seconds)
        self._finish(run, outcome)
        if self._holding.state == "ready":
            self._free.append(self._new_bench())
            self._start_waiting()

    def _finish(self, run: Run, outcome: Outcome | None) -> None:
        del self._runs[run.attempt.ref]
        if run.timer:
            run.timer.cancel()
        self._note_warm()
        self._holding.end(run.attempt.ref, outcome)
        status = outcome.status if outcome else CallOff.SUPERSEDED
        log.info("attempt.ended", **named(run.attempt), status=status, seconds=round(run.seconds, 3))

    def _note_loaded(self, run: Run, seconds: float | None) -> None:
        if seconds is not None:
            run.load_seconds = seconds
            self._holding.speeds.loaded(run.attempt.assignment.model, seconds)
        self._note_warm()

    def _note_warm(self) -> None:
        benches = [*self._free, *(run.bench for run in self._runs.values())]
        self._holding.warmed(model for bench in benches for model in bench.warm)


def named(attempt: Attempt) -> dict[str, object]:
    """How an attempt is called in the log; its prompt never is."""
    return {"job": str(attempt.ref.job_id), "attempt": attempt.ref.attempt, "model": attempt.assignment.model}


def log_failure(attempt: Attempt, error: BaseException) -> None:
    """Where it failed, for us; the message stays below info, it may quote the prompt."""
    if attempt.calloff is not None:
        return
    if isinstance(error, BadRequest):
        log.info("attempt.refused", **named(attempt), code=error.code)
        return
    where = "".join(traceback.format_tb(error.__traceback__))
    log.warning("attempt.failed", **named(attempt), error=type(error).__name__, exception=where)
    log.debug("attempt.failure", **named(attempt), message=str(error))

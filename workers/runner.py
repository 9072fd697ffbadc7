"""Runs passes: so many at a time as there are slots, each in a thread, the rest wait in the order they came."""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from functools import partial

import structlog

from scheduler import supervisor
from scheduler.wire import LOADING_SECONDS, Assignment, AttemptRef, Outcome
from workers.attempt import Attempt, CallOff
from workers.bench import Bench
from workers.engines.protocol import Cancelled
from workers.holding import Holding
from workers.narrator import Narrator, News, first_line
from workers.outcomes import Result, outcome_of
from workers.recent import Recent
from workers.run import Run, log_failure, named
from workers.workshop import Workshop

log = structlog.get_logger(__name__)

EARLY_SECONDS = 60.0  # a cancel may come so much before its assignment
EARLY_MOST = 1000
YIELD_SECONDS = 5.0  # an engine that does not report for so long after its time was over is given up


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
        self._waiting: deque[list[Attempt]] = deque()  # pass after pass
        self._runs: dict[AttemptRef, Run] = {}
        self._cancelled_early = Recent(EARLY_SECONDS, EARLY_MOST)

    def accept(self, assignments: Sequence[Assignment]) -> None:
        """Run them in one pass as soon as a slot is free; what is or was here, or is older than what is here, is
        ignored."""
        together = []
        for attempt in map(Attempt, assignments):
            if self._holding.knows(attempt.ref) or self._is_late(attempt):
                continue
            self._holding.take(attempt)
            for older in self._of_job(attempt):
                self._call_off(older, CallOff.SUPERSEDED)
            together.append(attempt)
        if not together:
            return
        waiting = next((one for one in self._waiting if one and share(one, together)), None)
        if waiting:
            waiting += together
        else:
            self._waiting.append(together)
        for attempt in together.copy():
            if attempt.ref in self._cancelled_early:
                self._call_off(attempt, CallOff.CANCELLED)
            elif self._holding.state != "ready":
                self._call_off(attempt, CallOff.HANDED_BACK)
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
        if attempt is not None and not attempt.begun:
            self._call_off(attempt, CallOff.HANDED_BACK)

    async def drain(self, grace_seconds: float, hurry: asyncio.Event) -> None:
        """Hand back what waits, let run what ends in time, hand back the rest; `hurry` ends the patience."""
        self._holding.leave("draining")
        for attempt in [one for together in self._waiting for one in together]:
            self._call_off(attempt, CallOff.HANDED_BACK)
        await supervisor.wait_any(grace_seconds, self._holding.idle, hurry)
        for attempt in list(self._holding.attempts.values()):
            self._call_off(attempt, CallOff.HANDED_BACK)
        await supervisor.wait_any(YIELD_SECONDS, self._holding.idle, hurry)
        for run in set(self._runs.values()):
            self._give_up(run)

    def close(self) -> None:
        """Let the threads go that have nothing to do any more."""
        for bench in self._free:
            bench.hand.dismiss()

    def _is_late(self, attempt: Attempt) -> bool:
        return any(other.assignment.attempt > attempt.assignment.attempt for other in self._of_job(attempt))

    def _of_job(self, attempt: Attempt) -> list[Attempt]:
        job_id = attempt.assignment.job_id
        others = self._holding.attempts.values()
        return [other for other in others if other.assignment.job_id == job_id and other is not attempt]

    def _call_off(self, attempt: Attempt, why: CallOff) -> None:
        """A waiting attempt ends now, a running one when its engine reports."""
        attempt.call_off(why)
        if together := next((one for one in self._waiting if attempt in one), None):
            together.remove(attempt)
            self._holding.end(attempt.ref, outcome_of(self._worker_id, attempt, Cancelled(), 0.0))

    def _start_waiting(self) -> None:
        while self._waiting and self._free:
            if together := self._waiting.popleft():
                self._start(Run(together, self._free.pop()))

    def _start(self, run: Run) -> None:
        for attempt in run.attempts:
            self._runs[attempt.ref] = run
            self._holding.begin(attempt)
        # first of all, and what it reports comes through the loop: not before the lines below
        attempts = tuple(run.attempts)
        run.bench.hand.do(partial(self._work, run, attempts))
        for attempt in attempts:
            self._tell(first_line(attempt))
            log.info("attempt.started", **named(attempt))
        self._allow(run, run.work_seconds if run.warm else LOADING_SECONDS)

    def _work(self, run: Run, attempts: Sequence[Attempt]) -> None:
        """In the thread of its slot."""
        narrators = [self._narrator(run, attempt) for attempt in attempts]
        loaded = partial(self._to_loop, self._note_loaded, run, attempts[0].assignment.model)
        results: Sequence[Result]
        try:
            results = self._workshop.make(narrators, run.bench, loaded)
        except BaseException as error:  # noqa: BLE001 - the top of a thread; a panic of a Rust library is no Exception
            results = [error] * len(attempts)
        outcomes = [self._outcome(run, *one) for one in zip(attempts, results, strict=True)]
        self._to_loop(self._ended, run, list(zip(attempts, outcomes, strict=True)))

    def _narrator(self, run: Run, attempt: Attempt) -> Narrator:
        tell, left = partial(self._to_loop, self._tell), partial(self._to_loop, self._left, run, attempt)
        return Narrator(attempt, tell, self._preview_seconds, left=left)

    def _outcome(self, run: Run, attempt: Attempt, result: Result) -> Outcome | None:
        if not isinstance(result, BaseException):
            outcome = outcome_of(self._worker_id, attempt, result, run.seconds)
            try:
                if outcome:
                    outcome.model_dump_json()  # an engine's metadata that is no JSON fails here, not in the loop
                return outcome
            except Exception as error:  # noqa: BLE001 - whatever it is, it is this attempt's alone
                result = error
        log_failure(attempt, result)
        return outcome_of(self._worker_id, attempt, result, run.seconds)

    def _to_loop(self, call: Callable[..., None], *arguments: object) -> None:
        with suppress(RuntimeError):  # the loop is closed: the process ends without waiting for this thread
            self._loop.call_soon_threadsafe(call, *arguments)

    def _left(self, run: Run, attempt: Attempt) -> None:
        """The engine has left an attempt that was called off. It ends now, and the others of its pass go on; the last
        one ends with the pass."""
        if attempt in run.attempts and len(run.attempts) > 1:
            self._finish(run, attempt, outcome_of(self._worker_id, attempt, Cancelled(), run.seconds))

    def _ended(self, run: Run, outcomes: Sequence[tuple[Attempt, Outcome | None]]) -> None:
        if run.attempts:  # else it was given up meanwhile
            self._free.append(run.bench)
            self._note_pace(run, outcomes)
            for attempt, outcome in outcomes:
                if attempt in run.attempts:
                    self._finish(run, attempt, outcome)
            self._start_waiting()

    def _allow(self, run: Run, seconds: float) -> None:
        """It has so long from now on."""
        if run.timer:
            run.timer.cancel()
        run.timer = self._loop.call_later(seconds, self._time_out, run)

    def _time_out(self, run: Run) -> None:
        run.late = True
        for attempt in run.attempts:
            self._call_off(attempt, CallOff.TIMED_OUT)
        run.timer = self._loop.call_later(YIELD_SECONDS, self._give_up, run)

    def _give_up(self, run: Run) -> None:
        """The engine does not come back: its thread is left behind, and the slot gets new engines."""
        log.error("engine.stuck", **named(run.attempts[0]))
        for attempt in list(run.attempts):
            self._finish(run, attempt, outcome_of(self._worker_id, attempt, Cancelled(), run.seconds))
        if self._holding.state == "ready":
            self._free.append(self._new_bench())
            self._start_waiting()

    def _finish(self, run: Run, attempt: Attempt, outcome: Outcome | None) -> None:
        del self._runs[attempt.ref]
        run.attempts.remove(attempt)
        if run.timer and not run.attempts:
            run.timer.cancel()
        self._note_warm()
        self._holding.end(attempt.ref, outcome)
        status = outcome.status if outcome else CallOff.SUPERSEDED
        log.info("attempt.ended", **named(attempt), status=status, seconds=round(run.seconds, 3))

    def _note_pace(self, run: Run, outcomes: Sequence[tuple[Attempt, Outcome | None]]) -> None:
        """What the attempts of a pass took together, for all that they are charged."""
        made = [(one.assignment, outcome) for one, outcome in outcomes if outcome and outcome.status == "completed"]
        if made:
            seconds = max(outcome.run_seconds for _, outcome in made) - run.load_seconds
            self._holding.speeds.ran(made[0][0].model, seconds, sum(task.tokens for task, _ in made))

    def _note_loaded(self, run: Run, model: str, seconds: float) -> None:
        run.load_seconds = seconds
        if run.attempts and not run.late:
            self._allow(run, run.work_seconds)
        self._holding.speeds.loaded(model, seconds)
        self._note_warm()

    def _note_warm(self) -> None:
        benches = {*self._free, *(run.bench for run in self._runs.values())}
        self._holding.warmed(model for bench in benches for model in bench.warm)


def share(waiting: Sequence[Attempt], coming: Sequence[Attempt]) -> bool:
    """Whether what comes is of the pass that waits."""
    one, other = waiting[0].assignment, coming[0].assignment
    return one.pass_id is not None and (one.pass_id, one.model) == (other.pass_id, other.model)

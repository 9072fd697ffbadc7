"""Watches the workers: renews leases by their beats, repeats what they missed, gives up on what was lost."""

import time
from collections.abc import Collection, Sequence
from datetime import timedelta
from uuid import UUID

import asyncpg
import structlog

from scheduler.bus import Redis
from scheduler.catalogue.market import MarketKeeper
from scheduler.fleet.breaking import LOST, TIMED_OUT
from scheduler.fleet.couriers import send_assignments
from scheduler.fleet.failures import note_failures
from scheduler.fleet.model import MISSED_BEATS, Attempt, LiveWorker
from scheduler.fleet.queries import mark_gone, record_beats
from scheduler.jobs.events import running_event
from scheduler.jobs.lifecycle import Lifecycle
from scheduler.jobs.line import Line
from scheduler.jobs.model import Status
from scheduler.jobs.outcomes import MOST_LOST_ATTEMPTS, given_up
from scheduler.jobs.queries.dispatch import Requeue, renew_leases, running_again
from scheduler.jobs.queries.keeping import keep_no_longer, keep_until, overdue
from scheduler.jobs.queries.tries import tries_of
from scheduler.jobs.timeouts import allowed
from scheduler.wire import Acknowledged, Beat, Cancel

log = structlog.get_logger(__name__)

Held = tuple[UUID, int]  # job and attempt

REAP_SECONDS = 1.0
TIMEOUT_GRACE_SECONDS = 30.0  # the worker's own time-out comes first


class Warden:
    """Acts on the leader's `line`; called only from the dispatcher's tick. Times are monotonic seconds."""

    def __init__(
        self,
        pool: asyncpg.Pool,
        redis: Redis,
        lease: timedelta,
        keep_for: timedelta,
        market: MarketKeeper,
        lifecycle: Lifecycle,
        line: Line,
    ) -> None:
        self.pool = pool
        self.redis = redis
        self.lease = lease
        self.keep_for = keep_for
        self.market = market
        self.lifecycle = lifecycle
        self.line = line
        self.hearing_since = 0.0  # leases stand still while Redis, or this process, was deaf
        self.heard_at = 0.0
        self.reaped_at = 0.0

    def start(self, now: float) -> None:
        """This scheduler leads from now on."""
        self.hearing_since = self.heard_at = self.reaped_at = now

    def heard(self, now: float) -> None:
        """Redis answered. After a silence every lease starts anew: workers, too, need time to find it again."""
        if now - self.heard_at > self.lease.total_seconds() / 4:
            self.hearing_since = now
        self.heard_at = now

    async def hear(self, beats: Sequence[Beat], now: float) -> None:
        """Refresh workers, renew the leases of what they hold, tell again what they missed."""
        await record_beats(self.pool, beats)
        held: list[tuple[UUID, int, bool]] = []
        cancels: list[tuple[str, Cancel | Acknowledged]] = []
        for beat in beats:
            if beat.state == "gone":
                self.line.workers.pop(beat.worker_id, None)
                continue
            worker = self.line.workers.get(beat.worker_id) or await self._welcome(beat, now)
            self.line.hear(worker, beat, now)
            kept, unwanted = self._compare(worker, now)
            waiting = {(ref.job_id, ref.attempt) for ref in beat.waiting}
            held += [(job_id, number, (job_id, number) not in waiting) for job_id, number in kept]
            cancels += [(beat.worker_id, Cancel(job_id=job_id, attempt=number)) for job_id, number in unwanted]
            await self._repeat_missed(worker, kept)
        if held:
            await self._renew(held, now)
        await self.lifecycle.tell_all(cancels)

    async def _renew(self, held: Sequence[tuple[UUID, int, bool]], now: float) -> None:
        """Renew leases, of attempts that were begun or not; what was at hand and has been begun runs from now on."""
        renewed = await renew_leases(self.pool, held, self.lease)
        begun = [
            attempt
            for job_id, _, has_begun in held
            if has_begun and job_id in renewed and (attempt := self.line.running.get(job_id))
            if attempt.started_at is None
        ]
        if begun:
            self.lifecycle.herald.say([running_event(self.line.begin(one, now), one.attempt) for one in begun])

    async def reap(self, now: float) -> None:
        """Once a second: lost leases, time-outs, silent workers, and jobs that nobody came for."""
        if now - self.reaped_at < REAP_SECONDS:
            return
        if now - self.reaped_at > self.lease.total_seconds() / 2:
            self.hearing_since = now  # this process stood still: silence meanwhile counts against nobody
        self.reaped_at = now
        for attempt in sorted(self.line.running.values(), key=lambda one: one.started_at is not None):
            if self._silent(attempt.renewed_at):
                await self._lost(attempt)
            elif attempt.has_run(TIMEOUT_GRACE_SECONDS + self._allowed(attempt), now):
                late = Status.CANCELLED if attempt.cancel_requested else Status.FAILED
                await self._give_up(attempt, late, None if attempt.cancel_requested else TIMED_OUT)
        for worker_id, worker in list(self.line.workers.items()):
            if self._silent(worker.seen_at):
                log.warning("worker.silent", worker=worker_id)
                del self.line.workers[worker_id]
        if self._silent(0.0):
            await mark_gone(self.pool, self.lease)
        await self._reap_unwanted()

    def _allowed(self, attempt: Attempt) -> float:
        return allowed(attempt, self.line.workers.get(attempt.worker_id))

    def _silent(self, since: float) -> bool:
        """Nothing for a whole lease, in which this process was listening; since Redis answered last it is deaf."""
        return self.heard_at - max(since, self.hearing_since) > self.lease.total_seconds()

    async def _welcome(self, beat: Beat, now: float) -> LiveWorker:
        log.info("worker.joined", worker=beat.worker_id, slots=beat.slots)
        busy = {one.job_id: one for one in self.line.running.values() if one.worker_id == beat.worker_id}
        worker = self.line.workers[beat.worker_id] = LiveWorker(beat, now, busy, beat.worker_id in self.line.aside)
        worker.share(beat.passes)
        await self.market.changed()
        return worker

    def _compare(self, worker: LiveWorker, now: float) -> tuple[list[Held], list[Held]]:
        """What the worker holds against what it was given: what it rightly holds, and what it should stop."""
        kept, unwanted = [], []
        for job_id, number in {(ref.job_id, ref.attempt) for ref in worker.beat.holding}:
            attempt = self.line.running.get(job_id)
            if attempt and (attempt.attempt, attempt.worker_id) == (number, worker.beat.worker_id):
                attempt.renewed_at, attempt.missed = now, 0
                kept.append((job_id, number))
                if attempt.cancel_requested:
                    unwanted.append((job_id, number))
            else:
                unwanted.append((job_id, number))
        return kept, unwanted

    async def _repeat_missed(self, worker: LiveWorker, kept: Sequence[Held]) -> None:
        listed = set(kept)
        for attempt in list(worker.busy.values()):
            if (attempt.job_id, attempt.attempt) not in listed:
                await self._missed(attempt)

    async def _missed(self, attempt: Attempt) -> None:
        """A beat did not list the attempt; after some of them it is sent again under the same number."""
        attempt.missed += 1
        if attempt.missed < MISSED_BEATS:
            return
        attempt.missed = 0
        started = await running_again(self.pool, attempt.job_id, attempt.attempt)
        if started:
            log.info("attempt.repeated", job=str(attempt.job_id), attempt=attempt.attempt)
            attempt.pass_id = attempt.job_id  # the others have begun, or are missed one by one
            await send_assignments(self.redis, [(self.line.jobs[attempt.job_id], attempt, started)])
        elif attempt.cancel_requested:
            await self._give_up(attempt, Status.CANCELLED, None)

    async def _lost(self, attempt: Attempt) -> None:
        """The worker is silent: another try, or the end after the second loss."""
        tries = (await tries_of(self.pool, [attempt.job_id])).get(attempt.job_id)
        if tries is None or tries.attempt != attempt.attempt:
            self.line.remove(attempt.job_id, time.monotonic())  # the next sync puts it where it belongs
            return
        if not tries.lapsed:
            return  # another leader heard of it, or it is a matter of milliseconds
        log.warning("attempt.lost", job=str(attempt.job_id), attempt=attempt.attempt, worker=attempt.worker_id)
        if tries.cancel_requested:
            await self._give_up(attempt, Status.CANCELLED, None)
        elif not self._may_have_begun(attempt):
            await self.lifecycle.write([], [Requeue(attempt.job_id, attempt.attempt, None, lapsed=True)])
        elif tries.lost + 1 >= MOST_LOST_ATTEMPTS:
            await self._give_up(attempt, Status.FAILED, LOST)
        else:
            moved = await self.lifecycle.write([], [Requeue(attempt.job_id, attempt.attempt, None, lost=True)])
            await self._note(attempt, LOST, moved)

    def _may_have_begun(self, attempt: Attempt) -> bool:
        """What was at hand has begun when nothing else runs there, even if its worker could not say so any more."""
        others = (one for one in self.line.running.values() if one.worker_id == attempt.worker_id)
        return attempt.started_at is not None or all(one.started_at is None for one in others)

    async def _give_up(self, attempt: Attempt, status: Status, code: str | None) -> None:
        """End a job without hearing from its worker, which is told to stop."""
        ended = await self.lifecycle.write([given_up(attempt.job_id, attempt.attempt, status, code, running=True)])
        if code:
            await self._note(attempt, code, ended)
        self.line.remove(attempt.job_id, time.monotonic())
        cancel = Cancel(job_id=attempt.job_id, attempt=attempt.attempt)
        await self.lifecycle.tell_all([(attempt.worker_id, cancel)])

    async def _note(self, attempt: Attempt, code: str, changed: Collection[UUID]) -> None:
        """Evidence against the model and the worker, if that is how the attempt ended."""
        if attempt.job_id in changed:
            await note_failures(self.pool, [(attempt.job_id, attempt.worker_id, code)])

    def _unwanted(self) -> list[UUID]:
        """Waiting jobs of kinds that no live worker can run; a long line is not looked at while there are none."""
        market, queue = self.market.market, self.line.queue
        kinds = {kind for kind in queue.aisles if market.sides(kind.picture).get(kind.model, 0) < kind.side}
        return [job.id for job in queue.jobs.values() if job.kind in kinds] if kinds else []

    async def _reap_unwanted(self) -> None:
        """A waiting job that no live worker can run is kept until a time it is told, and ends after it."""
        unwanted = self._unwanted()
        if again := self.line.told.difference(unwanted):
            await keep_no_longer(self.pool, list(again))
            for job_id in again:
                self.line.keep(self.line.jobs[job_id], None)
        if not unwanted:
            return
        for job_id, until in (await keep_until(self.pool, unwanted, self.keep_for)).items():
            self.line.keep(self.line.jobs[job_id], until)
        gone = await overdue(self.pool, unwanted)
        await self.lifecycle.write(
            [given_up(job_id, attempt, Status.FAILED, "no_worker_in_time", running=False) for job_id, attempt in gone]
        )

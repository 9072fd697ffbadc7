"""Gives free slots the right jobs: the policy chooses, one statement starts them all, then the workers are told."""

import asyncio
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import asyncpg
import structlog

from scheduler.bus import Redis
from scheduler.catalogue.market import MarketKeeper
from scheduler.database import CONTENTION, is_outage
from scheduler.fleet.couriers import send_assignments, send_recalls
from scheduler.fleet.model import Attempt, LiveWorker
from scheduler.jobs.at_hand import send_ahead, to_recall
from scheduler.jobs.auditor import Auditor
from scheduler.jobs.events import running_event
from scheduler.jobs.herald import Herald
from scheduler.jobs.line import Line
from scheduler.jobs.passes import Pass, filled
from scheduler.jobs.queries.dispatch import Choice, Leader, Started, start_jobs
from scheduler.jobs.queries.open import OpenJob
from scheduler.observability import REGISTRY, Counter

log = structlog.get_logger(__name__)

AT_ONCE = 50  # passes in one statement; the workers have these while the next are started

DISPATCHED = Counter("tessera_jobs_dispatched", "Attempts sent to workers", registry=REGISTRY)


Placed = tuple[OpenJob, str]  # and the worker it goes to


@dataclass(frozen=True, slots=True)
class Chosen:
    """What is to be started, what to be at hand, and what is called back for somebody idle."""

    begun: list[Placed]
    ahead: list[Placed]
    recalled: list[Attempt]


class Handout:
    """`wake` is set when a worker is to be asked again though nothing happens before. Called only from the tick."""

    def __init__(
        self,
        pool: asyncpg.Pool,
        redis: Redis,
        lease: timedelta,
        market: MarketKeeper,
        line: Line,
        auditor: Auditor,
        herald: Herald,
        wake: asyncio.Event,
    ) -> None:
        self.pool = pool
        self.redis = redis
        self.lease = lease
        self.market = market
        self.line = line
        self.auditor = auditor
        self.herald = herald
        self.wake = wake
        self.asks_again: asyncio.TimerHandle | None = None
        self.owed: list[Placed] = []  # chosen, to be started by the next round

    def owe(self, chosen: Sequence[Placed]) -> None:
        """The next round starts these; they count as running from here on."""
        if chosen:
            self.owed += chosen
            self.wake.set()

    def choose(self) -> Chosen:
        """What fills the free slots, and the hands of those who look ahead; it counts as running from here on."""
        now, market = time.monotonic(), self.market.market
        self.line.refresh(market.models, market.paused)
        owed, self.owed = self.owed, []
        begun = owed + self.for_free_slots(now, AT_ONCE)
        ready = self._ready()
        idle = [worker for worker in ready if worker.free_slots]
        return Chosen(begun, send_ahead(self.line, ready, idle, now), to_recall(self.line, ready, idle, now))

    def for_free_slots(self, now: float, most: int) -> list[Placed]:
        """At most so many passes, by workers as they were at the last round."""
        return self._choose(self._ready(), now, most)

    def _ready(self) -> list[LiveWorker]:
        return [worker for worker in self.line.workers.values() if worker.ready]

    async def start(self, choice: Chosen, leader: Leader) -> bool:
        """Returns whether something was started."""
        await send_recalls(self.redis, choice.recalled)
        return await self._start(choice.begun, choice.ahead, leader)

    async def _start(self, begun: list[Placed], ahead: list[Placed], leader: Leader) -> bool:
        chosen = begun + ahead
        if not chosen:
            return False
        try:
            tokens = lease_tokens(len(chosen))
            choices = [
                Choice(job.id, job.user_id, worker_id, tokens[n], ahead=n >= len(begun))
                for n, (job, worker_id) in enumerate(chosen)
            ]
            started = {one.job_id: one for one in await self._commit(choices, leader)}
        except BaseException:
            self.auditor.doubt([job for job, _ in chosen], may_run=True)  # whether it was committed is unknown
            raise
        self.auditor.doubt([job for job, _ in chosen if job.id not in started], may_run=False)
        await self._tell([(job, worker_id, started[job.id]) for job, worker_id in chosen if job.id in started])
        return bool(started)

    async def _commit(self, choices: Sequence[Choice], leader: Leader) -> list[Started]:
        """Start them all in one statement; when that fails though the database is there, one by one, so that a
        poisonous job, or one that is locked, harms nobody else."""
        try:
            return await start_jobs(self.pool, choices, self.lease, leader)
        except Exception as error:
            if is_outage(error) and not isinstance(error, CONTENTION):
                raise
        started: list[Started] = []
        locked: list[Exception] = []
        for choice in choices:
            try:
                started += await start_jobs(self.pool, [choice], self.lease, leader)
            except Exception as error:
                if not is_outage(error):
                    self._put_apart(choice, error)
                elif locked or not isinstance(error, CONTENTION):  # nobody waits for one lock after the other
                    raise
                else:
                    locked.append(error)
        return started

    def _put_apart(self, choice: Choice, error: Exception) -> None:
        """It is not chosen again at once, or it would hold up whoever is behind it."""
        log.error("job.unstartable", job=str(choice.job_id), error=type(error).__name__)
        self.line.apart.put(choice.job_id, time.monotonic())

    async def _tell(self, sent: Sequence[tuple[OpenJob, str, Started]]) -> None:
        told = [(job, one, started) for job, _, started in sent if (one := self.line.running.get(job.id))]
        for _, attempt, started in told:
            attempt.attempt = started.attempt
        await send_assignments(self.redis, told)
        DISPATCHED.inc(len(sent))
        begun = [(job, attempt) for job, attempt, _ in told if attempt.started_at is not None]
        self.herald.say([running_event(job, attempt.attempt) for job, attempt in begun])

    def _choose(self, ready: Sequence[LiveWorker], now: float, most: int) -> list[Placed]:
        """The policy's choice for every free slot, the least busy worker first; then their passes are filled."""
        passes: list[Pass] = []
        moments: list[float] = []
        free = (worker for worker in ready if worker.free_slots)
        for worker in sorted(free, key=lambda one: one.passes / one.beat.slots):
            for _ in range(min(worker.free_slots, most - len(passes))):
                taken = self.line.take(worker, now)
                if taken.again_at is not None:
                    moments.append(taken.again_at)
                if not taken.jobs:
                    break
                passes.append((worker, taken))
        if len(passes) < most:  # else there may be slots that are still free
            passes = filled(self.line, passes, now)
        self._ask_again(min(moments, default=None))
        return [(self.line.jobs[one.id], worker.beat.worker_id) for worker, taken in passes for one in taken.jobs]

    def _ask_again(self, at: float | None) -> None:
        """A worker that left a job for one that has its model loaded is asked again then, whatever happens."""
        if self.asks_again:
            self.asks_again.cancel()
        seconds = None if at is None else max(0.0, at - time.monotonic())
        self.asks_again = None if seconds is None else asyncio.get_running_loop().call_later(seconds, self.wake.set)


def lease_tokens(number: int) -> list[UUID]:
    """Random, and all with one question to the operating system."""
    drawn = os.urandom(16 * number)
    return [UUID(bytes=drawn[at : at + 16], version=4) for at in range(0, len(drawn), 16)]

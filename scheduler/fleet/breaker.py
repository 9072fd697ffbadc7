"""Looks at what failed lately: pauses models that fail everywhere, puts workers aside that alone fail."""

import asyncpg
import structlog

from scheduler.accounts.queries import write_audit
from scheduler.catalogue.market import MarketKeeper
from scheduler.fleet import failures as queries
from scheduler.fleet.breaking import MODEL_RESTS, WORKER_RESTS, Failure, Tripped, suspicious, tripped
from scheduler.jobs.line import Line

log = structlog.get_logger(__name__)

LOOK_SECONDS = 2.0
LOOK_AGAIN_SECONDS = 10.0  # after a close look that led to nothing: it reads what the workers did lately


class Breaker:
    """Acts on the leader's `line`; called only from the dispatcher's tick. Times are monotonic seconds."""

    def __init__(self, pool: asyncpg.Pool, market: MarketKeeper, line: Line) -> None:
        self.pool = pool
        self.market = market
        self.line = line
        self.next_at = 0.0
        self.close_look_at = 0.0

    async def look(self, now: float) -> None:
        """One look, when it is due."""
        if now < self.next_at:
            return
        self.next_at = now + LOOK_SECONDS  # also where a look fails: nobody waits for the next one in the meantime
        failures = await queries.recent_failures(self.pool)
        self.line.put_aside(await queries.workers_aside(self.pool))
        if suspicious(failures) and now >= self.close_look_at:
            self.close_look_at = now + LOOK_AGAIN_SECONDS
            await self._judge(failures)
            self.line.put_aside(await queries.workers_aside(self.pool))

    async def _judge(self, failures: list[Failure]) -> None:
        offers = {
            worker_id: {offer.model for offer in worker.beat.offers}
            for worker_id, worker in self.line.workers.items()
            if worker.ready
        }
        completed = await queries.completed_since(self.pool, failures[0].at)
        await self._act(tripped(failures, completed, offers))

    async def _act(self, decided: Tripped) -> None:
        if not decided.models and not decided.workers:
            return
        async with self.pool.acquire() as connection, connection.transaction():
            paused = await queries.pause_models(connection, decided.models, MODEL_RESTS)
            await queries.put_aside(connection, decided.workers, WORKER_RESTS)
            for subject in paused:
                minutes = MODEL_RESTS.total_seconds() / 60
                await write_audit(connection, None, "breaker", "pause", subject, {"minutes": minutes})
            for worker_id in sorted(decided.workers):
                minutes = WORKER_RESTS.total_seconds() / 60
                await write_audit(connection, None, "breaker", "aside", worker_id, {"minutes": minutes})
        for subject in paused:
            log.error("model.paused", subject=subject, why="failed on every worker")
        for worker_id in sorted(decided.workers):
            log.error("worker.aside", worker=worker_id, why="failed where others succeed")
        await self.market.changed()

"""Whether this scheduler can serve: its database and Redis answer, and it is not about to stop."""

import asyncio
from time import monotonic

import asyncpg

from scheduler.bus import Redis, RedisError
from scheduler.database import OUTAGES

PATIENCE_SECONDS = 2.0
LOOK_SECONDS = 0.25


class Readiness:
    def __init__(self, pool: asyncpg.Pool, redis: Redis, stop: asyncio.Event) -> None:
        self.pool = pool
        self.redis = redis
        self.stop = stop
        self.looking = asyncio.Lock()
        self.seen: list[str] = []
        self.seen_at = float("-inf")

    async def missing(self) -> list[str]:
        """What is not ready; nothing when all is well. However many ask, one looks, and a look is good for a moment."""
        if self.stop.is_set():
            return ["stopping"]
        async with self.looking:
            if monotonic() - self.seen_at > LOOK_SECONDS:
                self.seen = [*await self._database(), *await self._redis()]
                self.seen_at = monotonic()
        return ["stopping"] if self.stop.is_set() else self.seen

    async def _database(self) -> list[str]:
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):  # a pool that is used up counts, too
                await self.pool.fetchval("select 1")
        except OUTAGES:
            return ["database"]
        return []

    async def _redis(self) -> list[str]:
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                await self.redis.ping()
        except (RedisError, OSError, TimeoutError):
            return ["redis"]
        return []

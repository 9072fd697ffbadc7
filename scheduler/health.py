"""Whether this scheduler can serve: its database and Redis answer, and it is not about to stop."""

import asyncio

import asyncpg

from scheduler.bus import Redis, RedisError
from scheduler.database import OUTAGES

PATIENCE_SECONDS = 2.0


class Readiness:
    def __init__(self, pool: asyncpg.Pool, redis: Redis, stop: asyncio.Event) -> None:
        self.pool = pool
        self.redis = redis
        self.stop = stop

    async def missing(self) -> list[str]:
        """What is not ready; nothing when all is well."""
        if self.stop.is_set():
            return ["stopping"]
        return [*await self._database(), *await self._redis()]

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

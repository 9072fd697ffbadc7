"""saq: Redis, not durable."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from redis.asyncio import Redis
from saq import Worker
from saq.queue.redis import RedisQueue
from saq.types import Context

from tests.benchmarks.peers.protocol import Body, Put

TASK = "noop"


class Peer:
    name = "saq"

    def __init__(self, database_url: str, redis_url: str) -> None:
        self.redis_url = redis_url

    async def install(self) -> None:
        """Redis needs nothing."""

    @asynccontextmanager
    async def producer(self) -> AsyncIterator[Put]:
        queue = RedisQueue(Redis.from_url(self.redis_url))
        await queue.connect()
        try:
            yield lambda moment: queue.enqueue(TASK, moment=moment, prompt="x" * 96)
        finally:
            await queue.disconnect()

    async def work(self, body: Body) -> None:
        async def noop(context: Context, *, moment: int, prompt: str) -> None:
            body(moment)

        queue = RedisQueue(Redis.from_url(self.redis_url))
        await queue.connect()
        await Worker(queue, functions=[(TASK, noop)], concurrency=10).start()

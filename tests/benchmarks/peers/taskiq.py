"""taskiq over Redis streams: not durable."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from taskiq.api import run_receiver_task
from taskiq_redis import RedisStreamBroker

from tests.benchmarks.peers.protocol import Body, Put

TASK = "noop"


class Peer:
    name = "taskiq"

    def __init__(self, database_url: str, redis_url: str) -> None:
        self.redis_url = redis_url

    async def install(self) -> None:
        """Redis needs nothing."""

    @asynccontextmanager
    async def producer(self) -> AsyncIterator[Put]:
        broker = RedisStreamBroker(self.redis_url)

        @broker.task(task_name=TASK)
        async def noop(moment: int, prompt: str) -> None: ...

        await broker.startup()
        try:
            yield lambda moment: noop.kiq(moment, "x" * 96)
        finally:
            await broker.shutdown()

    async def work(self, body: Body) -> None:
        broker = RedisStreamBroker(self.redis_url)

        @broker.task(task_name=TASK)
        async def noop(moment: int, prompt: str) -> None:
            body(moment)

        await run_receiver_task(broker, max_async_tasks=10, max_prefetch=10, run_startup=True)

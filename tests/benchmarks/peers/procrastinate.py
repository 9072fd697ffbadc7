"""procrastinate: PostgreSQL, durable."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from procrastinate import App, PsycopgConnector

from tests.benchmarks.peers.protocol import CONNECTIONS, Body, Put

TASK, QUEUE = "noop", "bench"


class Peer:
    name = "procrastinate"

    def __init__(self, database_url: str, redis_url: str) -> None:
        connector = PsycopgConnector(conninfo=database_url, min_size=4, max_size=CONNECTIONS)
        self.app = App(connector=connector)

    async def install(self) -> None:
        async with self.app.open_async():
            await self.app.schema_manager.apply_schema_async()

    @asynccontextmanager
    async def producer(self) -> AsyncIterator[Put]:
        task = self.app.configure_task(TASK, queue=QUEUE)
        async with self.app.open_async():
            yield lambda moment: task.defer_async(moment=moment, prompt="x" * 96)

    async def work(self, body: Body) -> None:
        @self.app.task(name=TASK, queue=QUEUE)
        async def noop(moment: int, prompt: str) -> None:
            body(moment)

        async with self.app.open_async():
            await self.app.run_worker_async(queues=[QUEUE], concurrency=4, install_signal_handlers=False)

"""PgQueuer: PostgreSQL, durable."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
from pgqueuer import PgQueuer, Queries
from pgqueuer.db import AsyncpgDriver, AsyncpgPoolDriver
from pgqueuer.models import Job

from tests.benchmarks.peers.protocol import CONNECTIONS, Body, Put, moment_of, payload

ENTRYPOINT = "noop"


class Peer:
    name = "PgQueuer"

    def __init__(self, database_url: str, redis_url: str) -> None:
        self.database_url = database_url

    async def install(self) -> None:
        connection = await asyncpg.connect(self.database_url)
        try:
            await Queries(AsyncpgDriver(connection)).install()
        finally:
            await connection.close()

    @asynccontextmanager
    async def producer(self) -> AsyncIterator[Put]:
        async with asyncpg.create_pool(self.database_url, min_size=CONNECTIONS, max_size=CONNECTIONS) as pool:
            queries = Queries(AsyncpgPoolDriver(pool))
            yield lambda moment: queries.enqueue(ENTRYPOINT, payload(moment), 0)

    async def work(self, body: Body) -> None:
        async with asyncpg.create_pool(self.database_url, min_size=4, max_size=8) as pool:
            worker = PgQueuer(AsyncpgPoolDriver(pool))

            @worker.entrypoint(ENTRYPOINT)
            async def noop(job: Job) -> None:
                body(moment_of(job.payload or b""))

            await worker.run(batch_size=10)

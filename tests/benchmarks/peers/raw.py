"""The floor under every durable queue: one insert a job by asyncpg, nothing else."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg

from tests.benchmarks.peers.protocol import CONNECTIONS, Put, payload

MAKE = """
    create table q (id bigserial primary key, status smallint not null default 0, payload jsonb not null,
                    at timestamptz not null default now()) with (fillfactor = 80);
    create index q_ready on q (id) where status = 0
"""
PUT = "insert into q (payload) values ($1)"


class Peer:
    name = "raw asyncpg"

    def __init__(self, database_url: str, redis_url: str) -> None:
        self.database_url = database_url

    async def install(self) -> None:
        connection = await asyncpg.connect(self.database_url)
        try:
            await connection.execute(MAKE)
        finally:
            await connection.close()

    @asynccontextmanager
    async def producer(self) -> AsyncIterator[Put]:
        async with asyncpg.create_pool(self.database_url, min_size=CONNECTIONS, max_size=CONNECTIONS) as pool:
            yield lambda moment: pool.execute(PUT, payload(moment).decode())

"""The round's own PostgreSQL and Valkey, which are killed, restarted and flushed."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

import redis.asyncio as redis

from scheduler.standalone.embedded import hold
from scheduler.standalone.postgres import Postgres
from scheduler.standalone.valkey import Valkey
from tests import services


@dataclass(slots=True)
class Servers:
    """`database` is the name of the round's own; `url` goes around all proxies."""

    postgres: Postgres
    valkey: Valkey
    url: str

    @property
    def database(self) -> str:
        return self.url.partition("@/")[2].partition("?")[0]

    @asynccontextmanager
    async def redis(self) -> AsyncIterator["redis.Redis"]:
        async with redis.from_url(self.valkey.url()) as client:
            yield client


async def kill(server: Postgres | Valkey) -> None:
    """kill -9 of every process of the server."""
    for pid in server.processes():
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


async def stop(server: Postgres | Valkey) -> None:
    """In order."""
    await asyncio.to_thread(server.stop)


async def restart(server: Postgres | Valkey) -> None:
    await asyncio.to_thread(server.start)


@asynccontextmanager
async def own_servers() -> AsyncIterator[Servers]:
    """Both, started, with a migrated database; removed afterwards."""
    base = services.new_folder(services.PREFIX)
    with hold(base):
        try:
            valkey, postgres = await asyncio.gather(
                asyncio.to_thread(services.start_valkey, base, "faults"),
                asyncio.to_thread(services.start_postgres, base),
            )
            async with services.database(postgres, services.TEMPLATE) as url:
                yield Servers(postgres, valkey, url)
        finally:
            await asyncio.to_thread(services.remove, base)

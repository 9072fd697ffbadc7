"""Measures a peer: enqueuing in this process, and picking up in a process of its own."""

import time
from importlib import import_module

from redis.asyncio import Redis

from tests.benchmarks.drive import drive
from tests.benchmarks.figures import Run
from tests.benchmarks.peers.protocol import Peer
from tests.benchmarks.plan import Plan
from tests.benchmarks.servers import Servers

MODULES = {
    "PgQueuer": "pgqueuer",
    "procrastinate": "procrastinate",
    "saq": "saq",
    "taskiq": "taskiq",
    "raw asyncpg": "raw",
}


def peer(name: str, database_url: str, redis_url: str) -> Peer:
    made: Peer = import_module(f"tests.benchmarks.peers.{MODULES[name]}").Peer(database_url, redis_url)
    return made


async def enqueue(servers: Servers, name: str, plan: Plan) -> Run:
    """As many callers as Tessera has, each waiting for its own job to be stored."""
    async with servers.database() as url:
        await flush(servers.redis_url)
        contestant = peer(name, url, servers.redis_url)
        await contestant.install()
        async with contestant.producer() as put:

            async def ask() -> None:
                await put(time.monotonic_ns())

            return await drive([ask] * plan.callers, plan.seconds, servers.folder)


async def flush(redis_url: str) -> None:
    async with Redis.from_url(redis_url) as redis:
        await redis.flushall()

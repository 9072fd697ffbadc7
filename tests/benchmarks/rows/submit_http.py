"""submit_http: the same submits through the HTTP API of `python -m scheduler`, all on the same cores."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from itertools import cycle
from uuid import uuid4

from scheduler import bus
from scheduler.standalone.machine import free_port
from tests.benchmarks.drive import beside, drive
from tests.benchmarks.figures import Repetitions, Row, Run
from tests.benchmarks.house import DESTINATION, wish
from tests.benchmarks.light import Light
from tests.benchmarks.peers.run import enqueue, flush
from tests.benchmarks.plan import Plan
from tests.benchmarks.process import answers, running
from tests.benchmarks.rows.submit_direct import line_of
from tests.benchmarks.servers import Servers
from tests.benchmarks.sitter import Sitter
from tests.benchmarks.town import TOWN

TESSERA, BASE = "Tessera over HTTP", "PgQueuer"
KEY = "the-key-of-the-benchmarks"
PEERS = (BASE, "saq")
PEOPLE = 1_000  # who were all here in the last half minute


async def measure(servers: Servers, plan: Plan) -> Row:
    done = Repetitions()
    for _ in plan.repetitions():
        for peer in plan.peers(PEERS):
            done.add(peer, await enqueue(servers, peer, plan))
        done.add(TESSERA, await tessera(servers, plan))
    return Row(
        "submit_http",
        "durable submit, 32 callers, over HTTP",
        "2 x PgQueuer, p99 < 20 ms (saq for information: not durable)",
        "its rate by PgQueuer's",
        line_of(done, TESSERA),
        [line_of(done, name) for name in done.runs if name != TESSERA],
        disk=done.disk(TESSERA, BASE),
    )


async def tessera(servers: Servers, plan: Plan) -> Run:
    async with (
        servers.database(TOWN) as url,
        serving(url, servers.redis_url) as port,
        clients(port, plan.callers) as callers,
    ):
        people = min(PEOPLE, plan.users)
        names = cycle(range(1, people + 1))
        asks = [partial(ask, client, names) for client in callers]
        for _ in range(0, people, plan.callers):
            await asyncio.gather(*(one() for one in asks))  # everybody comes in once
        return await drive(asks, plan.seconds, servers.folder)


async def ask(client: Light, names: Iterator[int]) -> None:
    """A bot asks for a user, with a key and a chat that waits for the answer."""
    body = json.dumps({"request": wish().model_dump(exclude_none=True), "destination": DESTINATION.model_dump()})
    status, answer = await client.post(body, Tessera_User=f"telegram:rich{next(names)}", Idempotency_Key=uuid4().hex)
    if status != 201:
        raise RuntimeError(f"{status}: {answer.decode()}")


@asynccontextmanager
async def serving(database_url: str, redis_url: str) -> AsyncIterator[int]:
    """The port of a scheduler process that serves, with a busy worker."""
    await flush(redis_url)
    port = free_port()
    settings = {
        "TESSERA_DATABASE_URL": database_url,
        "TESSERA_REDIS_URL": redis_url,
        "TESSERA_PORT": str(port),
        "TESSERA_SERVICE_KEY": KEY,
    }
    async with running("scheduler", **settings) as process, bus.commands(redis_url) as redis:
        await answers(f"http://127.0.0.1:{port}/readyz", process)
        async with beside(Sitter(redis).run):
            yield port


@asynccontextmanager
async def clients(port: int, most: int) -> AsyncIterator[list[Light]]:
    headers = {"Host": "localhost", "Authorization": f"Bearer {KEY}", "Content-Type": "application/json"}
    async with AsyncExitStack() as stack:
        opened = [await Light.connect(port, "/v1/jobs", headers) for _ in range(most)]
        for client in opened:
            stack.callback(client.close)
        yield opened

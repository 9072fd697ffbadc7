"""pickup: from submit to the job's body in a worker process, one job at a time on an idle system."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from uuid import uuid4

from scheduler.jobs.model import JobRequest
from scheduler.jobs.submits import Submit
from tests.benchmarks.disk import probe
from tests.benchmarks.figures import Line, Repetitions, Row, Run
from tests.benchmarks.house import DESTINATION, open_house
from tests.benchmarks.peers.run import flush, peer
from tests.benchmarks.plan import Plan
from tests.benchmarks.process import running, said
from tests.benchmarks.servers import Servers
from tests.benchmarks.town import TOWN

TESSERA, BASE = "Tessera", "PgQueuer"
PEERS = (BASE, "taskiq")
PAUSE_SECONDS = 0.02
FIRST = 10  # jobs that only warm up


async def measure(servers: Servers, plan: Plan) -> Row:
    done = Repetitions()
    for _ in plan.repetitions():
        for name in plan.peers(PEERS):
            done.add(name, await picked_by(name, servers, plan))
        done.add(TESSERA, await tessera(servers, plan))
    return Row(
        "pickup",
        "submit to the job's body in a worker process, idle",
        "p50 ahead of PgQueuer (taskiq is not durable), p99 < 6 ms",
        "PgQueuer's p50 by its own: above 1 it is ahead",
        line_of(done, TESSERA),
        [line_of(done, name) for name in done.runs if name != TESSERA],
        disk=done.disk(TESSERA, BASE),
    )


def line_of(done: Repetitions, name: str) -> Line:
    quicker = done.slowness(name, BASE) if BASE in done.runs and name != BASE else None
    return Line(name, quicker, None, done.p50_ms(name), done.p99_ms(name))


async def tessera(servers: Servers, plan: Plan) -> Run:
    """The scheduler in this process, the real worker in another."""
    await flush(servers.redis_url)
    settings = {
        "TESSERA_REDIS_URL": servers.redis_url,
        "TESSERA_STORE_URL": servers.folder.as_uri(),
        "TESSERA_WORKER_NAME": "stopwatch",
        "TESSERA_WORKER_ENGINES": "stopwatch",
        "TESSERA_WORKER_SLOTS": "4",
    }
    async with servers.database(TOWN) as url, open_house(url, servers.redis_url) as house:
        rich = await house.callers("rich")

        async def put(moment: int) -> object:
            wish = JobRequest(prompt=str(moment), model="painter", width=512, height=512)
            return await house.parts.admitter.submit(Submit(random.choice(rich), wish, uuid4().hex, DESTINATION, None))

        async with running("tests.benchmarks.stopwatch", **settings) as worker:
            return await picks(put, worker, servers, plan)


async def picked_by(name: str, servers: Servers, plan: Plan) -> Run:
    await flush(servers.redis_url)
    async with servers.database() as url:
        contestant = peer(name, url, servers.redis_url)
        await contestant.install()
        arguments = ("tests.benchmarks.peers.worker", name, url, servers.redis_url)
        async with contestant.producer() as put, running(*arguments) as worker:
            return await picks(put, worker, servers, plan)


async def picks(
    put: Callable[[int], Awaitable[object]], worker: asyncio.subprocess.Process, servers: Servers, plan: Plan
) -> Run:
    """The first jobs wait for the worker to come up and are not counted."""

    async def pick() -> float:
        await put(time.monotonic_ns())
        seconds = int(await said(worker)) / 1e9
        await asyncio.sleep(PAUSE_SECONDS)
        return seconds

    for _ in range(FIRST):
        await pick()
    before = probe(servers.folder)
    seconds = [await pick() for _ in range(plan.picks)]
    return Run(0.0, seconds, (before, probe(servers.folder)))

"""lives: whole lives a second through scheduler, Redis and a worker process, beside the floor with the same rows."""

import asyncio
import gc
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from uuid import UUID

from scheduler.jobs.queries.ending import Ended
from scheduler.jobs.submits import Admitted
from tests.benchmarks import floor
from tests.benchmarks.disk import probe
from tests.benchmarks.figures import Line, Repetitions, Row, Run
from tests.benchmarks.house import House, open_house
from tests.benchmarks.peers.run import flush
from tests.benchmarks.plan import Plan
from tests.benchmarks.process import running, said
from tests.benchmarks.servers import Servers
from tests.benchmarks.town import TOWN

TESSERA, FLOOR = "Tessera", "the floor"
PATIENCE_SECONDS = 60.0


async def measure(servers: Servers, plan: Plan) -> Row:
    done = Repetitions()
    for _ in plan.repetitions():
        async with servers.database(TOWN) as url:
            done.add(FLOOR, await floor.lives(url, servers, plan))
        async with alive(servers, plan, TOWN) as (house, street):
            done.add(TESSERA, await lives(house, street, servers, plan))
    return Row(
        "lives",
        f"whole lives a second, {plan.lives} in flight",
        "0.75 of the floor",
        "its rate by the floor's",
        Line(
            TESSERA,
            done.ratio(TESSERA, FLOOR),
            done.rate(TESSERA),
            done.p50_ms(TESSERA),
            done.p99_ms(TESSERA),
            "through Redis and a worker process",
        ),
        [Line(FLOOR, None, done.rate(FLOOR), note=f"batches of {floor.BATCH} on {floor.CONNECTIONS} connections")],
        disk=done.disk(TESSERA, FLOOR),
    )


class Street:
    """Keeps so many lives in flight: for each that ends, somebody asks for the next."""

    def __init__(self) -> None:
        self.ended_jobs = 0
        self.began: dict[UUID, float] = {}  # of those that are under way
        self.early: dict[UUID, float] = {}  # when others ended: before their caller was answered, or of a crowd
        self.seconds: list[float] = []  # from each request to its end
        self.places = asyncio.Semaphore(0)
        self.news = asyncio.Event()

    def ended(self, ended: Sequence[tuple[Ended, float | None]]) -> None:
        self.ended_jobs += len(ended)
        self.news.set()
        now = time.perf_counter()
        for one, _ in ended:
            if (began := self.began.pop(one.job_id, None)) is not None:
                self.seconds.append(now - began)
            else:
                self.early[one.job_id] = now
            self.places.release()

    def admitted(self, job_id: UUID, began: float) -> None:
        if (ended := self.early.pop(job_id, None)) is not None:
            self.seconds.append(ended - began)
        else:
            self.began[job_id] = began

    def changed(self, job_ids: Sequence[object]) -> None:
        """Nothing is requeued here."""

    async def until(self, seen: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not seen():
                self.news.clear()
                await self.news.wait()


@asynccontextmanager
async def alive(servers: Servers, plan: Plan, template: str) -> AsyncIterator[tuple[House, Street]]:
    """A scheduler on a copy of the template, and a worker process with as many slots as there are lives."""
    await flush(servers.redis_url)
    async with (
        servers.database(template) as url,
        running("tests.benchmarks.obedient", servers.redis_url, str(plan.lives)) as process,
        open_house(url, servers.redis_url) as house,
    ):
        assert await said(process) == "ready"
        street = Street()
        house.parts.lifecycle.listeners.append(street)
        yield house, street


async def lives(house: House, street: Street, servers: Servers, plan: Plan) -> Run:
    """Ended jobs a second while as many are submitted as end."""
    rich = await house.callers("rich")
    stop = asyncio.Event()

    async def caller() -> None:
        while not stop.is_set():
            began = time.perf_counter()
            answer = await house.submit(rich)
            assert isinstance(answer, Admitted)
            street.admitted(answer.job.id, began)
            await street.places.acquire()

    async with asyncio.TaskGroup() as group:
        for _ in range(plan.lives):
            group.create_task(caller())
        await street.until(lambda: street.ended_jobs >= plan.lives * 3)
        before = probe(servers.folder)
        gc.collect()
        street.seconds.clear()
        first, started = street.ended_jobs, time.perf_counter()
        await asyncio.sleep(plan.seconds)
        await street.until(lambda: street.ended_jobs > first)  # on a machine that has no time at all
        rate = (street.ended_jobs - first) / (time.perf_counter() - started)
        stop.set()
        for _ in range(plan.lives):
            street.places.release()
    return Run(rate, street.seconds, (before, probe(servers.folder)))

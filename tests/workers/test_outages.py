"""Nothing is lost when Redis forgets or goes away, or when nobody answers."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from structlog.testing import capture_logs

from scheduler.standalone.valkey import Valkey
from tests.workers.conftest import RunningWorker, StartWorker
from tests.workers.fake_scheduler import FakeScheduler


async def test_an_outcome_is_repeated_until_it_is_acknowledged(scheduler: FakeScheduler, worker: RunningWorker) -> None:
    scheduler.acknowledging = False
    ref = await scheduler.assign(scheduler.job())
    await scheduler.until(lambda: scheduler.repeats.get(ref, 0) >= 3)
    assert scheduler.beat.holding == [ref]

    await scheduler.acknowledge(ref)
    await scheduler.until(lambda: not scheduler.beat.holding)


async def test_a_flush_in_the_middle_loses_nothing(scheduler: FakeScheduler, worker: RunningWorker) -> None:
    scheduler.acknowledging = False
    ended = await scheduler.assign(scheduler.job())
    await scheduler.outcome(ended)
    running = await scheduler.assign(scheduler.job(steps=40, delay=0.02))
    await scheduler.first_line(running)
    await scheduler.redis.flushall()
    scheduler.acknowledging = True

    assert (await scheduler.outcome(running)).status == "completed"
    await scheduler.until(lambda: not scheduler.beat.holding)
    assert scheduler.repeats[ended] >= 2
    assert (await scheduler.outcome(await scheduler.assign(scheduler.job()))).status == "completed"


async def test_work_goes_on_while_redis_is_away(
    scheduler: FakeScheduler, worker: RunningWorker, valkey: Valkey
) -> None:
    ref = await scheduler.assign(scheduler.job(steps=10, delay=0.02))
    await scheduler.first_line(ref)
    async with logged("attempt.ended"):
        await asyncio.to_thread(valkey.stop)
    await asyncio.to_thread(valkey.start)

    assert (await scheduler.outcome(ref)).status == "completed"
    await scheduler.until(lambda: not scheduler.beat.holding)
    assert (await scheduler.outcome(await scheduler.assign(scheduler.job()))).status == "completed"


async def test_a_worker_may_start_before_redis(redis_url: str, valkey: Valkey, start_worker: StartWorker) -> None:
    await asyncio.to_thread(valkey.stop)
    async with logged("redis.lost"):
        worker = await start_worker()
    assert not worker.task.done()

    await asyncio.to_thread(valkey.start)
    async with asyncio.timeout(10):
        await registered(redis_url)


@asynccontextmanager
async def logged(event: str) -> AsyncIterator[None]:
    """Do not go on before the worker has said so."""
    with capture_logs() as logs:
        yield
        async with asyncio.timeout(10):
            while event not in [line["event"] for line in logs]:
                await asyncio.sleep(0.02)


async def registered(redis_url: str) -> None:
    from scheduler import bus, wire

    redis = bus.commands(redis_url)
    try:
        while not await redis.xlen(wire.BEATS):
            await asyncio.sleep(0.05)
    finally:
        await redis.aclose(close_connection_pool=True)

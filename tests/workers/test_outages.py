"""Nothing is lost when Redis forgets or goes away, or when nobody answers."""

import asyncio
import os
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import redis.asyncio as redis
from structlog.testing import capture_logs

from scheduler.standalone.valkey import Valkey
from scheduler.wire import FIELD, REPORTS, Acknowledged, AttemptRef, Outcome, inbox
from tests.workers.conftest import RunningWorker, StartWorker
from tests.workers.fake_scheduler import FakeScheduler
from workers.spool import YOUNG_SECONDS, open_spool


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


async def test_what_a_killed_worker_could_not_say_the_next_one_says(
    redis_url: str, start_worker: StartWorker, tmp_path: Path
) -> None:
    outcome = an_outcome()
    ref = AttemptRef(job_id=outcome.job_id, attempt=outcome.attempt)
    with open_spool(tmp_path / "scratch") as killed:
        killed.keep(ref, outcome.model_dump_json())
    await start_worker()
    async with redis.from_url(redis_url) as bus, asyncio.timeout(10):
        reports: Any = ()
        while not reports:
            await asyncio.sleep(0.02)
            reports = await bus.xrange(REPORTS)
        said = Outcome.model_validate_json(reports[0][1][FIELD.encode()])
        answer = Acknowledged(job_id=ref.job_id, attempt=ref.attempt)
        await bus.xadd(inbox(said.worker_id), {FIELD: answer.model_dump_json()})
        while list((tmp_path / "scratch").rglob("*.json")):
            await asyncio.sleep(0.02)

    assert said.worker_id.startswith("tests-")
    assert said == outcome.model_copy(update={"worker_id": said.worker_id})


def test_a_spool_is_taken_over_only_from_the_dead(tmp_path: Path) -> None:
    outcome = an_outcome()
    ref = AttemptRef(job_id=outcome.job_id, attempt=outcome.attempt)
    with open_spool(tmp_path) as living:
        living.keep(ref, outcome.model_dump_json())
        with open_spool(tmp_path) as other:
            assert list(other.left()) == []
        assert list(living.left()) == [outcome]
    with open_spool(tmp_path) as heir:
        assert list(heir.left()) == [outcome]
        heir.forget(ref)
    assert list(tmp_path.iterdir()) == []


def test_empty_folders_of_killed_workers_go_with_the_next_start(tmp_path: Path) -> None:
    old, young = tmp_path / "tessera-outcomes-old", tmp_path / "tessera-outcomes-young"
    for folder, age in ((old, YOUNG_SECONDS + 1), (young, 0)):
        folder.mkdir()
        os.utime(folder, (time.time() - age,) * 2)
    with open_spool(tmp_path):
        assert len(list(tmp_path.iterdir())) == 2  # the young one and its own
    assert list(tmp_path.iterdir()) == [young]


def test_a_spool_on_a_full_disk_is_no_trouble(tmp_path: Path) -> None:
    outcome = an_outcome()
    with open_spool(tmp_path) as spool, capture_logs() as logs:
        ref = AttemptRef(job_id=outcome.job_id, attempt=outcome.attempt)
        (next(tmp_path.iterdir()) / f"{ref.job_id}-{ref.attempt}.new").mkdir()
        spool.keep(ref, outcome.model_dump_json())
        assert list(spool.left()) == []
    assert [line["event"] for line in logs] == ["spool.failed"]


def an_outcome() -> Outcome:
    return Outcome(worker_id="gone-1", job_id=uuid4(), attempt=1, lease_token=uuid4(), status="failed")


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

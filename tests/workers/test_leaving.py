"""What SIGTERM does to a real worker process."""

import asyncio
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest

from scheduler import wire
from scheduler.wire import AttemptRef
from tests.forks import Fork, fork
from tests.workers.fake_scheduler import FakeScheduler

pytestmark = pytest.mark.system
StartProcess = Callable[..., Awaitable[Fork]]


@pytest.fixture
async def start_process(redis_url: str, store: Path, tmp_path: Path) -> AsyncIterator[StartProcess]:
    async with AsyncExitStack() as stack:

        async def start(**changes: str) -> Fork:
            settings = {
                "TESSERA_REDIS_URL": redis_url,
                "TESSERA_STORE_URL": store.as_uri(),
                "TESSERA_WORKER_NAME": "tests",
                "TESSERA_WORKER_ENGINES": "instant",
                "TESSERA_WORKER_SCRATCH": str(tmp_path / "scratch"),
            }
            process = fork("workers", env={**os.environ, **settings, **changes})
            stack.push_async_callback(end, process)
            return process

        yield start


async def end(process: Fork) -> None:
    if process.returncode is None:
        process.kill()
    await process.wait()


async def exit_code(process: Fork, seconds: float) -> int:
    async with asyncio.timeout(seconds):
        return await process.wait()


async def moving(scheduler: FakeScheduler, **params: Any) -> AttemptRef:
    ref = await scheduler.assign(scheduler.job(**params))
    await scheduler.until(lambda: any(line.fraction > 0 for line in scheduler.progress.get(ref, ())))
    return ref


async def test_what_runs_is_finished_and_what_waits_is_handed_back(
    scheduler: FakeScheduler, start_process: StartProcess, tmp_path: Path
) -> None:
    process = await start_process()
    running = await moving(scheduler, steps=40, delay=0.02)
    waiting = await scheduler.assign(scheduler.job())
    await scheduler.until(lambda: len(scheduler.beat.holding) == 2)
    process.send_signal(signal.SIGTERM)
    await scheduler.until(lambda: scheduler.beat.state == "draining")

    late = await scheduler.assign(scheduler.job())
    assert (await scheduler.outcome(waiting)).status == "handed_back"
    assert (await scheduler.outcome(late)).status == "handed_back"
    assert running not in scheduler.outcomes
    assert (await scheduler.outcome(running)).status == "completed"
    assert await exit_code(process, 5) == 0
    await scheduler.until(lambda: scheduler.beat.state == "gone")
    assert not scheduler.beat.holding
    assert not await scheduler.redis.exists(wire.inbox(scheduler.beat.worker_id))
    assert not list((tmp_path / "scratch").iterdir())


async def test_what_does_not_end_in_time_is_handed_back(scheduler: FakeScheduler, start_process: StartProcess) -> None:
    process = await start_process(TESSERA_WORKER_GRACE_SECONDS="0.2")
    ref = await moving(scheduler, steps=1000, delay=0.02)
    process.send_signal(signal.SIGTERM)

    assert (await scheduler.outcome(ref)).status == "handed_back"
    assert await exit_code(process, 5) == 0


async def test_a_second_signal_ends_the_patience(scheduler: FakeScheduler, start_process: StartProcess) -> None:
    process = await start_process()
    ref = await moving(scheduler, steps=1000, delay=0.02)
    process.send_signal(signal.SIGTERM)
    await scheduler.until(lambda: scheduler.beat.state == "draining")
    asked_at = time.monotonic()
    process.send_signal(signal.SIGTERM)

    assert await exit_code(process, 5) == 0
    assert time.monotonic() - asked_at < 1.0
    assert (await scheduler.outcome(ref)).status == "handed_back"


async def test_a_worker_leaves_even_if_nobody_acknowledges(
    scheduler: FakeScheduler, start_process: StartProcess
) -> None:
    process = await start_process()
    scheduler.acknowledging = False
    ref = await scheduler.assign(scheduler.job())
    await scheduler.outcome(ref)
    asked_at = time.monotonic()
    process.send_signal(signal.SIGTERM)

    assert await exit_code(process, 8) == 0
    assert 2.5 < time.monotonic() - asked_at < 5.0


async def test_check_prints_one_object_and_exits() -> None:
    code, found = await check(TESSERA_WORKER_ENGINES='["instant"]')
    assert code == 0
    assert found["ok"] is True
    assert found["engines"][0]["model"] == "instant"

    code, found = await check(TESSERA_WORKER_ENGINES="nonsense", TESSERA_WORKER_SLOTS="0")
    assert code == 1
    assert found["ok"] is False
    assert any("TESSERA_WORKER_SLOTS" in problem for problem in found["problems"])


async def check(**variables: str) -> tuple[int, dict[str, Any]]:
    import json
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "workers", "--check", "--json"),
            env={**os.environ, "TESSERA_STORE_URL": Path(folder).as_uri(), **variables},
            stdout=asyncio.subprocess.PIPE,
        )
        printed, _ = await process.communicate()
    return process.returncode or 0, json.loads(printed)

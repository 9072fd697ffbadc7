"""A worker in this process, and the fake scheduler it works for."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.scheduler.api import Api, open_api
from tests.scheduler.stage import open_stage
from tests.workers.fake_scheduler import FakeScheduler, fake_scheduler
from workers.__main__ import serve
from workers.settings import WorkerSettings


@dataclass(slots=True)
class RunningWorker:
    """`serve` as a task; what signals would set is set by hand."""

    task: asyncio.Task[None]
    stopping: asyncio.Event
    hurry: asyncio.Event

    async def stop(self) -> None:
        self.stopping.set()
        async with asyncio.timeout(30):
            await self.task


StartWorker = Callable[..., Awaitable[RunningWorker]]


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "store"


@pytest.fixture
async def scheduler(redis_url: str, store: Path) -> AsyncIterator[FakeScheduler]:
    async with fake_scheduler(redis_url, store) as running:
        yield running


@pytest.fixture
async def road(database_url: str, redis_url: str, store: Path) -> AsyncIterator[Api]:
    """A whole scheduler on the same Redis and store, and somebody on its largest plan."""
    async with open_stage(database_url, redis_url, store) as stage:
        await stage.user(tier="pro")
        async with open_api(stage, await stage.worker("nobody", models=())) as api:
            yield api


@pytest.fixture
def worker_settings(redis_url: str, store: Path, tmp_path: Path) -> dict[str, Any]:
    return {
        "redis_url": redis_url,
        "store_url": store.as_uri(),
        "worker_name": "tests",
        "worker_engines": ("instant",),
        "worker_scratch": tmp_path / "scratch",
    }


@pytest.fixture
async def start_worker(worker_settings: dict[str, Any]) -> AsyncIterator[StartWorker]:
    async with AsyncExitStack() as stack:

        async def start(**changes: Any) -> RunningWorker:
            stop, hurry = asyncio.Event(), asyncio.Event()
            settings = WorkerSettings(**{**worker_settings, **changes})
            worker = RunningWorker(asyncio.create_task(serve(settings, stop, hurry)), stop, hurry)
            stack.push_async_callback(end, worker)
            return worker

        yield start


async def end(worker: RunningWorker) -> None:
    worker.hurry.set()
    await worker.stop()


@pytest.fixture
async def worker(start_worker: StartWorker) -> RunningWorker:
    """A worker with one slot and the instant engine."""
    return await start_worker()

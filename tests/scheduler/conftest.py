"""The stage: a scheduler of this test's own."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.scheduler.api import Api, open_api
from tests.scheduler.stage import Stage, open_stage


@pytest.fixture
async def stage(database_url: str, redis_url: str, tmp_path: Path) -> AsyncIterator[Stage]:
    async with open_stage(database_url, redis_url, tmp_path) as opened:
        yield opened


@pytest.fixture
async def other(stage: Stage) -> AsyncIterator[Stage]:
    """A second scheduler beside it, on the same database and Redis."""
    async with open_stage(stage.database_url, stage.redis_url, stage.folder, "second") as opened:
        yield opened


@pytest.fixture
async def api(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Api]:
    """The stage's HTTP API, with its loops running and a worker that was seen but does nothing by itself."""
    for patience in ("fleet.listener.BLOCK_MILLISECONDS", "jobs.lifecycle.BLOCK_MILLISECONDS"):
        monkeypatch.setattr(f"scheduler.{patience}", 50)  # so that each test stops at once
    monkeypatch.setattr("scheduler.jobs.events.LISTEN_SECONDS", 0.05)
    async with open_api(stage, await stage.worker("gpu")) as opened:
        yield opened

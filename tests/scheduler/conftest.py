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
async def api(stage: Stage) -> AsyncIterator[Api]:
    """The stage's HTTP API, with its loops running and a worker that was seen but does nothing by itself."""
    async with open_api(stage, await stage.worker("gpu")) as opened:
        yield opened

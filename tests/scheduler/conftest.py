"""The stage: a scheduler of this test's own."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

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

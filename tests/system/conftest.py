"""A stack of real processes for each test."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.system.stack import Stack, new_stack


@pytest.fixture
async def stack(tmp_path: Path, database_url: str, redis_url: str) -> AsyncIterator[Stack]:
    made = new_stack(tmp_path, database_url, redis_url)
    yield made
    await made.end()

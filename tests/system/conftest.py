"""A stack of real processes for each test."""

from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from tests.system.stack import KNOW_THE_INSTANT_ENGINE, Stack, new_stack


@pytest.fixture
async def stack(tmp_path: Path, db: asyncpg.Pool, database_url: str, redis_url: str) -> AsyncIterator[Stack]:
    """Nothing runs yet. The tests' instant engine is in the catalogue and in every plan."""
    await db.execute(KNOW_THE_INSTANT_ENGINE)
    made = new_stack(tmp_path, database_url, redis_url)
    yield made
    await made.end()

"""A stack of real processes for each test."""

from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from tests.system.stack import Stack, new_stack

KNOW_THE_INSTANT_ENGINE = """
    insert into catalogue.models (id, name, display_name, provider, capability, price_tokens, default_width,
                                  default_height, rank)
    values ('instant', 'instant', 'instant (tests)', 'tessera', 'image', 1, 1024, 1024, 1);
    update plans set allowed_models = allowed_models || array['instant'] where not '*' = any (allowed_models);
"""


@pytest.fixture
async def stack(tmp_path: Path, db: asyncpg.Pool, database_url: str, redis_url: str) -> AsyncIterator[Stack]:
    """Nothing runs yet. The tests' instant engine is in the catalogue and in every plan."""
    await db.execute(KNOW_THE_INSTANT_ENGINE)
    made = new_stack(tmp_path, database_url, redis_url)
    yield made
    await made.end()

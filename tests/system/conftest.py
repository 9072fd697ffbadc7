"""A stack of real processes for each test, and a machine on which `tessera` is typed."""

import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import asyncpg
import pytest

from tests.services import new_folder
from tests.system.machine import Machine
from tests.system.stack import KNOW_THE_INSTANT_ENGINE, Stack, new_stack


@pytest.fixture
async def stack(tmp_path: Path, db: asyncpg.Pool, database_url: str, redis_url: str) -> AsyncIterator[Stack]:
    """Nothing runs yet. The tests' instant engine is in the catalogue and in every plan."""
    await db.execute(KNOW_THE_INSTANT_ENGINE)
    made = new_stack(tmp_path, database_url, redis_url)
    yield made
    await made.end()


@pytest.fixture(scope="session")
def data_folder() -> Iterator[Path]:
    """Outside of pytest's own folders, which the embedded servers' account cannot enter; made once, used in turn."""
    folder = new_folder("tessera-system-")
    yield folder / "data"
    shutil.rmtree(folder)


@pytest.fixture
def machine(data_folder: Path, tmp_path: Path) -> Iterator[Machine]:
    """Nothing runs yet; earlier tests may have left data, never processes."""
    made = Machine(data_folder, tmp_path)
    yield made
    left = made.processes()
    made.kill_all()
    assert left == []

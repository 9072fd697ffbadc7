"""What the tests of the checks look at."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import asyncpg
import pytest

from tests.faults.acting import Doings
from tests.faults.people import Somebody
from tests.faults.record import prepare


@pytest.fixture
async def doings(db: asyncpg.Pool, tmp_path: Path) -> Doings:
    """A record with one user, Ann, of the free plan (one job at a time, five a minute, 20 tokens a day)."""
    await prepare(db, [("telegram", "1", Somebody(0, "telegram", "Ann", "free"))])
    (tmp_path / "store").mkdir()
    api = SimpleNamespace(questions={}, open=[])
    town = SimpleNamespace(
        db=db, store=tmp_path / "store", api=api, outages=[], by_themselves=[], deleted=set(), interrupted=set()
    )
    return Doings(cast(Any, town))

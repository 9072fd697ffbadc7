"""Fixtures on real servers: a fresh migrated database and an empty Valkey for each test that asks."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from hypothesis import HealthCheck, settings

from scheduler import database
from scheduler.standalone.postgres import Postgres
from scheduler.standalone.valkey import Valkey
from tests import services

BASE = pytest.StashKey[Path]()
CLOSE_SECONDS = 5.0


def pytest_configure(config: pytest.Config) -> None:
    """The first process owns the servers' folder, so that nothing stays when a worker crashes."""
    settings.register_profile("tessera", deadline=None, suppress_health_check=[HealthCheck.too_slow])
    settings.load_profile("tessera")  # how quick a machine is decides nothing
    for name in [name for name in os.environ if name.startswith("TESSERA_")]:
        del os.environ[name]  # a developer's settings must not reach the tests
    given: dict[str, Any] | None = getattr(config, "workerinput", None)
    if given is not None:
        config.stash[BASE] = Path(given["services"])
        return
    stack = ExitStack()
    config.stash[BASE] = stack.enter_context(services.open_base())
    config.add_cleanup(stack.close)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    node.workerinput["services"] = str(node.config.stash[BASE])


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests of real processes mostly wait: begun first, they overlap with the others, and nobody waits for them.
    Of these the ones that may take longest come first."""
    items.sort(key=lambda item: (item.get_closest_marker("system") is None, -patience_of(item)))


def patience_of(item: pytest.Item) -> float:
    """The seconds that a test says it may take; 0 if it says nothing."""
    marker = item.get_closest_marker("timeout")
    return float(marker.args[0]) if marker else 0.0


@pytest.fixture(scope="session")
def postgres(pytestconfig: pytest.Config) -> Postgres:
    return services.start_postgres(pytestconfig.stash[BASE])


@pytest.fixture(scope="session")
def valkey(pytestconfig: pytest.Config) -> Valkey:
    worker = os.environ.get("PYTEST_XDIST_WORKER", "only")
    return services.start_valkey(pytestconfig.stash[BASE], worker)


@pytest.fixture
async def database_url(postgres: Postgres) -> AsyncIterator[str]:
    """A migrated database of this test's own."""
    async with services.database(postgres, services.TEMPLATE) as url:
        yield url


@pytest.fixture
async def empty_database_url(postgres: Postgres) -> AsyncIterator[str]:
    """A database of this test's own without any migration."""
    async with services.database(postgres, "template0") as url:
        yield url


@pytest.fixture
async def db(database_url: str) -> AsyncIterator[asyncpg.Pool]:
    """A pool as the scheduler opens it, on this test's own database."""
    pool = await database.connect(database_url, max_size=4)
    yield pool
    try:
        async with asyncio.timeout(CLOSE_SECONDS):
            await pool.close()
    except TimeoutError:  # the test left a connection in use
        pool.terminate()


@pytest.fixture
def redis_url(valkey: Valkey) -> str:
    """An empty Valkey that no other test uses meanwhile; pub/sub included, which numbers of databases do not part."""
    services.flush(valkey)
    return valkey.url()

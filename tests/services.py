"""The real servers behind the tests: one PostgreSQL for all pytest workers, one Valkey for each."""

import asyncio
import fcntl
import itertools
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from pathlib import Path

import asyncpg
import redis

from scheduler import migrate
from scheduler.standalone import binaries
from scheduler.standalone.account import Account
from scheduler.standalone.embedded import EmbeddedError, hold
from scheduler.standalone.postgres import Postgres
from scheduler.standalone.valkey import Valkey

PREFIX = "tessera-tests-"
TEMPLATE = "template_tessera"
VALKEY_PREFIX = "valkey-"

_numbers = itertools.count()


@contextmanager
def open_base() -> Iterator[Path]:
    """A folder for the servers of this test run; at the end they are stopped, whoever started them."""
    remove_abandoned()
    base = new_folder(PREFIX)
    with hold(base):
        try:
            yield base
        finally:
            remove(base)


def new_folder(prefix: str) -> Path:
    """A short temporary folder that the servers' account may enter (pytest's own are closed to it)."""
    folder = Path(tempfile.mkdtemp(prefix=prefix, dir="/tmp"))
    folder.chmod(0o711)
    return folder


def remove_abandoned() -> None:
    """End what a killed test run left behind: folders whose owner no longer holds them."""
    for lock in Path("/tmp").glob(f"{PREFIX}*/owner.lock"):
        try:
            with hold(lock.parent):
                remove(lock.parent)
        except (EmbeddedError, OSError):
            continue  # somebody's run


def remove(base: Path) -> None:
    for folder in base.glob(f"{VALKEY_PREFIX}*"):
        _valkey(base, folder.name).stop()
    if (base / "postgres").exists():
        _postgres(base).stop()
    shutil.rmtree(base)


def start_postgres(base: Path) -> Postgres:
    """The shared server, started and given its migrated template by whoever comes first."""
    with (base / "start.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        server = _postgres(base)
        server.start()
        asyncio.run(_make_template(server))
    return server


def start_valkey(base: Path, worker: str) -> Valkey:
    server = _valkey(base, f"{VALKEY_PREFIX}{worker}")
    server.start()
    return server


def flush(server: Valkey) -> None:
    with closing(redis.Redis.from_url(server.url())) as client:
        client.flushall()


@asynccontextmanager
async def database(server: Postgres, template: str) -> AsyncIterator[str]:
    """The URL of a fresh copy of `template`, dropped afterwards with every connection to it."""
    name = f"test_{os.getpid()}_{next(_numbers)}"
    await _execute(server, f"create database {name} template {template} strategy wal_log")
    yield server.url(name)
    await _execute(server, f"drop database if exists {name} with (force)")


async def _make_template(server: Postgres) -> None:
    connection = await asyncpg.connect(server.url("postgres"))
    try:
        if await connection.fetchval("select datistemplate from pg_database where datname = $1", TEMPLATE):
            return
        await connection.execute(f"drop database if exists {TEMPLATE} with (force)")
        await connection.execute(f"create database {TEMPLATE}")
        await migrate.migrate(server.url(TEMPLATE))
        await connection.execute(f"alter database {TEMPLATE} is_template true allow_connections false")
    finally:
        await connection.close()


async def _execute(server: Postgres, statement: str) -> None:
    connection = await asyncpg.connect(server.url("postgres"))
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


def _postgres(base: Path) -> Postgres:
    account = Account.choose()
    programs = binaries.postgres_folder(account, base)
    return Postgres(base / "postgres", _sockets(base, "postgres"), account, programs, fast=True)


def _valkey(base: Path, name: str) -> Valkey:
    account = Account.choose()
    return Valkey(base / name, _sockets(base, name), account, binaries.valkey_program(account, base), fast=True)


def _sockets(base: Path, name: str) -> Path:
    return Account.choose().make_private(base / f"run-{name}")

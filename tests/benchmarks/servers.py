"""The servers of a run: one durable PostgreSQL and one Valkey of its own, a fresh database for each contestant."""

import shutil
import signal
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg

from scheduler.standalone.embedded import Embedded


@dataclass(frozen=True, slots=True)
class Servers:
    """Everybody measures against these, through their sockets. The first databases of Valkey are given out in turn."""

    folder: Path
    database_url: str
    redis_url: str
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def url(self, database: str) -> str:
        return urlunsplit(urlsplit(self.database_url)._replace(path=f"/{database}"))

    async def execute(self, statement: str) -> None:
        connection = await asyncpg.connect(self.database_url)
        try:
            await connection.execute(statement)
        finally:
            await connection.close()

    @asynccontextmanager
    async def database(self, template: str = "template0") -> AsyncIterator[str]:
        """The URL of a new database, dropped afterwards; the checkpoint keeps its making out of what is measured."""
        name = f"bench_{next(self.numbers)}"
        await self.execute(f"create database {name} template {template}")
        await self.execute("checkpoint")
        try:
            yield self.url(name)
        finally:
            await self.execute(f"drop database {name} with (force)")


@contextmanager
def servers() -> Iterator[Servers]:
    """Up while inside, durable, in a folder that is removed afterwards, also when this process is told to end."""
    before = signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))
    folder = Path(tempfile.mkdtemp(prefix="tessera-bench-", dir="/var/tmp"))  # /tmp may be memory: nothing to sync
    folder.chmod(0o711)
    try:
        with Embedded(folder) as addresses:
            yield Servers(folder, addresses.database_url, addresses.redis_url)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        signal.signal(signal.SIGTERM, before)

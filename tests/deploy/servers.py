"""PostgreSQL and Valkey set up by the scripts and users of compose.yaml, reached by sockets instead of names."""

import asyncio
import os
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import asyncpg

from scheduler.standalone import binaries
from scheduler.standalone.account import Account
from scheduler.standalone.daemon import State
from scheduler.standalone.embedded import hold
from scheduler.standalone.postgres import USER, Postgres
from scheduler.standalone.valkey import PONG, Valkey
from tests import services
from tests.deploy import compose
from tests.system.machine import TESSERA
from tests.system.stack import base_environment

PASSWORDS_FOR_ALL_BUT_THE_TEST = f"local all {USER} trust\nlocal all all scram-sha-256\n"


class GuardedValkey(Valkey):
    """Nobody gets in without a name of the ACL file."""

    def command(self) -> Sequence[str | Path]:
        return [*super().command(), "--aclfile", self.folder.parent / "users.acl"]

    def ask(self, connection: Any) -> State:
        for command in (b"AUTH health any\r\n", b"PING\r\n"):
            connection.sendall(command)
            answer = connection.recv(64)
        return State.READY if answer.startswith(PONG) else State.BUSY


@dataclass(frozen=True, slots=True)
class Servers:
    postgres: Postgres
    valkey: Valkey
    document: compose.Json

    def environment(self, service: str) -> dict[str, str]:
        """The settings of a service, with the servers' names replaced by their sockets."""
        given: dict[str, str] = self.document["services"][service]["environment"]
        return {name: self.here(value) for name, value in given.items()}

    def here(self, value: str) -> str:
        url = urlsplit(value)
        who = url.netloc.rpartition("@")[0]
        if url.scheme == "postgresql":
            return f"postgresql://{who}@{url.path}?host={quote(str(self.postgres.socket.parent))}"
        return f"unix://{who}@{self.valkey.socket}" if url.scheme == "redis" else value

    @property
    def owner_url(self) -> str:
        """The database, as the superuser of the test."""
        return self.postgres.url()


@contextmanager
def deployed() -> Iterator[Servers]:
    """Both servers as the containers would have them after the service `migrate` has ended."""
    base = services.new_folder(services.PREFIX)
    with hold(base):
        servers = Servers(*made(base), compose.load(compose.example()))
        acl = base / "users.acl"
        acl.write_text(servers.document["configs"]["redis-users"]["content"])
        try:
            servers.postgres.prepare()
            (servers.postgres.folder / "pg_hba.conf").write_text(PASSWORDS_FOR_ALL_BUT_THE_TEST)
            for server in (servers.postgres, servers.valkey):
                server.start()
            initialise(servers)
            migrate(servers)
            yield servers
        finally:
            servers.valkey.stop()
            services.remove(base)


def made(base: Path) -> tuple[Postgres, Valkey]:
    account = Account.choose()
    sockets = account.make_private(base / "run-postgres"), account.make_private(base / "run-valkey")
    programs = binaries.postgres_folder(account, base), binaries.valkey_program(account, base)
    return (
        Postgres(base / "postgres", sockets[0], account, programs[0], fast=True),
        GuardedValkey(base / "guarded", sockets[1], account, programs[1], fast=True),
    )


def initialise(servers: Servers) -> None:
    """What the image does on a new volume: run the script."""
    asyncio.run(drop_own_database(servers.postgres))
    env = {
        **base_environment(),
        **servers.environment("postgres"),
        "POSTGRES_USER": USER,
        "PGHOST": str(servers.postgres.socket.parent),
        "PATH": f"{programs_of(servers.postgres)}:{os.environ['PATH']}",
    }
    script = servers.document["configs"]["postgres-roles"]["content"]
    subprocess.run(["bash", "-c", script], env=env, check=True, timeout=60)


def migrate(servers: Servers) -> None:
    service = servers.document["services"]["migrate"]
    env = {**base_environment(), **servers.environment("migrate"), "PATH": f"{TESSERA.parent}:{os.environ['PATH']}"}
    subprocess.run([*service["entrypoint"], *service["command"]], env=env, check=True, timeout=60, capture_output=True)


def programs_of(postgres: Postgres) -> Path:
    return Path(str(postgres.command()[0])).parent


async def drop_own_database(postgres: Postgres) -> None:
    connection = await asyncpg.connect(postgres.url("postgres"))
    await connection.execute("drop database tessera")
    await connection.close()

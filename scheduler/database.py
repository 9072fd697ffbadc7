"""Connections to PostgreSQL: one pool, sessions in UTC that give up on locks and never hang in a transaction."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from typing import Any, Protocol, TypeVar

import asyncpg
import structlog
from pydantic_core import to_json

from scheduler import supervisor

log = structlog.get_logger(__name__)

T = TypeVar("T")
AGAIN_SECONDS = 1.0

# A plan is made once and kept, maybe when its tables were still empty: it must not depend on how large they were.
SESSION = {
    "TimeZone": "UTC",
    "application_name": "tessera",
    "enable_seqscan": "off",
    "idle_in_transaction_session_timeout": "5s",
    "jit": "off",
    "lock_timeout": "2s",
    "plan_cache_mode": "force_generic_plan",
}

# Somebody else holds what this statement needs.
CONTENTION = (asyncpg.LockNotAvailableError, asyncpg.DeadlockDetectedError)
# What means "the database is away or busy, the same may pass later", and not "this statement is wrong".
OUTAGES = (
    *CONTENTION,
    OSError,
    TimeoutError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # a connection that the server cut while a statement was under way
    asyncpg.PostgresConnectionError,
    asyncpg.AdminShutdownError,
    asyncpg.CannotConnectNowError,
    asyncpg.CrashShutdownError,
    asyncpg.TooManyConnectionsError,
    asyncpg.IdleInTransactionSessionTimeoutError,
    asyncpg.ReadOnlySQLTransactionError,
)


def is_outage(error: BaseException) -> bool:
    """Whether the database is to blame. asyncpg's complaint about an argument is an InterfaceError and a ValueError."""
    return isinstance(error, OUTAGES) and not isinstance(error, ValueError)


class Db(Protocol):
    """What queries need: a connection or the pool."""

    async def execute(self, query: str, *args: Any) -> str: ...
    async def fetch(self, query: str, *args: Any) -> list[Any]: ...
    async def fetchrow(self, query: str, *args: Any) -> Any: ...
    async def fetchval(self, query: str, *args: Any) -> Any: ...


async def connect(url: str, *, max_size: int = 10) -> asyncpg.Pool:
    """A pool on the migrated database at `url`."""
    return await asyncpg.create_pool(
        url,
        min_size=1,
        max_size=max_size,
        command_timeout=15,
        server_settings=SESSION,
        init=prepare,
        reset=leave,
    )


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[asyncpg.Connection]:
    """One connection for a command: no limit on how long a statement takes, none on waiting for a lock but a minute."""
    patient = SESSION | {"application_name": "tessera-command", "lock_timeout": "60s"}
    patient["idle_in_transaction_session_timeout"] = "0"
    connection = await asyncpg.connect(url, server_settings=patient)
    try:
        await prepare(connection)
        yield connection
    finally:
        await connection.close()


async def patiently(step: Callable[[], Awaitable[T]], stop: asyncio.Event) -> T | None:
    """What the step returns, as soon as the database is there; None when `stop` is set before."""
    awaited = False
    while not stop.is_set():
        try:
            return await step()
        except Exception as error:
            if not is_outage(error):
                raise
            if not awaited:
                log.warning("database.awaited", error=type(error).__name__)
            awaited = True
        await supervisor.sleep(AGAIN_SECONDS, stop)
    return None


async def prepare(connection: asyncpg.Connection) -> None:
    """Speak JSON in Python objects."""
    await connection.set_type_codec("jsonb", schema="pg_catalog", encoder=json_text, decoder=json.loads)


def json_text(value: Any) -> str:
    """A value as PostgreSQL takes it: what is no finite number is none."""
    return to_json(value, inf_nan_mode="null").decode()


async def leave(connection: asyncpg.Connection) -> None:
    """Nothing of ours stays in a session (no settings, no LISTEN, no session locks): giving it back costs nothing."""


def columns(rows: Sequence[Sequence[Any]], width: int) -> list[list[Any]]:
    """Turn rows into the `width` arrays that `unnest` takes; no rows give empty arrays."""
    return [list(column) for column in zip(*rows, strict=True)] if rows else [[] for _ in range(width)]


def literal(column: Iterable[Any]) -> str:
    """An array of plain values as PostgreSQL writes it, for `$1::text::bigint[]`: asyncpg looks at each value of an
    array for several microseconds, unless it is text."""
    return "{" + ",".join(["NULL" if value is None else str(value) for value in column]) + "}"


def texts(column: Iterable[str | None]) -> str:
    """The same for texts, for `$1::text::text[]`."""
    return "{" + ",".join(["NULL" if value is None else quoted(value) for value in column]) + "}"


def quoted(value: str) -> str:
    """A text inside an array as PostgreSQL writes it."""
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'

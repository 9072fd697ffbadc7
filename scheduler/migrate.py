"""The migration runner: plain SQL files, each applied once, in order, by one process at a time."""

import asyncio
import hashlib
import re
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg

FILE_NAME = re.compile(r"(\d{4})_([a-z0-9_]+)\.(up|down)\.sql")
OUTSIDE_TRANSACTION = re.compile(r"\s*--\s*tessera:\s*no-transaction\b")
LOCK = int.from_bytes(hashlib.sha256(b"tessera.migrations").digest()[:8], "big", signed=True)
LOCK_POLL_SECONDS = 0.05
LOCK_WAIT_SECONDS = 600.0

CREATE_TABLE = """
    create table if not exists public.schema_migrations (
        version    int primary key check (version > 0),
        name       text not null,
        checksum   text not null,
        applied_at timestamptz not null default clock_timestamp()
    )
"""


class MigrationError(Exception):
    """The database cannot be brought to the wanted version; the message names the file or number at fault."""


class BadFolder(MigrationError):
    """The files themselves are at fault: a name, a gap, a number used twice, a missing half."""


class DatabaseAhead(MigrationError):
    """The database was migrated by newer code than this."""

    def __init__(self, version: int) -> None:
        super().__init__(f"the database has migration {version:04}, which this version of Tessera does not know")
        self.version = version


class ChangedFile(MigrationError):
    """A file is no longer what was applied."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} was changed after it was applied to this database; write a new migration instead")
        self.name = name


class FailedFile(MigrationError):
    """PostgreSQL refused a file; its transaction left no trace."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"{name}: {reason}")
        self.name = name


@dataclass(frozen=True, slots=True)
class Script:
    """One file."""

    name: str
    sql: str

    @property
    def checksum(self) -> str:
        return hashlib.sha256(self.sql.encode()).hexdigest()

    @property
    def in_transaction(self) -> bool:
        return OUTSIDE_TRANSACTION.match(self.sql) is None


@dataclass(frozen=True, slots=True)
class Migration:
    """One step of the schema, with the way back where there is one."""

    version: int
    up: Script
    down: Script | None


@dataclass(frozen=True, slots=True)
class Status:
    """Names of the files that the database has and of those it lacks, in order."""

    applied: list[str]
    pending: list[str]


def folder() -> Path:
    """Where the migrations are: inside the installed package, or at the top of a checkout."""
    packaged = Path(__file__).with_name("_migrations")
    return packaged if packaged.is_dir() else Path(__file__).parents[1] / "migrations"


async def migrate(database_url: str, target: int | None = None, files: Path | None = None) -> list[str]:
    """Bring the database up (or down) to `target`, by default the newest; return the names of the files run.

    Any number of processes may call this at once: one works, the others wait and then find nothing to do.
    Raises MigrationError.
    """
    migrations = load(files or folder())
    goal = len(migrations) if target is None else target
    if not 0 <= goal <= len(migrations):
        raise BadFolder(f"there is no migration {goal:04}; the newest is {len(migrations):04}")
    async with _connection(database_url) as connection:
        await _await_turn(connection)
        await connection.execute(CREATE_TABLE)
        applied = await _applied(connection)
        _verify(migrations, applied)
        return [
            *[await _undo(connection, step) for step in reversed(migrations) if goal < step.version in applied],
            *[await _apply(connection, step) for step in migrations if goal >= step.version not in applied],
        ]


async def status(database_url: str, files: Path | None = None) -> Status:
    """What the database has and lacks; changes nothing. Raises MigrationError as `migrate` would."""
    migrations = load(files or folder())
    async with _connection(database_url) as connection:
        exists = await connection.fetchval("select to_regclass('public.schema_migrations') is not null")
        applied = await _applied(connection) if exists else {}
    _verify(migrations, applied)
    return Status(
        applied=[step.up.name for step in migrations if step.version in applied],
        pending=[step.up.name for step in migrations if step.version not in applied],
    )


def load(files: Path) -> list[Migration]:
    """Read the folder; the numbers must run from 0001 without a gap. Raises BadFolder."""
    ups: dict[int, Script] = {}
    downs: dict[int, Script] = {}
    for path in sorted(files.glob("*.sql")):
        match = FILE_NAME.fullmatch(path.name)
        if match is None:
            raise BadFolder(f"{path.name} is not named NNNN_name.up.sql or NNNN_name.down.sql")
        half, version = (ups if match[3] == "up" else downs), int(match[1])
        if version in half:
            raise BadFolder(f"{half[version].name} and {path.name} have the same number")
        half[version] = Script(path.name, path.read_text(encoding="utf-8"))
    _verify_numbers(files, ups, downs)
    return [Migration(version, up, downs.get(version)) for version, up in sorted(ups.items())]


def _verify_numbers(files: Path, ups: Mapping[int, Script], downs: Mapping[int, Script]) -> None:
    if not ups:
        raise BadFolder(f"there are no migrations in {files}")
    if missing := set(range(1, max(ups) + 1)) - set(ups):
        raise BadFolder(f"migration {min(missing):04} is missing")
    for version, down in downs.items():
        if version not in ups or down.name != ups[version].name.replace(".up.", ".down."):
            raise BadFolder(f"{down.name} has no .up.sql of the same name")


def _verify(migrations: Iterable[Migration], applied: Mapping[int, str]) -> None:
    known = {step.version: step.up for step in migrations}
    for version, checksum in sorted(applied.items()):
        if version not in known:
            raise DatabaseAhead(version)
        if known[version].checksum != checksum:
            raise ChangedFile(known[version].name)


@asynccontextmanager
async def _connection(database_url: str) -> AsyncIterator[asyncpg.Connection]:
    """A session without the limits that a role may have: a migration may take long and wait for locks."""
    unlimited = {"lock_timeout": "0", "statement_timeout": "0", "idle_in_transaction_session_timeout": "0"}
    settings = {"application_name": "tessera-migrate", "TimeZone": "UTC", **unlimited}
    connection = await asyncpg.connect(database_url, statement_cache_size=0, server_settings=settings)
    try:
        yield connection
    finally:
        await connection.close()


async def _await_turn(connection: asyncpg.Connection) -> None:
    """Become the only runner until the session ends."""
    try:
        async with asyncio.timeout(LOCK_WAIT_SECONDS):
            # Polled: who waits inside pg_advisory_lock holds a snapshot that CREATE INDEX CONCURRENTLY waits for.
            while not await connection.fetchval("select pg_try_advisory_lock($1)", LOCK):
                await asyncio.sleep(LOCK_POLL_SECONDS)
    except TimeoutError:
        raise MigrationError(f"another process has been migrating for {LOCK_WAIT_SECONDS:.0f} s") from None


async def _applied(connection: asyncpg.Connection) -> dict[int, str]:
    rows = await connection.fetch("select version, checksum from public.schema_migrations")
    return {row["version"]: row["checksum"] for row in rows}


async def _apply(connection: asyncpg.Connection, step: Migration) -> str:
    note = "insert into public.schema_migrations (version, name, checksum) values ($1, $2, $3)"
    return await _run(connection, step.up, note, step.version, step.up.name, step.up.checksum)


async def _undo(connection: asyncpg.Connection, step: Migration) -> str:
    if step.down is None:
        raise BadFolder(f"{step.up.name} has no way back")
    return await _run(connection, step.down, "delete from public.schema_migrations where version = $1", step.version)


async def _run(connection: asyncpg.Connection, script: Script, note: str, *values: object) -> str:
    """Run the file and note it, together; a file marked no-transaction holds one statement and is noted after."""
    try:
        if script.in_transaction:
            async with connection.transaction():
                await connection.execute(script.sql)
                await connection.execute(note, *values)
        else:
            await connection.execute(script.sql)
            await connection.execute(note, *values)
    except asyncpg.PostgresError as error:
        raise FailedFile(script.name, str(error)) from error
    return script.name

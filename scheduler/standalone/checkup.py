"""What `tessera doctor` looks at: each finding says what is there, and how to mend what is not."""

import asyncio
import difflib
import os
import tempfile
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

import asyncpg
from redis.exceptions import RedisError

from scheduler import bus
from scheduler.artifacts.store import ArtifactStore, StoreError
from scheduler.config import PREFIX, load
from scheduler.errors import SettingsError
from scheduler.migrate import MigrationError, status
from scheduler.settings import SchedulerSettings
from scheduler.standalone.account import Account
from scheduler.standalone.asking import all_settings, ask
from scheduler.standalone.embedded import default_base
from scheduler.standalone.machine import Running

PATIENCE_SECONDS = 5.0
SERVERS = {"TESSERA_DATABASE_URL": "PostgreSQL", "TESSERA_REDIS_URL": "Valkey"}  # what is embedded without the variable
MEND_SERVER = "check the server, and what [[models]] of tessera.toml say of it; workers look again by themselves"
MEND_STORE = "check TESSERA_STORE_URL: file:///folder you may write to, or s3://bucket/prefix"


@dataclass(frozen=True, slots=True)
class Finding:
    subject: str
    ok: bool
    found: str
    mend: str | None = None


def checkup() -> list[Finding]:
    """Everything, in the order in which it should be mended."""
    return list(findings())


def findings() -> Iterator[Finding]:
    try:
        settings = load(SchedulerSettings)
    except SettingsError as error:
        yield Finding("settings", False, str(error), "correct the variable; `tessera settings` lists them all")
        return
    strange = list(misspelt())
    yield from strange or [Finding("settings", True, "all readable")]
    missing = [server for variable, server in SERVERS.items() if not os.environ.get(variable)]
    if "PostgreSQL" not in missing:
        yield asyncio.run(within("database", lambda: database(settings.database_url)))
    if "Valkey" not in missing:
        yield asyncio.run(within("redis", lambda: redis(settings.redis_url)))
    if missing:
        yield embedded(" and ".join(missing))
    yield asyncio.run(within("store", lambda: store(store_url() if missing else settings.store_url)))
    yield from engines()
    yield from tokens()


async def within(subject: str, look: Callable[[], Awaitable[Finding]]) -> Finding:
    """A look that takes no longer than it may."""
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await look()
    except TimeoutError:
        return Finding(
            subject, False, f"no answer within {PATIENCE_SECONDS:.0f} s", "check the address and the network"
        )


async def database(url: str) -> Finding:
    try:
        found = await status(url)
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        mend = "check TESSERA_DATABASE_URL, and that PostgreSQL runs and lets you in"
        return Finding("database", False, f"cannot be reached ({type(error).__name__})", mend)
    except MigrationError as error:
        return Finding("database", False, str(error), "run the version of Tessera that made this schema")
    if found.pending:
        return Finding("database", False, f"{len(found.pending)} migrations are pending", "run `tessera migrate`")
    return Finding("database", True, f"reached, {len(found.applied)} migrations applied")


async def redis(url: str) -> Finding:
    try:
        async with bus.commands(url) as client:
            await client.ping()
    except (RedisError, OSError, ValueError) as error:
        mend = "check TESSERA_REDIS_URL, and that Redis or Valkey runs"
        return Finding("redis", False, f"cannot be reached ({type(error).__name__})", mend)
    return Finding("redis", True, "reached")


def embedded(servers: str) -> Finding:
    """Without a URL `tessera up` brings a server of its own. Nothing is written to find out."""
    base = default_base()
    mend = "set TESSERA_DATA_DIR to another folder, or TESSERA_DATABASE_URL and TESSERA_REDIS_URL to servers of yours"
    account = Account.choose()
    if not account.can_enter(nearest(base)):
        return Finding("servers", False, f"{account.name or 'this user'} cannot enter {base}", mend)
    if not can_write(nearest(base)):
        return Finding("servers", False, f"nothing can be written to {base}", mend)
    state = "running now" if Running.at(base) else "not running"
    return Finding("servers", True, f"embedded {servers} of `tessera up`, {state}, data in {base}")


async def store(url: str) -> Finding:
    """A folder is looked at, never made; a bucket is asked."""
    if url.startswith("file:"):
        return folder(Path(unquote(urlsplit(url).path)))
    try:
        await ArtifactStore(url).check()
    except (StoreError, ValueError, OSError):
        return Finding("store", False, f"{url} cannot be used", MEND_STORE)
    return Finding("store", True, url)


def folder(path: Path) -> Finding:
    if not can_write(nearest(path)):
        return Finding("store", False, f"{path} cannot be written to", MEND_STORE)
    return Finding("store", True, str(path) if path.exists() else f"{path}, made when it is needed")


def store_url() -> str:
    """The store of `tessera up` stands with its data unless another one is named."""
    return os.environ.get("TESSERA_STORE_URL") or (default_base().absolute() / "store").as_uri()


def nearest(path: Path) -> Path:
    """The path, or the closest folder above it that is there."""
    path = path.absolute()
    return next(folder for folder in (path, *path.parents) if folder.exists())


def can_write(folder: Path) -> bool:
    """Tried with a file without a name, which leaves nothing behind."""
    try:
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


def misspelt() -> Iterator[Finding]:
    """Variables that nothing reads, most likely a slip of the pen. Tokens may have any name."""
    known = {line["variable"] for lines in all_settings().values() for line in lines}
    for name in sorted(os.environ):
        if name.startswith(PREFIX) and name not in known and not name.endswith("_TOKEN"):
            near = difflib.get_close_matches(name, known, 1)
            mend = f"did you mean {near[0]}?" if near else "`tessera settings` lists what there is"
            yield Finding("settings", False, f"nothing reads {name}", mend)


def engines() -> Iterator[Finding]:
    """What a worker here would run, and what it could run if more were installed."""
    found = ask("workers")
    if found["ok"]:
        names = ", ".join(engine["display_name"] for engine in found["engines"])
        yield Finding("worker", True, f"{names}; {found['memory']}")
    else:
        yield Finding("worker", False, "; ".join(found["problems"]), "see TESSERA_WORKER_ENGINES and the line above")
    for model, server, trouble in found["servers"]:
        yield Finding("server", not trouble, f"{model} at {server}: {trouble or 'ready'}", trouble and MEND_SERVER)
    for engine in found["not_configured"]:
        yield Finding("engine", True, f"{engine} has no model", "optional: name one in tessera.toml, see README")
    for engine, remedy in found["remedies"].items():
        yield Finding("engine", True, f"{engine} is not installed", f"optional: {remedy}")


def tokens() -> Iterator[Finding]:
    found = ask("bots")
    for problem in found["problems"]:
        yield Finding("bots", False, problem, "take the token from @BotFather or the Discord developer portal")
    names = [bot["bot_id"] for bot in found["bots"]]
    if not found["problems"]:
        yield Finding("bots", bool(names), ", ".join(names) or "none")
    missing = [name for name in ("telegram", "discord") if name not in names]
    if missing:
        wanted = " and ".join(f"TESSERA_{name.upper()}_TOKEN" for name in missing)
        yield Finding("tokens", True, f"no token for {' and '.join(missing)}", f"optional: set {wanted}")

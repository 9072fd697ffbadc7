"""Two schedulers, a worker that ends every job at once, and people whose limits are wide open: real processes on
servers of their own. Each scheduler has its own role in PostgreSQL, so that the database can say who did what."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import asyncpg

from scheduler.standalone.machine import free_port
from tests.benchmarks.town import FILL
from tests.faults.processes import Member
from tests.faults.servers import Servers, own_servers
from tests.system.stack import SERVICE_KEY

NAMES = ("one", "two")
PEOPLE = 500
SLOTS = 8
READY_SECONDS = 90.0
LOOK_SECONDS = 0.02
SIZES = {"users": PEOPLE, "broke": 4, "history": 0, "balance": 1_000_000}
OPEN = "status in ('CREATED', 'QUEUED', 'RUNNING')"

RECORD = """
    create schema faults;
    create table faults.dispatches (
      at      timestamptz not null default clock_timestamp(),
      job_id  uuid not null,
      attempt integer not null,
      by      text not null default session_user
    );
    create function faults.note() returns trigger language plpgsql security definer as $$
    begin
      insert into faults.dispatches (job_id, attempt) values (new.id, new.attempt);
      return null;
    end $$;
    create trigger note_begun after insert on jobs for each row when (new.status = 'RUNNING')
      execute function faults.note();
    create trigger note_dispatch after update of status on jobs for each row
      when (old.status = 'QUEUED' and new.status = 'RUNNING') execute function faults.note();
"""


@dataclass(slots=True)
class Pair:
    """`ports` of the schedulers by name."""

    servers: Servers
    db: asyncpg.Pool
    session: aiohttp.ClientSession
    ports: dict[str, int] = field(default_factory=dict)
    schedulers: dict[str, Member] = field(default_factory=dict)
    worker: Member | None = None

    async def leader(self) -> str | None:
        """The name of the scheduler that leads now."""
        holder: str | None = await self.db.fetchval(
            "select holder from leadership where expires_at > clock_timestamp()"
        )
        pid = holder.split("-")[-2] if holder else ""
        found = (n for n, one in self.schedulers.items() if one.process and str(one.process.pid) == pid)
        return next(found, None)

    async def ready(self, name: str) -> None:
        """Wait until the scheduler says that it can serve."""
        async with asyncio.timeout(READY_SECONDS):
            while not await self.serves(name):
                await asyncio.sleep(LOOK_SECONDS)

    async def serves(self, name: str) -> bool:
        with suppress(aiohttp.ClientError, OSError, TimeoutError):
            async with self.session.get(f"http://127.0.0.1:{self.ports[name]}/readyz") as answer:
                return answer.status == 200
        return False

    async def submit(self, name: str, number: int) -> int:
        """One picture for one of the people, asked of this scheduler; the status of its answer."""
        person = f"telegram:rich{1 + number % PEOPLE}"
        headers = {"Authorization": f"Bearer {SERVICE_KEY}", "Tessera-User": person}
        wish = {"prompt": f"picture {number}", "model": "painter", "width": 512, "height": 512}
        url = f"http://127.0.0.1:{self.ports[name]}/v1/jobs"
        async with self.session.post(url, json={"request": wish}, headers=headers) as answer:
            await answer.read()
            return answer.status

    async def open_jobs(self) -> int:
        count: int = await self.db.fetchval(f"select count(*) from jobs where {OPEN}")
        return count

    async def drained(self, seconds: float) -> bool:
        """Whether every job has ended before the time is over."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while await self.db.fetchval(f"select exists (select from jobs where {OPEN})"):
                    await asyncio.sleep(0.1)
                return True
        return False

    async def close(self) -> None:
        members = [*self.schedulers.values(), *([self.worker] if self.worker else [])]
        await asyncio.gather(*(member.stop() for member in members))


@asynccontextmanager
async def open_pair(folder: Path, names: tuple[str, ...] = NAMES, **settings: str) -> AsyncIterator[Pair]:
    """All of them, ready; ended afterwards."""
    async with AsyncExitStack() as stack:
        servers = await stack.enter_async_context(own_servers())
        db = await asyncpg.create_pool(servers.url, min_size=1, max_size=3)
        stack.callback(db.terminate)
        await db.execute(FILL % SIZES)
        await db.execute(RECORD)
        session = await stack.enter_async_context(
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=15), connector=aiohttp.TCPConnector(limit=0))
        )
        pair = Pair(servers, db, session)
        stack.push_async_callback(pair.close)
        for name in names:
            await db.execute(f"create role {name} login superuser")
            pair.ports[name] = free_port()
            own = {
                "TESSERA_PORT": str(pair.ports[name]),
                "TESSERA_DATABASE_URL": servers.url.replace("tessera@", f"{name}@", 1),
                "TESSERA_REDIS_URL": servers.valkey.url(),
                "TESSERA_SERVICE_KEY": SERVICE_KEY,
                "TESSERA_STORE_URL": (folder / "store").as_uri(),
                "TESSERA_LOG_FORMAT": "json",
            }
            pair.schedulers[name] = Member(name, ("scheduler",), own | settings, folder)
        pair.worker = Member(
            "worker", ("tests.benchmarks.obedient", servers.valkey.url(), str(SLOTS)), {}, folder, takes_input=True
        )
        for member in (*pair.schedulers.values(), pair.worker):
            await member.start()
        for name in names:
            await pair.ready(name)
        async with asyncio.timeout(READY_SECONDS):
            while not await db.fetchval("select count(*) from workers where state = 'ready' and name = 'obedient'"):
                await asyncio.sleep(LOOK_SECONDS)
        yield pair

"""A scheduler in this process, wired as `python -m scheduler` wires it, moved by hand or left to run by itself."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
from aiohttp import web

from scheduler import bus, supervisor
from scheduler.accounts.attempts import limited
from scheduler.accounts.doorkeeper import Doorkeeper, digest
from scheduler.accounts.model import Caller, Platform
from scheduler.accounts.queries import change_plan, find_user, register, standing_of
from scheduler.accounts.routes import AccountRoutes
from scheduler.accounts.service_keys import keep_service_key
from scheduler.admin.accounts import AdminAccountRoutes
from scheduler.admin.routes import AdminRoutes
from scheduler.app import application
from scheduler.artifacts.checks import CheckedPicture, checked_picture
from scheduler.artifacts.links import Signer
from scheduler.artifacts.routes import ArtifactRoutes
from scheduler.artifacts.store import ArtifactStore
from scheduler.catalogue.market import MarketKeeper
from scheduler.catalogue.routes import CatalogueRoutes
from scheduler.database import connect
from scheduler.deliveries.routes import DeliveryRoutes
from scheduler.errors import Refusal
from scheduler.fleet.listener import BeatListener
from scheduler.gate import Gate
from scheduler.health import Readiness
from scheduler.jobs.admitter import Admitter
from scheduler.jobs.agenda.bookings import Bookings
from scheduler.jobs.agenda.model import booking
from scheduler.jobs.agenda.queries import parents_of
from scheduler.jobs.agenda.secretary import Secretary
from scheduler.jobs.agenda.usher import Usher
from scheduler.jobs.desk import Desk
from scheduler.jobs.dispatcher import RENEW_SECONDS, Dispatcher
from scheduler.jobs.events import EventHub
from scheduler.jobs.herald import Herald
from scheduler.jobs.inquiry import Inquiry
from scheduler.jobs.lifecycle import Lifecycle
from scheduler.jobs.model import Destination, JobRequest
from scheduler.jobs.routes import JobRoutes
from scheduler.jobs.submits import Admitted, Answer, Submit
from scheduler.jobs.views import Viewer
from scheduler.openapi import Operation
from scheduler.plans.model import Standing
from scheduler.proxies import Proxies
from scheduler.supervisor import Loop
from scheduler.uploads.keeper import UploadKeeper
from scheduler.uploads.model import Picture
from scheduler.uploads.routes import UploadRoutes
from scheduler.wire import REPORTS
from tests.scheduler.worker import Worker

PATIENCE_SECONDS = 15.0
SERVICE_KEY = "the-service-key-of-the-tests"
LINK_SECRET = b"the-link-secret-of-the-tests"
CLAIM = timedelta(seconds=40)
ADMIN = "telegram:1"


@dataclass(slots=True)
class Stage:
    """One scheduler on a database, a Redis and a folder that others may share."""

    name: str
    database_url: str
    redis_url: str
    folder: Path
    pool: asyncpg.Pool
    redis: bus.Redis
    market: MarketKeeper
    hub: EventHub
    lifecycle: Lifecycle
    dispatcher: Dispatcher
    admitter: Admitter
    bookings: Bookings
    secretary: Secretary
    inquiry: Inquiry
    listener: BeatListener
    store: ArtifactStore
    door: Doorkeeper
    gate: Gate

    # People

    async def user(self, ref: str = "telegram:42", tier: str = "free") -> Caller:
        """A user on a plan, made if there is none."""
        platform, _, platform_user_id = ref.partition(":")
        await register(self.pool, platform, platform_user_id, "Ann", "en", None, tier)
        user = await find_user(self.pool, platform, platform_user_id)
        assert user
        await self.change_plan(user.id, tier)
        return Caller(user.id, Platform(platform), platform_user_id, platform, tier == "admin", True, "en")

    async def change_plan(self, user_id: int, tier: str) -> None:
        async with self.pool.acquire() as connection, connection.transaction():
            await change_plan(connection, user_id, tier)

    async def standing(self, caller: Caller) -> Standing:
        return (await standing_of(self.pool, caller.user_id))[0]

    async def forget_rate(self, caller: Caller) -> None:
        """As if the user had been quiet for a minute."""
        await self.pool.execute(
            "update billing.token_account set rate_tat = '2000-01-01' where user_id = $1", caller.user_id
        )

    # Jobs

    async def ask(
        self,
        caller: Caller,
        *,
        key: str | None = None,
        destination: Destination | None = None,
        found: Picture | None = None,
        **request: Any,
    ) -> Answer:
        """Submit a request for a small picture; `request` says what is different."""
        wish = JobRequest(**{"prompt": "a fox", "width": 64, "height": 64, "model": "painter", **request})
        return await self.admitter.submit(Submit(caller, wish, key, destination, None, found))

    async def book(
        self,
        caller: Caller,
        *,
        after: Sequence[UUID] = (),
        in_time: timedelta | None = None,
        key: str | None = None,
        destination: Destination | None = None,
        **request: Any,
    ) -> Answer:
        """Ask for a small picture after others, or in some time, as the API does."""
        wish = {"prompt": "a fox", "width": 64, "height": 64, "model": "painter", "after": after, **request}
        asked = JobRequest(**wish, start_at=datetime.now(UTC) + in_time if in_time else None)
        found = booking(asked, *await parents_of(self.pool, asked.after, caller.user_id))
        if isinstance(found, Refusal):
            return found
        submit = Submit(caller, asked, key, destination, None, booking=found)
        return await (self.bookings.submit(submit, found) if found else self.admitter.submit(submit))

    async def job(self, caller: Caller, **request: Any) -> UUID:
        """The id of a job that was admitted."""
        answer = await self.ask(caller, **request)
        assert isinstance(answer, Admitted), answer
        return answer.job.id

    async def row(self, job_id: UUID) -> asyncpg.Record:
        return await self.pool.fetchrow("select * from jobs where id = $1", job_id)

    async def status(self, job_id: UUID) -> str:
        return str((await self.row(job_id))["status"])

    # Workers

    async def worker(self, name: str = "gpu", **offer: Any) -> Worker:
        """A worker that has joined."""
        worker = Worker(self.redis, self.folder, name, **offer)
        await self.hear(worker)
        return worker

    async def hear(self, *workers: Worker, **beat: Any) -> None:
        """The workers beat, and the scheduler takes one round."""
        for worker in workers:
            await worker.beat(**beat)
        if workers:
            await self.listener.read()
        await self.round()

    async def round(self) -> None:
        """Jobs that come after it wait for the next one, unless every loop runs."""
        await self.dispatcher.tick()
        self.dispatcher.shortcut.close()
        await self.dispatcher.courier.tick()
        await self.lifecycle.herald.tick()
        await self.market.refresh()

    async def compare(self) -> None:
        """A round in which the leader compares what it knows with the database."""
        self.dispatcher.auditor.next_at = 0.0
        await self.round()

    async def file(self) -> None:
        """File what workers have reported, and take a round."""
        await self.read_reports()
        await self.round()

    async def read_reports(self) -> None:
        while await self._unread():
            await self.lifecycle.read()

    async def _unread(self) -> bool:
        if not await self.redis.exists(REPORTS):
            return False
        groups: Any = await self.redis.xinfo_groups(REPORTS)
        return not groups or groups[0]["lag"] > 0

    async def started(self, caller: Caller, worker: Worker, **request: Any) -> tuple[UUID, Any]:
        """A job and the assignment that the worker got for it."""
        job_id = await self.job(caller, **request)
        await self.round()
        return job_id, await worker.assignment()

    async def expire_lease(self, job_id: UUID) -> None:
        """The lease has run out: by the database's clock and in the leader's memory."""
        await self.pool.execute("update jobs set lease_until = now() - interval '1 second' where id = $1", job_id)
        warden = self.dispatcher.warden
        warden.hearing_since = warden.reaped_at = 0.0
        attempt = self.dispatcher.line.running[job_id]
        attempt.renewed_at = 0.0
        warden.reaped_at = asyncio.get_running_loop().time() - 1.5

    # The whole

    def operations(self) -> list[Operation]:
        viewer = Viewer(self.pool, self.inquiry)
        return [
            *JobRoutes(
                self.pool, self.redis, self.door, self.admitter, self.bookings, self.lifecycle, viewer, self.hub
            ).operations(),
            *AccountRoutes(self.pool, self.door).operations(),
            *CatalogueRoutes(self.pool, self.door, self.market).operations(),
            *ArtifactRoutes(self.pool, self.door, self.store, Signer(LINK_SECRET)).operations(),
            *DeliveryRoutes(self.pool, self.door, self.hub, viewer, CLAIM).operations(),
            *UploadRoutes(self.door, UploadKeeper(self.pool, self.store, looked_at)).operations(),
            *AdminRoutes(self.pool, self.door, self.market).operations(),
            *AdminAccountRoutes(self.pool, self.door, self.lifecycle).operations(),
        ]

    @asynccontextmanager
    async def served(self) -> AsyncIterator[str]:
        """The address of the HTTP API, with every loop running behind it."""
        stop, served = asyncio.Event(), asyncio.Event()
        app = application(
            self.operations(),
            Readiness(self.pool, self.redis, stop).missing,
            limited(self.door, Proxies(())),
            self.gate.middleware,
        )
        runner = web.AppRunner(app, access_log=None, handle_signals=False, shutdown_timeout=1.0)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        loops = [
            Loop("lead", self.dispatcher.keep_lead, every=RENEW_SECONDS),
            Loop("dispatch", self.dispatcher.tick, every=0.05, wake=self.dispatcher.wake),
            Loop("agenda", self.secretary.tick, every=0.05, wake=self.secretary.wake),
            Loop("beats", self.listener.read, every=1.0),
            *(Loop(f"outcomes-{n}", self.lifecycle.read, every=1.0) for n in (1, 2)),
            Loop("courier", self.dispatcher.courier.tick, every=60.0, wake=self.dispatcher.courier.wake),
            Loop("inquiry", self.inquiry.tick, every=60.0, wake=self.inquiry.wake),
            Loop("herald", self.lifecycle.herald.tick, every=60.0, wake=self.lifecycle.herald.wake),
            Loop("market", self.market.refresh, every=0.5, wake=self.market.wake),
        ]
        async with asyncio.TaskGroup() as group:
            group.create_task(self.hub.run(served))
            group.create_task(supervisor.run(loops, stop))
            try:
                yield f"http://127.0.0.1:{runner.addresses[0][1]}"
            finally:
                stop.set()
                self.hub.close()
                await runner.cleanup()
                served.set()


async def looked_at(user_id: int, content: bytes, is_wanted: Callable[[], bool]) -> CheckedPicture:
    """What the scheduler has done in a process of its own."""
    return checked_picture(content)


@asynccontextmanager
async def open_stage(
    database_url: str, redis_url: str, folder: Path, name: str = "first", lease: float = 12.0
) -> AsyncIterator[Stage]:
    """The parts of one scheduler; its batches are written, everything else waits to be moved."""
    keep_for = timedelta(hours=6)
    async with AsyncExitStack() as stack:
        pool = await stack.enter_async_context(await connect(database_url, max_size=4))
        redis = await stack.enter_async_context(bus.commands(redis_url))
        outcomes_redis = await stack.enter_async_context(bus.blocking(redis_url, 5.0))
        beats_redis = await stack.enter_async_context(bus.blocking(redis_url, 5.0))
        events_redis = await stack.enter_async_context(bus.blocking(redis_url, 5.0))
        await keep_service_key(pool, "settings", digest(SERVICE_KEY))
        market = MarketKeeper(pool, timedelta(seconds=lease), redis)
        hub = EventHub(events_redis)
        herald = Herald(redis)
        lifecycle = Lifecycle(pool, redis, outcomes_redis, name, timedelta(days=30), herald)
        dispatcher = Dispatcher(pool, redis, name, timedelta(seconds=lease), keep_for, market, lifecycle)
        secretary = Secretary(pool, Usher(pool, market, keep_for), lifecycle, dispatcher)
        lifecycle.listeners += [dispatcher, secretary]
        hub.hooks += [dispatcher.heard, secretary.heard]
        hub.market_hooks.append(market.wake.set)
        desk = Desk(pool, market)
        admitter = Admitter(desk, herald, CLAIM, keep_for, dispatcher.admitted, dispatcher.shortcut)
        listener = BeatListener(beats_redis, dispatcher.beats)
        door = Doorkeeper(pool, frozenset({ADMIN}), newcomers_a_day=10)
        stage = Stage(
            name,
            database_url,
            redis_url,
            folder,
            pool,
            redis,
            market,
            hub,
            lifecycle,
            dispatcher,
            admitter,
            Bookings(desk, herald, CLAIM, secretary.booked),
            secretary,
            Inquiry(redis, name, dispatcher, hub),
            listener,
            ArtifactStore(folder.as_uri()),
            door,
            Gate(door.party, Proxies(())),
        )
        await stage.round()
        stop = asyncio.Event()
        async with asyncio.TaskGroup() as group:
            for batcher in (admitter.batcher, lifecycle.batcher):
                group.create_task(batcher.run(stop))
            try:
                yield stage
            finally:
                stop.set()


async def until(condition: Callable[[], Any], patience: float = PATIENCE_SECONDS) -> None:
    """Wait for a condition, which may be a coroutine function, with a bound."""
    async with asyncio.timeout(patience):
        while True:
            value = condition()
            if await value if asyncio.iscoroutine(value) else value:
                return
            await asyncio.sleep(0.02)


def admitted(answers: Sequence[Answer]) -> list[Admitted]:
    return [answer for answer in answers if isinstance(answer, Admitted)]


def refused(answers: Sequence[Answer]) -> list[Refusal]:
    return [answer for answer in answers if isinstance(answer, Refusal)]

"""`python -m scheduler`: the wiring of the scheduler process."""

import argparse
import asyncio
import os
import secrets
import socket
import sys
from collections.abc import Callable, Coroutine, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

import asyncpg
import structlog
import uvloop
from aiohttp import web

from scheduler import bus, collector, janitor, supervisor
from scheduler.accounts.attempts import limited
from scheduler.accounts.doorkeeper import Doorkeeper, digest
from scheduler.accounts.routes import AccountRoutes
from scheduler.accounts.service_keys import keep_service_key
from scheduler.admin.accounts import AdminAccountRoutes
from scheduler.admin.routes import AdminRoutes
from scheduler.app import application
from scheduler.artifacts.links import signer
from scheduler.artifacts.routes import ArtifactRoutes
from scheduler.artifacts.store import ArtifactStore
from scheduler.catalogue.market import REFRESH_SECONDS, MarketKeeper
from scheduler.catalogue.routes import CatalogueRoutes
from scheduler.config import listed, load
from scheduler.database import connect, patiently
from scheduler.deliveries.routes import DeliveryRoutes
from scheduler.errors import SettingsError
from scheduler.fleet import streams
from scheduler.fleet.listener import BeatListener
from scheduler.gate import Gate
from scheduler.health import Readiness
from scheduler.jobs.admitter import Admitter
from scheduler.jobs.agenda.bookings import Bookings
from scheduler.jobs.agenda.secretary import Secretary
from scheduler.jobs.agenda.usher import Usher
from scheduler.jobs.desk import Desk
from scheduler.jobs.dispatcher import RENEW_SECONDS, Dispatcher
from scheduler.jobs.events import EventHub
from scheduler.jobs.herald import Herald
from scheduler.jobs.inquiry import Inquiry
from scheduler.jobs.lifecycle import Lifecycle
from scheduler.jobs.routes import JobRoutes
from scheduler.jobs.views import Viewer
from scheduler.listening import LINGER_SECONDS, listening
from scheduler.observability import setup_logging
from scheduler.proxies import Proxies
from scheduler.settings import SchedulerSettings
from scheduler.supervisor import Loop
from scheduler.uploads.inspector import Inspector, inspecting
from scheduler.uploads.keeper import UploadKeeper
from scheduler.uploads.routes import UploadRoutes

log = structlog.get_logger(__name__)

BLOCK_SECONDS = 5.0
LEADING = 3  # connections of the leader's own: the dispatcher's round, its lead, and the agenda


@dataclass(frozen=True, slots=True)
class Parts:
    """All of a scheduler that the door opens on: what admits, decides, files and reads."""

    name: str
    pool: asyncpg.Pool
    redis: bus.Redis
    store: ArtifactStore
    market: MarketKeeper
    hub: EventHub
    lifecycle: Lifecycle
    dispatcher: Dispatcher
    secretary: Secretary
    admitter: Admitter
    bookings: Bookings
    listener: BeatListener
    door: Doorkeeper
    viewer: Viewer

    @property
    def loops(self) -> Sequence[Loop]:
        """Each task of it, with what wakes it."""
        dispatcher, secretary, lifecycle, market = self.dispatcher, self.secretary, self.lifecycle, self.market
        courier, inquiry, herald = dispatcher.courier, self.viewer.inquiry, lifecycle.herald
        return [
            Loop("lead", dispatcher.keep_lead, every=RENEW_SECONDS),
            Loop("dispatch", dispatcher.tick, every=0.5, wake=dispatcher.wake),
            Loop("agenda", secretary.tick, every=0.5, wake=secretary.wake),
            Loop("beats", self.listener.read, every=1.0),
            Loop("streams", partial(streams.tick, self.redis), every=streams.CHECK_SECONDS),
            *(Loop(f"outcomes-{n}", lifecycle.read, every=1.0) for n in (1, 2)),
            Loop("courier", courier.tick, every=60.0, wake=courier.wake),
            Loop("inquiry", inquiry.tick, every=60.0, wake=inquiry.wake),
            Loop("herald", herald.tick, every=60.0, wake=herald.wake),
            Loop("arrivals", self.door.note_arrivals, every=1.0),
            Loop("market", market.refresh, every=REFRESH_SECONDS, wake=market.wake),
            Loop("janitor", partial(janitor.tick, self.pool, self.store), every=30.0),
        ]

    @property
    def batchers(self) -> Sequence[Callable[[asyncio.Event], Coroutine[None, None, None]]]:
        """They outlive the loops, which wait for their answers."""
        return self.admitter.batcher.run, self.lifecycle.batcher.run


async def main(settings: SchedulerSettings) -> None:
    """Run until SIGTERM or SIGINT."""
    stop = asyncio.Event()
    supervisor.stop_on_signals(stop)
    async with AsyncExitStack() as stack:
        parts = await assembled(settings, stack, stop)
        if parts is None:
            return
        gate = Gate(parts.door.party, Proxies(tuple(settings.trusted_proxies)))
        inspector = await stack.enter_async_context(inspecting())
        runner = web.AppRunner(
            served(parts, settings, gate, Readiness(parts.pool, parts.redis, stop), inspector),
            access_log=None,
            handle_signals=False,
            shutdown_timeout=5.0,
            lingering_time=LINGER_SECONDS,
        )
        await runner.setup()
        port = await stack.enter_async_context(
            listening(runner, settings.host, settings.port, gate.doorsteps, gate.idle, shared=settings.share_port)
        )
        log.info("scheduler.ready", name=parts.name, address=port.address)

        # The batches outlive the server, and the server the loops: nobody who was let in is left without an answer.
        batches, heard = asyncio.Event(), asyncio.Event()
        async with asyncio.TaskGroup() as group:
            for batcher in parts.batchers:
                group.create_task(batcher(batches))
            group.create_task(parts.hub.run(heard))
            await supervisor.run(parts.loops, stop)
            await parts.dispatcher.resign()
            await parts.dispatcher.courier.tick()
            parts.hub.close()
            await gate.farewell.leave(port, settings.drain_seconds, shared=settings.share_port)
            await runner.cleanup()
            heard.set()
            batches.set()
        await parts.dispatcher.courier.tick()
    log.info("scheduler.stopped", name=parts.name)


async def assembled(settings: SchedulerSettings, stack: AsyncExitStack, stop: asyncio.Event) -> Parts | None:
    """The parts, put together, with connections that the stack closes; None when told to stop before there were any."""
    pool = await patiently(partial(connect, settings.database_url), stop)
    if pool is None:
        return None
    await stack.enter_async_context(pool)
    # The leader does not queue for a connection behind the door.
    leading = await patiently(partial(connect, settings.database_url, max_size=LEADING), stop)
    if leading is None:
        return None
    await stack.enter_async_context(leading)
    redis = await stack.enter_async_context(bus.commands(settings.redis_url))
    blocking = [await stack.enter_async_context(bus.blocking(settings.redis_url, BLOCK_SECONDS)) for _ in range(3)]
    parts = put_together(settings, pool, leading, redis, blocking)
    key = digest(settings.service_key.get_secret_value()) if settings.service_key else None
    await patiently(partial(keep_service_key, pool, "settings", key), stop)
    await patiently(parts.market.refresh, stop)
    await patiently(parts.door.dismiss, stop)
    return parts


def put_together(
    settings: SchedulerSettings, pool: asyncpg.Pool, leading: asyncpg.Pool, redis: bus.Redis, blocking: list[bus.Redis]
) -> Parts:
    """The parts, each told of whom it must hear."""
    name = f"{socket.gethostname()[:30]}-{os.getpid()}-{secrets.token_hex(4)}"
    outcomes_redis, beats_redis, events_redis = blocking
    lease, claim = timedelta(seconds=settings.lease_seconds), timedelta(seconds=settings.claim_seconds)
    keep_for, keep_artifacts = timedelta(hours=settings.keep_hours), timedelta(days=settings.artifact_days)
    store = ArtifactStore(settings.store_url)
    market = MarketKeeper(pool, lease, redis)
    hub = EventHub(events_redis)
    herald = Herald(redis)
    lifecycle = Lifecycle(pool, redis, outcomes_redis, name, keep_artifacts, herald)
    dispatcher = Dispatcher(leading, redis, name, lease, keep_for, market, lifecycle)
    secretary = Secretary(leading, Usher(leading, market, keep_for), lifecycle, dispatcher)
    lifecycle.listeners += [dispatcher, secretary]
    hub.hooks += [dispatcher.heard, secretary.heard]
    hub.market_hooks.append(market.wake.set)
    desk = Desk(pool, market)
    admitter = Admitter(desk, herald, claim, keep_for, dispatcher.admitted, dispatcher.shortcut)
    bookings = Bookings(desk, herald, claim, secretary.booked)
    listener = BeatListener(beats_redis, dispatcher.beats)
    door = Doorkeeper(pool, settings.admins, settings.newcomers_a_day)
    viewer = Viewer(pool, Inquiry(redis, name, dispatcher, hub))
    deciding = lifecycle, dispatcher, secretary, admitter, bookings
    return Parts(name, pool, redis, store, market, hub, *deciding, listener, door, viewer)


def served(
    parts: Parts, settings: SchedulerSettings, gate: Gate, readiness: Readiness, inspector: Inspector
) -> web.Application:
    """The HTTP API in front of the parts."""
    pool, door, hub, viewer, market = parts.pool, parts.door, parts.hub, parts.viewer, parts.market
    links = signer(settings.link_secret, settings.service_key)
    claim = timedelta(seconds=settings.claim_seconds)
    jobs = JobRoutes(pool, parts.redis, door, parts.admitter, parts.bookings, parts.lifecycle, viewer, hub)
    return application(
        [
            *jobs.operations(),
            *AccountRoutes(pool, door).operations(),
            *CatalogueRoutes(pool, door, market).operations(),
            *ArtifactRoutes(pool, door, parts.store, links).operations(),
            *DeliveryRoutes(pool, door, hub, viewer, claim).operations(),
            *UploadRoutes(door, UploadKeeper(pool, parts.store, inspector.look)).operations(),
            *AdminRoutes(pool, door, market).operations(),
            *AdminAccountRoutes(pool, door, parts.lifecycle).operations(),
        ],
        readiness.missing,
        gate.turnstile.middleware,
        limited(door, gate.proxies),
        gate.middleware,
    )


def run() -> None:
    """Read the settings and run; wrong settings end it with a sentence."""
    argparse.ArgumentParser(
        prog="tessera scheduler",
        description="Runs the scheduler: the HTTP API, admission, dispatch.",
        epilog=listed(SchedulerSettings),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    ).parse_args()
    try:
        settings = load(SchedulerSettings)
    except SettingsError as error:
        sys.exit(f"tessera scheduler: {error}")
    setup_logging(settings.log_level, settings.json_logs)
    collector.calm()
    uvloop.run(main(settings))


if __name__ == "__main__":
    run()

"""The scheduler in this process, wired as `python -m scheduler` wires it, with every loop running: the Python door."""

import random
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from uuid import uuid4

import asyncpg

from scheduler import bus, collector, supervisor
from scheduler.accounts.model import Caller, Platform
from scheduler.catalogue.market import REFRESH_SECONDS, MarketKeeper
from scheduler.database import connect
from scheduler.fleet.listener import BeatListener
from scheduler.jobs.admitter import Admitter
from scheduler.jobs.dispatcher import Dispatcher
from scheduler.jobs.events import EventHub
from scheduler.jobs.herald import Herald
from scheduler.jobs.lifecycle import Lifecycle
from scheduler.jobs.model import Destination, JobRequest
from scheduler.jobs.submits import Answer, Submit
from scheduler.supervisor import Loop
from tests.benchmarks.drive import beside

BLOCK_SECONDS = 5.0
LEASE = timedelta(seconds=12)
CLAIM = timedelta(seconds=40)
KEEP_FOR = timedelta(hours=6)
KEEP_ARTIFACTS = timedelta(days=30)
DESTINATION = Destination(bot_id="telegram", process="bench", address={"chat_id": 42, "message_id": 7})


@dataclass(slots=True)
class House:
    """A scheduler that leads, on a copy of the town."""

    pool: asyncpg.Pool
    redis: bus.Redis
    market: MarketKeeper
    lifecycle: Lifecycle
    dispatcher: Dispatcher
    admitter: Admitter

    async def callers(self, prefix: str, most: int = 1_000_000) -> list[Caller]:
        """The people of the town whose names begin so: "rich" or "broke"."""
        rows = await self.pool.fetch(
            "select id, platform_user_id from users where platform_user_id like $1 || '%' order by id limit $2",
            prefix,
            most,
        )
        ids = ((row["id"], row["platform_user_id"]) for row in rows)
        return [Caller(i, Platform.TELEGRAM, name, "telegram", False, True, "en") for i, name in ids]

    async def submit(self, among: Sequence[Caller]) -> Answer:
        """One request of one of these, as a bot makes it: with a key, and a chat that waits for the answer."""
        return await self.admitter.submit(Submit(random.choice(among), wish(), uuid4().hex, DESTINATION, None))


def wish() -> JobRequest:
    """A picture nobody asked for before."""
    return JobRequest(prompt=uuid4().hex * 3, model="painter", width=512, height=512)


@asynccontextmanager
async def open_house(database_url: str, redis_url: str) -> AsyncIterator[House]:
    """Open while inside; it leads before the body begins."""
    collector.calm()
    async with AsyncExitStack() as stack:
        pool = await stack.enter_async_context(await connect(database_url))
        redis = await stack.enter_async_context(bus.commands(redis_url))
        outcomes_redis, beats_redis, events_redis = [
            await stack.enter_async_context(bus.blocking(redis_url, BLOCK_SECONDS)) for _ in range(3)
        ]
        market = MarketKeeper(pool, LEASE)
        await market.refresh()
        hub = EventHub(events_redis)
        herald = Herald(redis)
        lifecycle = Lifecycle(pool, redis, outcomes_redis, "bench", KEEP_ARTIFACTS, herald)
        dispatcher = Dispatcher(pool, redis, "bench", LEASE, KEEP_FOR, market, lifecycle)
        lifecycle.listeners.append(dispatcher)
        hub.hooks.append(dispatcher.heard)
        admitter = Admitter(pool, herald, market, CLAIM, KEEP_FOR, dispatcher.admitted, dispatcher.shortcut)
        listener = BeatListener(beats_redis, dispatcher.beats)
        loops = [
            Loop("dispatch", dispatcher.tick, every=0.5, wake=dispatcher.wake),
            Loop("beats", listener.read, every=1.0),
            *(Loop(f"outcomes-{n}", lifecycle.read, every=1.0) for n in (1, 2)),
            Loop("courier", dispatcher.courier.tick, every=60.0, wake=dispatcher.courier.wake),
            Loop("herald", herald.tick, every=60.0, wake=herald.wake),
            Loop("market", market.refresh, every=REFRESH_SECONDS),
        ]
        await dispatcher.tick()
        # the batches outlive the loops, which wait for their answers
        await stack.enter_async_context(beside(admitter.batcher.run, lifecycle.batcher.run, hub.run))
        await stack.enter_async_context(beside(partial(supervisor.run, loops)))
        yield House(pool, redis, market, lifecycle, dispatcher, admitter)

"""The scheduler in this process, put together by `python -m scheduler` itself, with all its loops: the Python door."""

import asyncio
import random
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from uuid import uuid4

from scheduler import collector, supervisor
from scheduler.__main__ import Parts, assembled
from scheduler.accounts.model import Caller, Platform
from scheduler.jobs.model import Destination, JobRequest
from scheduler.jobs.submits import Answer, Submit
from scheduler.settings import SchedulerSettings
from tests.benchmarks.drive import beside

DESTINATION = Destination(bot_id="telegram", process="bench", address={"chat_id": 42, "message_id": 7})


@dataclass(frozen=True, slots=True)
class House:
    """A scheduler that leads, on a copy of the town, without an HTTP server."""

    parts: Parts

    async def callers(self, prefix: str, most: int = 1_000_000) -> list[Caller]:
        """The people of the town whose names begin so: "rich" or "broke"."""
        rows = await self.parts.pool.fetch(
            "select id, platform_user_id from users where platform_user_id like $1 || '%' order by id limit $2",
            prefix,
            most,
        )
        ids = ((row["id"], row["platform_user_id"]) for row in rows)
        return [Caller(i, Platform.TELEGRAM, name, "telegram", False, True, "en") for i, name in ids]

    async def submit(self, among: Sequence[Caller]) -> Answer:
        """One request of one of these, as a bot makes it: with a key, and a chat that waits for the answer."""
        return await self.parts.admitter.submit(Submit(random.choice(among), wish(), uuid4().hex, DESTINATION, None))


def wish() -> JobRequest:
    """A picture nobody asked for before."""
    return JobRequest(prompt=uuid4().hex * 3, model="painter", width=512, height=512)


@asynccontextmanager
async def open_house(database_url: str, redis_url: str) -> AsyncIterator[House]:
    """Open while inside; it leads before the body begins."""
    collector.calm()
    settings = SchedulerSettings(database_url=database_url, redis_url=redis_url, store_url="memory://")
    async with AsyncExitStack() as stack:
        parts = await assembled(settings, stack, asyncio.Event())
        assert parts
        await parts.dispatcher.tick()
        # the batches outlive the loops, which wait for their answers
        await stack.enter_async_context(beside(*parts.batchers, parts.hub.run))
        await stack.enter_async_context(beside(partial(supervisor.run, parts.loops)))
        yield House(parts)

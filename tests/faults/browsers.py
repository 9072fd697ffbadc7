"""Visitors of the web chat, each with a cookie: a tab that listens, page loads, words, looks at what became of them."""

import asyncio
import json
import random
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import aiohttp
import asyncpg

from bots.web.visitors import COOKIE, Visitors
from tests.faults.load import Tally, a_session, steadily

HEADS = 20
SECRET = "a-web-secret-of-the-town"
SOON_SECONDS = 0.5  # as the page does
HELLO_SECONDS = 10.0
SILENCE_SECONDS = 40.0  # the server speaks every 15
ARRIVE = """
    insert into users (platform, platform_user_id, display_name, plan_id)
    select 'web', visitor, 'a visitor', (select id from plans where tier = 'pro') from unnest($1::text[]) v (visitor)
"""


@dataclass(slots=True)
class Streams:
    """What the tabs heard. `away` holds seconds without a stream, one for each goodbye."""

    opened: int = 0
    events: int = 0
    goodbyes: int = 0
    away: list[float] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Browsers:
    base: str
    tally: Tally = field(default_factory=Tally)
    streams: Streams = field(default_factory=Streams)

    async def run(self, db: asyncpg.Pool, rate: float) -> None:
        """For ever."""
        visitors = Visitors(SECRET.encode())
        names = [visitors.new() for _ in range(HEADS)]
        await db.execute(ARRIVE, names)
        async with AsyncExitStack() as stack:
            tabs = [
                Browser(await stack.enter_async_context(a_session(cookies={COOKIE: visitors.cookie(name)})), self)
                for name in names
            ]

            async def act(number: int) -> None:
                await tabs[number % HEADS].act(number // HEADS)

            async with asyncio.TaskGroup() as group:
                for tab in tabs:
                    group.create_task(tab.listen())
                await steadily(rate, act)


@dataclass(slots=True)
class Browser:
    session: aiohttp.ClientSession
    all: Browsers
    job: str | None = None  # the newest

    async def act(self, number: int) -> None:
        """Load the page, say something, look at all, look at what was said."""
        match number % 4:
            case 0:
                await self.get("/")
            case 1:
                await self.say(f"/imagine rolling {number} --model instant --size 64x64")
            case 2:
                await self.get("/chat")
            case _:
                await self.get(f"/jobs/{self.job}" if self.job else "/chat?open=1")

    async def get(self, path: str) -> None:
        await self.all.tally.of(self.session.get(self.all.base + path))

    async def say(self, words: str) -> None:
        headers = {"X-Tessera": "1", "Origin": self.all.base, "Sec-Fetch-Site": "same-origin"}
        said = {"id": str(uuid4()), "text": words}
        body = await self.all.tally.of(self.session.post(f"{self.all.base}/chat", json=said, headers=headers))
        if body is None:
            return
        answer = json.loads(body)
        if answer["kind"] == "job":
            self.job = answer["card"]["id"]
        else:  # the status is 200 even where the scheduler did not answer
            self.all.tally.failures.append(f"said, and told: {answer}")

    async def listen(self) -> None:
        """Keep a stream open, for ever; it may end with a goodbye only."""
        streams, left_at = self.all.streams, None
        while True:
            try:
                async for name in self.events():
                    if name == "hello" and left_at is not None:
                        streams.away.append(time.monotonic() - left_at)
                        left_at = None
                    streams.opened += name == "hello"
                    streams.events += name == "message"
                    if name == "bye":
                        streams.goodbyes += 1
                        left_at = left_at or time.monotonic()
                        break
                else:
                    streams.failures.append("a stream ended without a word")
            except (aiohttp.ClientError, OSError, TimeoutError) as error:
                streams.failures.append(f"{type(error).__name__}: {error}")
            await asyncio.sleep(random.random() * SOON_SECONDS)

    async def events(self) -> AsyncIterator[str]:
        """The names of what is said."""
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=HELLO_SECONDS, sock_read=SILENCE_SECONDS)
        async with self.session.get(f"{self.all.base}/events", timeout=timeout, raise_for_status=True) as answer:
            name = "message"
            async for line in answer.content:
                if line.startswith(b"event: "):
                    name = line[7:].decode().strip()
                elif line == b"\n":
                    yield name
                    name = "message"


def figures(browsers: Browsers) -> dict[str, Any]:
    streams = browsers.streams
    return {
        **browsers.tally.figures("web_"),
        "streams_opened": streams.opened,
        "streams_failed": len(streams.failures),
        "stream_events": streams.events,
        "goodbyes": streams.goodbyes,
        "longest_away_seconds": round(max(streams.away, default=0.0), 2),
    }

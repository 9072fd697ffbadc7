"""A load that does not wait for its answers, asked by clients that never ask twice, and what became of it."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import aiohttp

from tests.system.stack import SERVICE_KEY

TIMEOUT_SECONDS = 20.0
ONE_IN = 5  # requests of the API that asks for a picture

Called = AbstractAsyncContextManager[aiohttp.ClientResponse]


@dataclass(slots=True)
class Tally:
    """A failure is an answer of 500 or more, or none; refusals by a plan's limits are answers."""

    answers: Counter[int] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)

    async def of(self, called: Called) -> bytes | None:
        """Count the answer of one request; its body, None when there was none."""
        began = time.monotonic()
        body = None
        try:
            async with called as answer:
                body = await answer.read()
                self.answers[answer.status] += 1
                if answer.status >= 500:
                    self.failures.append(f"{answer.status} {body[:200]!r}")
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            self.failures.append(f"{type(error).__name__}: {error}")
        self.seconds.append(time.monotonic() - began)
        return body

    def figures(self, before: str = "") -> dict[str, Any]:
        taken = sorted(self.seconds) or [0.0]
        named = {
            "requests": len(self.seconds),
            "failed": len(self.failures),
            "answers": {str(status): number for status, number in sorted(self.answers.items())},
            "p99_seconds": round(taken[len(taken) * 99 // 100], 3),
            "slowest_seconds": round(taken[-1], 3),
        }
        return {before + name: value for name, value in named.items()}


@dataclass(slots=True)
class Callers:
    """They ask the API for pictures, for their jobs and for what they have left."""

    base: str
    people: Sequence[str]
    tally: Tally = field(default_factory=Tally)

    async def run(self, rate: float) -> None:
        """For ever."""
        async with a_session() as session:

            async def ask(number: int) -> None:
                await self.ask(session, number, self.people[number % len(self.people)])

            await steadily(rate, ask)

    async def ask(self, session: aiohttp.ClientSession, number: int, person: str) -> None:
        headers = {"Authorization": f"Bearer {SERVICE_KEY}", "Tessera-User": person}
        called: Called
        if number % ONE_IN == 0:
            wish = {"request": {"prompt": f"rolling {number}", "model": "instant", "width": 64, "height": 64}}
            called = session.post(f"{self.base}/v1/jobs", json=wish, headers=headers)
        else:
            called = session.get(self.base + ("/v1/me" if number % 2 else "/v1/jobs"), headers=headers)
        await self.tally.of(called)


def a_session(**options: Any) -> aiohttp.ClientSession:
    timeout = aiohttp.ClientTimeout(total=TIMEOUT_SECONDS)
    session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0), timeout=timeout, **options)
    session._retry_connection = False  # what aiohttp's own test client sets, too
    return session


async def steadily(rate: float, ask: Callable[[int], Awaitable[None]]) -> None:
    """So many a second, whether earlier ones were answered or not, for ever."""

    async def one(number: int) -> None:
        await ask(number)

    began = time.monotonic()
    async with asyncio.TaskGroup() as group:
        for number in count(1):
            group.create_task(one(number))
            await asyncio.sleep(max(0.0, began + number / rate - time.monotonic()))


@asynccontextmanager
async def beside(*endless: Awaitable[None]) -> AsyncIterator[None]:
    """These go on while inside."""

    async def run(work: Awaitable[None]) -> None:
        await work

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(run(work)) for work in endless]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()

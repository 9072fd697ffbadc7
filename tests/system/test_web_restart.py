"""The web chat's processes are exchanged on one port while pages are loaded and a tab listens."""

import asyncio
from contextlib import suppress

import aiohttp
import pytest

from tests.bots.web.browsing import Stream
from tests.system.stack import Running, Stack

pytestmark = pytest.mark.system

PATIENCE_SECONDS = 30.0  # on a machine that has other work
PACE_SECONDS = 0.005


async def test_one_web_chat_takes_over_from_another_on_the_same_port(stack: Stack) -> None:
    old = await next_one(stack)
    loads = Loads(stack.web_url)
    async with aiohttp.ClientSession(stack.web_url, cookie_jar=aiohttp.CookieJar(unsafe=True)) as ann:
        await (await ann.get("/")).read()
        async with ann.get("/events") as response, asyncio.TaskGroup() as group:
            tab = Stream(response)
            assert await tab.next() == ("hello", {})
            loading = group.create_task(loads.run())
            await next_one(stack)
            exit_code = group.create_task(in_time(old))
            while (said := await tab.next())[0] == "gap":  # there is no scheduler to hear from
                pass
            assert said == ("bye", {})
            assert await exit_code == 0
            loading.cancel()
        async with ann.get("/events") as response:
            assert await Stream(response).next() == ("hello", {})

    assert loads.answers == [200] * len(loads.answers)
    assert len(loads.answers) > 5


class Loads:
    """Page loads one after the other, each by a connection of its own."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.answers: list[int | str] = []

    async def run(self) -> None:
        """For ever."""
        connector = aiohttp.TCPConnector(force_close=True)
        async with aiohttp.ClientSession(connector=connector) as session:
            while True:
                try:
                    async with session.get(self.url) as answer:
                        await answer.read()
                        self.answers.append(answer.status)
                except aiohttp.ClientError as error:
                    self.answers.append(repr(error))
                await asyncio.sleep(PACE_SECONDS)


async def next_one(stack: Stack) -> Running:
    """One more web chat on the port, once it listens."""
    started = await stack.bots("web", TESSERA_SHARE_PORT="true", TESSERA_DRAIN_SECONDS="1")
    async with asyncio.timeout(PATIENCE_SECONDS):
        while "web.listening" not in log_of(started):
            assert started.process.returncode is None
            await asyncio.sleep(0.02)
    return started


def log_of(running: Running) -> str:
    with suppress(FileNotFoundError):
        return running.log.read_text()
    return ""


async def in_time(running: Running) -> int:
    async with asyncio.timeout(PATIENCE_SECONDS):
        return await running.stop()

"""The connections of the page: who opens many and asks nothing, or half of something, keeps nobody else out."""

import asyncio
import resource
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
from aiohttp import web

from bots.web.app import application
from bots.web.connections import Connections
from bots.web.crowd import Crowd
from scheduler import idle
from scheduler.port import accepting, listener, server_of
from tests.bots.web.serving import a_site
from tests.bots.web.studio import Studio

OK = b"HTTP/1.1 200 OK"
PAGE = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"


@dataclass(slots=True)
class Port:
    """Who opens connections to it, and keeps them."""

    number: int
    connections: Connections
    writers: list[asyncio.StreamWriter] = field(default_factory=list)

    async def sends(self, words: bytes) -> asyncio.StreamReader:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.number)
        self.writers.append(writer)
        writer.write(words)
        return reader


@asynccontextmanager
async def opened(studio: Studio, most: int) -> AsyncIterator[Port]:
    site = a_site(studio)
    site.connections.most = most
    runner = web.AppRunner(application(site), access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    async with asyncio.timeout(10):
        async with accepting(listener("127.0.0.1", 0), site.connections.protocol(server_of(runner))) as port:
            opened = Port(port.address[1], site.connections)
            try:
                yield opened
            finally:
                for writer in opened.writers:
                    writer.close()
        await runner.cleanup()


async def given(reader: asyncio.StreamReader) -> bytes:
    """The first line of an answer of which the rest is read, too."""
    page: bytes = await reader.readuntil(b"</html>")
    return page.strip().partition(b"\r\n")[0]


async def test_who_asks_nothing_makes_room_the_longest_idle_one_first(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(idle, "STRANGER_SECONDS", 0.0)
    async with opened(studio, 3) as port:
        half = await port.sends(PAGE[:-2])
        used = await port.sends(PAGE)
        assert await given(used) == OK
        silent = await port.sends(b"")
        while len(port.connections.idle.strangers) < 3:
            await asyncio.sleep(0.01)

        assert await given(await port.sends(PAGE)) == OK
        assert await half.read() == b""
        port.writers[1].write(PAGE)
        assert await given(used) == OK
        assert await given(await port.sends(PAGE)) == OK
        assert await silent.read() == b""


async def test_where_something_was_asked_on_each_just_now_one_more_ends_at_once(studio: Studio) -> None:
    async with opened(studio, 1) as port:
        assert await given(await port.sends(PAGE)) == OK
        assert await (await port.sends(b"")).read() == b""


@pytest.mark.parametrize("files", [256, 1_024, 65_536])
def test_tabs_that_listen_leave_connections_to_ask_on(monkeypatch: pytest.MonkeyPatch, files: int) -> None:
    monkeypatch.setattr(resource, "getrlimit", lambda _: (files, files))

    assert 3 * Crowd().tabs.most <= 2 * Connections().most

"""Before the door: what is refused unread, and what never is."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest
from aiohttp import web

from scheduler import doorstep
from scheduler.accounts.model import ACT_FOR, Party
from scheduler.app import application
from scheduler.doorstep import LENGTH, head_of
from scheduler.gate import Gate, Handler
from scheduler.listening import listening
from scheduler.openapi import Empty, Operation
from scheduler.places import MOST_OF_A_USER, Places
from scheduler.proxies import Proxies

BODY = b'{"a": 1}'
BOT, OTHER = b"Bearer bot", b"Bearer other"


def asked(key: bytes = BOT, more: bytes = b"", body: bytes = BODY, path: bytes = b"/v1/jobs") -> bytes:
    """One request as its bytes."""
    head = b"POST %s HTTP/1.1\r\nHost: localhost\r\nAuthorization: %s\r\n%s" % (path, key, more)
    return head + b"Content-Length: %d\r\n\r\n" % len(body) + body


@pytest.mark.parametrize(
    "data",
    [
        asked()[:-1],
        asked() + b"P",
        asked() + asked(),
        asked(more=b"Transfer-Encoding: chunked\r\n"),
        asked(more=b"Expect: 100-continue\r\n"),
        asked(more=b"Connection: close\r\n"),
        asked(more=b"content-length: 8\r\n"),
        asked().replace(b"Content-Length: 8", b"Content-Length: +8"),
        asked(body=b"").replace(b"Content-Length: 0", b"Content-Length: 99999999999"),
        asked().replace(b"HTTP/1.1", b"HTTP/1.0"),
        b"",
        BODY,
    ],
)
def test_what_is_not_one_whole_request_is_not_looked_at(data: bytes) -> None:
    assert not head_of(data)


def test_what_is_whole() -> None:
    assert head_of(asked()).endswith(b"\r\nContent-Length: 8\r\n")
    assert head_of(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")


class House:
    """Answers when it is let, two of each bot at a time; counts what the server reads."""

    def __init__(self) -> None:
        self.gate = Gate(lambda headers: Party(headers["Authorization"], headers.get(ACT_FOR)), Proxies(()))
        self.gate.requests = Places(4)
        self.go = asyncio.Event()
        self.read = 0

    async def answer(self, request: web.Request, path: Empty, query: Empty, body: None) -> web.Response:
        """When it is let."""
        await self.go.wait()
        return web.Response(text="done")

    async def holds(self, number: int) -> None:
        """Wait until so many have a place."""
        async with asyncio.timeout(10):
            while self.gate.requests.total < number:
                await asyncio.sleep(0.01)

    @web.middleware
    async def count(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        self.read += 1
        return await handler(request)


@dataclass(slots=True)
class Client:
    """One connection."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def ask(self, data: bytes) -> int:
        self.writer.write(data)
        return await self.status()

    async def status(self) -> int:
        """Of the next answer, which is read whole."""
        async with asyncio.timeout(10):
            head = await self.reader.readuntil(b"\r\n\r\n")
            [length] = LENGTH.findall(head)
            await self.reader.readexactly(int(length))
        return int(head[9:12])


async def ready() -> list[str]:
    return []


@asynccontextmanager
async def opened(house: House) -> AsyncIterator[list[Client]]:
    """Five connections; the first two wait for the bot's answers, all the places that it may have."""
    operation = Operation("POST", "/v1/jobs", house.answer, "text")
    runner = web.AppRunner(application([operation], ready, house.count, house.gate.middleware), access_log=None)
    await runner.setup()
    clients = list[Client]()
    async with listening(runner, "127.0.0.1", 0, house.gate.doorsteps, house.gate.idle) as port:
        for _ in range(5):
            clients.append(Client(*await asyncio.open_connection(*port.address)))
        for client in clients[:2]:
            client.writer.write(asked())
        await house.holds(2)
        yield clients
        house.go.set()
        for client in clients:
            client.writer.close()
        port.close()
        await runner.cleanup()
    assert not house.gate.doorsteps.open


async def test_who_was_refused_is_refused_unread_until_there_is_room() -> None:
    house = House()
    async with opened(house) as [first, second, third, fourth, fifth]:
        assert (await third.ask(asked()), house.read) == (503, 3)
        assert [await third.ask(asked()), await fourth.ask(asked(b"  Bearer bot "))] == [503, 503]
        assert house.read == 3
        fourth.writer.write(asked(OTHER))  # on the same connection somebody else asks, for whom there is room
        house.go.set()
        assert [await client.status() for client in (first, second, fourth)] == [200, 200, 200]
        assert await third.ask(asked()) == 200
        assert await fifth.ask(asked()) == 200
        assert house.read == 6


async def test_what_comes_before_the_last_answer_is_the_server_s_for_good() -> None:
    house = House()
    async with opened(house) as [first, second, third, *_]:
        assert await third.ask(asked()) == 503
        third.writer.write(asked(OTHER))
        await house.holds(3)
        read = house.read
        third.writer.write(asked())  # behind a request that has no answer yet: so are their answers
        first.writer.write(asked(OTHER))
        async with asyncio.timeout(10):
            while sum(not step.is_plain for step in house.gate.doorsteps.open.values()) < 2:
                await asyncio.sleep(0.01)
        house.go.set()
        assert [await third.status(), await third.status()] == [200, 200]
        assert [await first.status(), await first.status(), await second.status()] == [200, 200, 200]
        assert house.read == read + 2


async def test_a_body_that_looks_like_a_request_is_a_body() -> None:
    house = House()
    async with opened(house) as [_first, _second, third, *_]:
        assert await third.ask(asked()) == 503
        whole = asked(OTHER, body=asked())
        third.writer.write(whole[: -len(asked())])
        await third.writer.drain()
        await house.holds(3)
        third.writer.write(asked())
        house.go.set()
        assert await third.status() == 200


async def test_a_connection_is_read_again_before_it_counts_as_idle(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doorstep, "KEPT_SECONDS", 0.0)
    house = House()
    async with opened(house) as [_first, _second, third, *_]:
        assert [await third.ask(asked()), await third.ask(asked())] == [503, 503]
        assert house.read == 4


async def test_one_of_a_bot_s_users_takes_no_room_from_the_others() -> None:
    """Who has all the places that a user may have is refused; nobody else of the same key is, unread or not."""
    house = House()
    house.gate.requests = Places(1000)
    whom = f"{ACT_FOR}: telegram:1\r\n".encode()
    async with opened(house) as [first, second, third, *_]:
        for _ in range(MOST_OF_A_USER):
            house.gate.requests.take(Party(BOT.decode(), "telegram:1"))
        assert await third.ask(asked(more=whom)) == 503
        assert not house.gate.doorsteps.told
        third.writer.write(asked(more=whom.replace(b"1", b"2")))
        await house.holds(MOST_OF_A_USER + 3)
        house.go.set()
        assert [await client.status() for client in (first, second, third)] == [200, 200, 200]

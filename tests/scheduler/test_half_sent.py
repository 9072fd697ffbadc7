"""Requests that never end: bodies that stay away, connections on which nothing is asked."""

import asyncio
from collections.abc import Sequence
from urllib.parse import urlsplit

import pytest

from scheduler import gate as gates
from scheduler import idle as idling
from scheduler import places
from scheduler.idle import IdleConnections
from tests.scheduler.api import Api
from tests.scheduler.stage import SERVICE_KEY

HEAD = "POST /v1/jobs HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100\r\n"
Lines = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def half_sent(base: str, keys: Sequence[str]) -> list[Lines]:
    """Requests with each of these keys, all but the first of their hundred bytes held back."""

    async def begin(key: str) -> Lines:
        reader, writer = await asyncio.open_connection(urlsplit(base).hostname, urlsplit(base).port)
        writer.write(f"{HEAD}Authorization: Bearer {key}\r\nTessera-User: telegram:42\r\n\r\n{{".encode())
        return reader, writer

    return [await begin(key) for key in keys]


async def status(reader: asyncio.StreamReader) -> int:
    async with asyncio.timeout(10):
        return int((await reader.readline()).split()[1])


def hang_up(connections: Sequence[Lines]) -> None:
    for _, writer in connections:
        writer.close()


async def test_the_bodies_of_invented_keys_are_not_waited_for(api: Api) -> None:
    await api.get("/v1/me")  # a key that was good before is heard, whatever its network tries
    connections = await half_sent(api.base, [f"invented-{n}" for n in range(places.FEW + 2)])
    told = [await status(reader) for reader, _ in connections]

    assert set(told[:20]) == {401}
    assert set(told) == {401, 429}
    assert (await api.get("/v1/me")).status == 200
    hang_up(connections)


async def test_bodies_that_stay_away_hold_nobody_else_up(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(places, "STANDING_SECONDS", 0.0)
    monkeypatch.setattr(places, "FEW", 2)
    key = await api.api_key()
    connections = await half_sent(api.base, [SERVICE_KEY] * 4)
    async with asyncio.timeout(10):
        while api.stage.gate.requests.total < 4:
            await asyncio.sleep(0.01)

    assert (await api.get("/v1/me", key=key, user=None)).status == 200
    hang_up(connections)


async def test_a_body_that_does_not_come_in_time_is_refused(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gates, "BODY_SECONDS", 0.1)
    connections = await half_sent(api.base, [SERVICE_KEY])
    [(reader, _)] = connections

    assert await status(reader) == 422
    assert b"must come within 0.1 seconds" in await reader.read()  # and the connection ends
    hang_up(connections)


class Line:
    """A connection, as the port sees it."""

    def __init__(self) -> None:
        self.transport: object | None = self

    def force_close(self) -> None:
        self.transport = None


def test_the_longest_idle_connection_makes_room_strangers_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(idling, "STRANGER_SECONDS", 0.0)
    monkeypatch.setattr(idling, "KNOWN_SECONDS", 0.0)
    idle, bot, busy, first, second, lost = IdleConnections(), *(Line() for _ in range(5))
    idle.rests(bot, known=True)
    for line in (lost, busy, first, second):
        idle.rests(line)
    idle.busy(busy)
    lost.force_close()

    gone = []
    while idle.hang_up():
        gone.append([line.transport is None for line in (first, second, bot)])
    assert gone == [[True, False, False], [True, True, False], [True, True, True]]
    assert busy.transport is not None


def test_who_was_idle_for_a_moment_only_is_left_alone() -> None:
    idle, stranger, bot = IdleConnections(), Line(), Line()
    idle.rests(stranger)
    idle.rests(bot, known=True)

    assert not idle.hang_up()
    assert (stranger.transport, bot.transport) == (stranger, bot)


def test_lost_connections_are_forgotten() -> None:
    idle = IdleConnections()
    for _ in range(5):
        line = Line()
        idle.rests(line)
        line.force_close()
    idle.tidy(2)

    assert not idle.strangers

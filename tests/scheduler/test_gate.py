"""The door under load: who finds a place, and what everybody else is told."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from ipaddress import ip_network

import aiohttp
import pytest
from aiohttp import web

from scheduler import farewell
from scheduler import gate as gates
from scheduler import idle as idling
from scheduler import listening as ports
from scheduler import places as at_the_door
from scheduler.accounts.model import ACT_FOR, PEOPLE, STRANGERS, Party
from scheduler.app import application
from scheduler.gate import Gate
from scheduler.openapi import Empty, Operation
from scheduler.places import Lines, Places
from scheduler.proxies import Proxies

BOT, OTHER = {"Authorization": "Bearer bot"}, {"Authorization": "Bearer other"}
LARGE = bytes(32 * 2**20)
ANN, BEN = Party(PEOPLE, "1"), Party(PEOPLE, "2")


def as_called(headers: Mapping[str, str]) -> Party:
    """Every key is a bot's."""
    return Party(headers["Authorization"], headers.get(ACT_FOR))


def a_gate(*trusted: str) -> Gate:
    return Gate(as_called, Proxies(tuple(ip_network(one) for one in trusted)))


def fill(places: Places, key: str, user: str | None = None) -> int:
    """How many places a key gets that takes all it can."""
    held, party = 0, Party(key, user)
    while places.has_room(party):
        places.take(party)
        held += 1
    return held


def test_a_flood_of_one_bot_leaves_room_for_another() -> None:
    places = Places(100)
    assert fill(places, "flood") == 50
    assert fill(places, "second") == 33
    assert fill(places, "third") == 17
    assert fill(places, "flood") == 0


def test_one_user_of_a_bot_takes_only_a_few_of_its_places() -> None:
    places = Places(1000)
    assert fill(places, "bot", "telegram:42") == at_the_door.MOST_OF_A_USER
    assert places.has_room(Party("bot", "telegram:43"))


def test_people_with_keys_of_their_own_are_as_users_of_one_bot() -> None:
    places = Places(100)
    assert fill(places, PEOPLE, "1") == at_the_door.MOST_OF_A_USER
    assert fill(places, PEOPLE, "2") + fill(places, PEOPLE, "3") == 50 - at_the_door.MOST_OF_A_USER
    assert fill(places, "bot") == 33


def test_who_leaves_makes_room() -> None:
    places = Places(2)
    places.take(Party("bot", "telegram:42"))
    assert not places.has_room(Party("bot", "telegram:43"))
    places.leave(Party("bot", "telegram:42"))
    assert places.has_room(Party("bot", "telegram:43"))
    assert (places.total, len(places.keys), len(places.users)) == (0, 0, 0)


def standing(monkeypatch: pytest.MonkeyPatch, few: int, *parties: Party) -> Lines:
    """Lines of nothing but old requests."""
    monkeypatch.setattr(at_the_door, "FEW", few)
    monkeypatch.setattr(at_the_door, "STANDING_SECONDS", -1.0)
    lines = Lines()
    for number, party in enumerate(parties):
        lines.join(party, number)
    return lines


def test_a_line_that_stands_refuses_its_own_key_only(monkeypatch: pytest.MonkeyPatch) -> None:
    flood, bot = Party("flood", "telegram:1"), Party("bot", "telegram:2")
    lines = standing(monkeypatch, 4, *[flood] * 3, bot)
    assert [lines.is_standing(one) for one in (flood, bot, ANN, BEN)] == [True, False, False, False]
    assert lines.is_standing(Party("flood", "telegram:3"))
    for number in range(3):
        lines.leave(flood, number)
    assert not lines.is_standing(flood)


def test_a_person_s_line_refuses_nobody_else(monkeypatch: pytest.MonkeyPatch) -> None:
    bot = Party("bot")
    lines = standing(monkeypatch, 4, *[ANN] * 3, BEN, bot, bot)
    assert [lines.is_standing(one) for one in (ANN, BEN, bot)] == [True, False, False]


def test_a_network_s_line_refuses_no_other_stranger(monkeypatch: pytest.MonkeyPatch) -> None:
    slow, other = Party(STRANGERS, "192.0.2.1"), Party(STRANGERS, "192.0.2.2")
    lines = standing(monkeypatch, 2, *[slow] * 2, other)
    assert [lines.is_standing(one) for one in (slow, other)] == [True, False]


def test_a_short_line_is_no_matter_how_old(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = standing(monkeypatch, 2, ANN, ANN)
    assert not lines.is_standing(ANN)
    monkeypatch.setattr(at_the_door, "FEW", 1)
    assert lines.is_standing(ANN)
    monkeypatch.setattr(at_the_door, "STANDING_SECONDS", 60.0)
    assert not lines.is_standing(ANN)


class Slow:
    """Operations that last until they are let go."""

    def __init__(self) -> None:
        self.go = asyncio.Event()

    def operations(self) -> list[Operation]:
        return [
            Operation("GET", "/v1/slow", self.answer, "text"),
            Operation("GET", "/v1/slow/events", self.answer, "text"),
            Operation("GET", "/links/large", self.large, "file", public=True),
        ]

    async def large(self, request: web.Request, path: Empty, query: Empty, body: None) -> web.Response:
        """At once, but more than a connection holds."""
        return web.Response(body=LARGE)

    async def answer(self, request: web.Request, path: Empty, query: Empty, body: None) -> web.Response:
        """Later."""
        await self.go.wait()
        return web.Response(text="at last")


@dataclass(eq=False)
class Connected:
    """A connection that is only looked at."""

    ended: bool = False
    transport: object = "open"

    def force_close(self) -> None:
        self.ended = True


async def ready() -> list[str]:
    return []


@asynccontextmanager
async def served(slow: Slow, gate: Gate) -> AsyncIterator[tuple[str, aiohttp.ClientSession]]:
    runner = web.AppRunner(application(slow.operations(), ready, gate.middleware), access_log=None)
    await runner.setup()
    connector = aiohttp.TCPConnector(limit=0)
    async with (
        aiohttp.ClientSession(connector=connector) as session,
        ports.listening(runner, "127.0.0.1", 0, gate.doorsteps, gate.idle) as port,
    ):
        yield f"http://127.0.0.1:{port.address[1]}", session
        slow.go.set()
        port.close()
        await runner.cleanup()


async def opened(gate: Gate, number: int) -> None:
    async with asyncio.timeout(10):
        while gate.requests.total < number:
            await asyncio.sleep(0.01)


async def test_what_finds_no_place_is_told_when_to_come_back() -> None:
    slow, gate = Slow(), a_gate()
    gate.requests = Places(4)
    async with served(slow, gate) as (base, session), asyncio.TaskGroup() as group:
        waiting = [group.create_task(session.get(f"{base}/v1/slow", headers=BOT)) for _ in range(2)]
        await opened(gate, 2)
        async with session.get(f"{base}/v1/slow", headers=BOT) as refused:
            problem = await refused.json(content_type="application/problem+json")
            assert (refused.status, refused.headers["Retry-After"], problem["code"]) == (503, "1", "overloaded")
        waiting.append(group.create_task(session.get(f"{base}/v1/slow", headers=OTHER)))
        await opened(gate, 3)
        async with session.get(f"{base}/readyz") as health:
            assert health.status == 200
        slow.go.set()
        assert [(await task).status for task in waiting] == [200, 200, 200]
    assert gate.requests.total == 0


async def test_a_line_that_does_not_move_grows_no_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(at_the_door, "FEW", 2)
    monkeypatch.setattr(at_the_door, "STANDING_SECONDS", 0.0)
    slow, gate = Slow(), a_gate()
    async with served(slow, gate) as (base, session), asyncio.TaskGroup() as group:
        waiting = [group.create_task(session.get(f"{base}/v1/slow", headers=BOT)) for _ in range(3)]
        await opened(gate, 3)
        async with session.get(f"{base}/v1/slow", headers=BOT) as refused:
            assert refused.status == 503
        waiting.append(group.create_task(session.get(f"{base}/v1/slow", headers=OTHER)))
        await opened(gate, 4)
        slow.go.set()
        assert [(await task).status for task in waiting] == [200] * 4
    assert not gate.lines.began


async def asked_for_the_large_one(
    base: str, address: str = "192.0.2.1"
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """By somebody who does not read."""
    reader, writer = await asyncio.open_connection("127.0.0.1", int(base.rpartition(":")[2]), limit=2**10)
    head = f"GET /links/large HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-For: {address}\r\n\r\n"
    writer.write(head.encode())
    return reader, writer


async def test_who_does_not_read_keeps_the_place() -> None:
    slow, gate = Slow(), a_gate()
    gate.files = Places(4)
    async with served(slow, gate) as (base, session):
        lines = [await asked_for_the_large_one(base) for _ in range(2)]
        async with asyncio.timeout(10):
            while gate.files.total < 2:
                await asyncio.sleep(0.01)
        async with session.get(f"{base}/links/large") as refused:
            assert refused.status == 503
        reader, writer = lines[0]
        head = await reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200")
        assert len(await reader.readexactly(len(LARGE))) == len(LARGE)
        async with asyncio.timeout(10):
            while gate.files.total > 1:
                await asyncio.sleep(0.01)
        for _, writer in lines:
            writer.close()
        async with asyncio.timeout(10):
            while gate.files.total:
                await asyncio.sleep(0.01)


@pytest.mark.parametrize(("trusted", "place"), [(["127.0.0.1"], 200), ([], 503)])
async def test_a_network_that_reads_links_slowly_leaves_room_for_another(
    monkeypatch: pytest.MonkeyPatch, trusted: list[str], place: int
) -> None:
    """What a request says of its address counts where a trusted proxy says it."""
    monkeypatch.setattr(at_the_door, "MOST_OF_A_USER", 2)
    slow, gate = Slow(), a_gate(*trusted)
    async with served(slow, gate) as (base, session):
        lines = [await asked_for_the_large_one(base, "2001:db8::" + str(n)) for n in range(2)]
        async with asyncio.timeout(10):
            while gate.files.total < 2:
                await asyncio.sleep(0.01)
        told = {}
        for address in ("2001:db8::3", "2001:db8:0:1::1"):
            async with session.get(f"{base}/links/large", headers={"X-Forwarded-For": address}) as answer:
                told[address] = answer.status
        assert told == {"2001:db8::3": 503, "2001:db8:0:1::1": place}
        for _, writer in lines:
            writer.close()


async def test_who_reads_too_slowly_is_hung_up_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gates, "TAKE_SECONDS", 0.2)
    monkeypatch.setattr(gates, "LEAST_BYTES_A_SECOND", 2**30)
    slow, gate = Slow(), a_gate()
    async with served(slow, gate) as (base, _):
        reader, writer = await asked_for_the_large_one(base)
        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200")
        async with asyncio.timeout(10):
            while gate.files.total:
                await asyncio.sleep(0.01)
        with pytest.raises((asyncio.IncompleteReadError, ConnectionResetError)):
            await reader.readexactly(len(LARGE))
        writer.close()


async def test_descriptions_have_a_few_places_and_health_needs_none() -> None:
    slow, gate = Slow(), a_gate()
    async with served(slow, gate) as (base, session):
        assert fill(gate.requests, STRANGERS, "/metrics") == at_the_door.MOST_OF_A_USER
        told = {}
        for path in ("/metrics", "/openapi.json", "/healthz", "/readyz"):
            async with session.get(base + path) as answer:
                told[path] = answer.status
        assert told == {"/metrics": 503, "/openapi.json": 200, "/healthz": 200, "/readyz": 200}
        gate.requests.total = gates.MOST_REQUESTS
        async with session.get(f"{base}/openapi.json") as refused:
            assert refused.status == 503
        async with session.get(f"{base}/healthz") as answer:
            assert answer.status == 200


async def test_metrics_asked_for_again_at_once_are_those_that_were_told() -> None:
    """They take several milliseconds to count, and anybody may ask."""
    slow, gate = Slow(), a_gate()
    async with served(slow, gate) as (base, session):
        told = []
        for path in ("/metrics", "/v1/nothing", "/metrics"):
            async with session.get(base + path, headers=BOT) as answer:
                told.append(await answer.read())
        assert told[0] == told[2]


async def test_streams_of_events_have_places_of_their_own() -> None:
    slow, gate = Slow(), a_gate()
    gate.streams = Places(2)
    async with served(slow, gate) as (base, session), asyncio.TaskGroup() as group:
        group.create_task(session.get(f"{base}/v1/slow/events", headers=BOT))
        async with asyncio.timeout(10):
            while gate.streams.total < 1:
                await asyncio.sleep(0.01)
        async with session.get(f"{base}/v1/slow/events", headers=BOT) as refused:
            assert refused.status == 503
        slow.go.set()
        async with session.get(f"{base}/v1/slow", headers=BOT) as answered:
            assert answered.status == 200


async def test_a_connection_too_many_is_refused_unread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ports, "MOST_CONNECTIONS", 1)
    slow, gate = Slow(), a_gate()
    async with served(slow, gate) as (base, session), asyncio.TaskGroup() as group:
        first = group.create_task(session.get(f"{base}/v1/slow", headers=BOT))
        await opened(gate, 1)
        async with session.get(f"{base}/v1/slow", headers=BOT) as refused:
            assert (refused.status, refused.headers["Retry-After"]) == (503, "1")
            assert refused.content_type == "application/problem+json"
            assert json.loads(await refused.read())["code"] == "overloaded"
        slow.go.set()
        assert (await first).status == 200


async def test_a_connection_that_asks_is_not_idle_before_it_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    idle = idling.IdleConnections()
    monkeypatch.setattr(idling, "KNOWN_SECONDS", -1.0)
    first, second = Connected(), Connected()
    idle.rests(first, known=True)
    idle.rests(second, known=True)
    idle.touch(first)
    assert idle.hang_up()
    assert (first.ended, second.ended) == (False, True)


async def test_a_connection_on_which_nothing_is_asked_makes_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ports, "MOST_CONNECTIONS", 1)
    monkeypatch.setattr(idling, "STRANGER_SECONDS", 0.0)
    slow, gate = Slow(), a_gate()
    slow.go.set()
    async with served(slow, gate) as (base, session):
        reader, writer = await asyncio.open_connection("127.0.0.1", int(base.rpartition(":")[2]))
        writer.write(b"GET /v1/slow HTTP/1.1\r\n")  # and not a word more
        async with asyncio.timeout(10):
            while not gate.idle.strangers:
                await asyncio.sleep(0.01)
        async with session.get(f"{base}/v1/slow", headers=BOT) as answered:
            assert answered.status == 200
        assert await reader.read() == b""
        writer.close()


async def test_who_stops_serves_on_until_nobody_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(farewell, "QUIET_SECONDS", 0.3)
    slow, gate = Slow(), a_gate()
    slow.go.set()
    async with served(slow, gate) as (base, session), asyncio.TaskGroup() as group:
        async with session.get(f"{base}/v1/slow", headers=BOT) as before:
            assert before.headers.get("Connection") != "close"
        draining = group.create_task(gate.farewell.drain(30.0))
        await asyncio.sleep(0)
        async with session.get(f"{base}/v1/slow", headers=BOT) as answered:
            assert (answered.status, answered.headers["Connection"]) == (200, "close")
        assert not draining.done()
        await draining


async def test_who_asked_while_the_loop_was_busy_is_answered_before_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(farewell, "QUIET_SECONDS", 0.1)
    slow, gate = Slow(), Gate(as_called, Proxies(()))
    slow.go.set()
    async with served(slow, gate) as (base, session), asyncio.TaskGroup() as group:
        async with session.get(f"{base}/v1/slow", headers=BOT) as before:
            assert before.status == 200
        reader, writer = await asyncio.open_connection("127.0.0.1", int(base.rpartition(":")[2]))
        writer.write(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
        await reader.readuntil(b"ok\n")
        asked_at = gate.farewell.asked_at

        async def asked_when_drained() -> float:
            await gate.farewell.drain(30.0)
            return gate.farewell.asked_at

        drained = group.create_task(asked_when_drained())
        await asyncio.sleep(0)
        writer.write(b"GET /v1/slow HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer bot\r\n\r\n")
        time.sleep(0.2)  # longer than nobody asked
        assert await drained > asked_at
        assert b"Connection: close" in await reader.readuntil(b"at last")
        writer.close()


async def test_nobody_waits_who_serves_nobody() -> None:
    async with asyncio.timeout(1):
        await a_gate().farewell.drain(30.0)

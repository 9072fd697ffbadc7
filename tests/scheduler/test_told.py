"""Who was told that there is no room, and is refused unread for as long as that is so."""

import asyncio
from dataclasses import dataclass, field

import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request

from scheduler import doorstep, idle
from scheduler.accounts.model import Party
from scheduler.doorstep import Doorstep, head_of
from scheduler.places import Places
from tests.scheduler.test_doorstep import BOT, OTHER, House, asked


@dataclass(slots=True)
class Clock:
    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """What the doorsteps and the idle connections go by."""
    clock = Clock()
    monkeypatch.setattr(doorstep, "monotonic", clock)
    monkeypatch.setattr(idle, "monotonic", clock)
    return clock


@pytest.fixture
def house() -> House:
    return House()


def request_of(key: bytes) -> web.Request:
    return make_mocked_request("POST", "/v1/jobs", {"Authorization": key.decode()})


@pytest.fixture
def told(house: House, clock: Clock) -> House:
    """A house with no room for the bot, which knows."""
    house.gate.requests = Places(0)
    house.gate.doorsteps.refused(request_of(BOT), Party(BOT.decode()))
    return house


async def test_a_key_that_had_room_lately_is_not_refused_at_a_crowded_door(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = house.gate.doorsteps
    monkeypatch.setattr(house.gate, "is_crowded", lambda: True)
    assert not steps.is_told(head_of(asked()))
    steps.refused(request_of(BOT), Party(BOT.decode()))
    assert steps.is_told(head_of(asked()))
    assert not steps.is_told(head_of(asked(OTHER)))
    assert not steps.is_told(head_of(asked(path=b"/v1/jobs/1/cancel")))
    monkeypatch.setattr(doorstep, "TOLD_SECONDS", -1.0)
    steps.refused(request_of(BOT), Party(BOT.decode()))
    assert not steps.is_told(head_of(asked()))


def test_who_asks_on_while_there_is_no_room_is_not_read_in_between(told: House, clock: Clock) -> None:
    for _ in range(4):
        clock.now += doorstep.TOLD_SECONDS * 0.9
        assert told.gate.doorsteps.is_told(head_of(asked()))
    clock.now += doorstep.TOLD_SECONDS * 1.1
    assert not told.gate.doorsteps.is_told(head_of(asked()))


def test_whose_key_is_not_plain_to_see_is_read(told: House) -> None:
    assert not told.gate.doorsteps.is_told(head_of(asked(more=b"authorization: Bearer other\r\n")))
    assert not told.gate.doorsteps.is_told(head_of(asked().replace(b"Authorization", b"X-Authorization")))


def test_who_stops_refuses_nobody_unread(told: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """It tells each connection that it ends."""
    monkeypatch.setattr(told.gate.turnstile, "coming", 1000)
    told.gate.farewell.closing = True
    assert not told.gate.doorsteps.is_told(head_of(asked()))


@dataclass(slots=True)
class Wire(asyncio.Transport):
    """A connection of which somebody has taken all but so much."""

    left: int = 0
    written: list[bytes] = field(default_factory=list)

    def get_write_buffer_size(self) -> int:
        return self.left

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.written.append(bytes(data))


@dataclass(eq=False, slots=True)
class Inside:
    """The server's end: what it was given."""

    read: list[bytes] = field(default_factory=list)
    transport: object | None = None

    def force_close(self) -> None: ...
    def connection_made(self, transport: asyncio.BaseTransport) -> None: ...
    def connection_lost(self, error: Exception | None) -> None: ...
    def eof_received(self) -> None: ...
    def pause_writing(self) -> None: ...
    def resume_writing(self) -> None: ...
    def data_received(self, data: bytes) -> None:
        self.read.append(data)


async def test_what_is_refused_unread_is_no_idle_connection_s_and_nothing_gathers_for_who_takes_no_answers(
    told: House, clock: Clock
) -> None:
    wire, inside = Wire(), Inside()
    step = Doorstep(inside, told.gate.doorsteps)
    step.connection_made(wire)
    told.gate.idle.rests(inside)
    clock.now += 1.0
    step.data_received(asked())
    assert (len(wire.written), inside.read, told.gate.turnstile.coming) == (1, [], 0)
    assert told.gate.idle.strangers == {inside: clock.now}
    wire.left = 1
    step.data_received(asked())
    assert (len(wire.written), len(inside.read), told.gate.turnstile.coming) == (1, 1, 1)


def test_keys_that_were_told_are_forgotten_when_they_are_many(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doorstep, "MOST_TOLD", 2)
    for key in (b"a", b"b", b"c"):
        house.gate.doorsteps.refused(request_of(key), Party(key.decode()))
    assert list(house.gate.doorsteps.told) == [b"b", b"c"]

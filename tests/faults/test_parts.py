"""The machine itself: the same seed plans the same, and a proxy does what it is told."""

import asyncio
import subprocess
import sys
from contextlib import suppress
from itertools import islice
from pathlib import Path

import pytest

from tests.faults.blows.processes import DiskFull
from tests.faults.client import drawn
from tests.faults.failover import Figures
from tests.faults.people import populace
from tests.faults.plan import in_words, plan
from tests.faults.processes import SHIM
from tests.faults.proxy import Port, Wire
from tests.faults.script import script


def test_the_same_seed_makes_the_same_script_and_plan() -> None:
    def planned(seed: str) -> list[object]:
        blows = list(in_words(plan(seed, 50, 1.5, 40, 20)))
        return [*islice(script(seed, populace(seed)), 200), *blows]

    assert planned("1") == planned("1")
    assert planned("1") != planned("2")


def test_every_kind_of_fault_comes_in_a_long_plan() -> None:
    kinds = {type(blow.fault).__name__ for blow in plan("1", 400, 1.5, 40, 20)}

    assert kinds >= {"Killed", "ToldToStop", "Frozen", "ClockJumped", "DiskFull", "PostgresKilled", "PostgresRestarted"}
    assert kinds >= {"RedisKilled", "RedisFlushed", "SaidAgain", "Slow", "Cut", "HalfOpen", "RepliesDropped"}
    assert kinds >= {"TelegramTroubled", "TelegramRepeats", "DiscordTroubled", "DiscordRepeats", "GatewayTroubled"}
    assert kinds >= {"RedisAway", "SchedulersAway", "TelegramDisordered"}


def test_the_disk_is_full_for_schedulers_too() -> None:
    faults = [blow.fault for blow in plan("1", 1_000, 1.5, 40, 20)]
    struck = {fault.target for fault in faults if isinstance(fault, DiskFull)}

    assert struck >= {"scheduler-1", "scheduler-2", "worker-1"}


def test_people_bring_pictures_and_ask_for_large_ones() -> None:
    acts = list(islice(script("1", populace("1")), 300))
    pictured = {act.somebody.where for act in acts if act.pictured and act.deed == "ask"}

    assert pictured >= {"telegram", "api"}
    assert any("large" in act.words for act in acts)
    assert drawn(1) == drawn(1) != drawn(2)


async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while data := await reader.read(100):
            writer.write(data.upper())
            await writer.drain()
    writer.close()
    with suppress(ConnectionError):
        await writer.wait_closed()


async def test_a_wire_may_be_cut_deaf_and_half_open() -> None:
    server = await asyncio.start_server(echo, "127.0.0.1", 0)
    number = server.sockets[0].getsockname()[1]
    wire = Wire("us>server", lambda: asyncio.open_connection("127.0.0.1", number))
    port = Port(lambda: wire)
    await port.open()

    async def says(words: bytes) -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", port.number)
        try:
            writer.write(words)
            async with asyncio.timeout(0.2):
                return await reader.read(100)
        finally:
            writer.transport.abort()

    assert await says(b"hello") == b"HELLO"
    assert wire.lost_replies == 0
    wire.deaf = True
    with pytest.raises(TimeoutError):
        await says(b"hello")
    assert wire.lost_replies == 1
    wire.heal()
    wire.swallows = True
    with pytest.raises(TimeoutError):
        await says(b"hello")
    assert wire.lost_replies == 1  # it never came there
    wire.heal()
    wire.refuses = True
    with suppress(ConnectionError):
        assert await says(b"hello") == b""
    wire.heal()
    assert await says(b"hello") == b"HELLO"
    await port.close()
    server.close()
    await server.wait_closed()


def test_a_wrong_clock_is_wrong_everywhere(tmp_path: Path) -> None:
    clock = tmp_path / "clock"
    clock.write_text("90000")
    code = """
import time; from datetime import UTC, datetime; from pydantic import TypeAdapter
wrong = time.time() - time.clock_gettime(time.CLOCK_REALTIME)
days = (datetime.now(UTC) - datetime.fromtimestamp(time.clock_gettime(time.CLOCK_REALTIME), UTC)).days
read = TypeAdapter(datetime).validate_json('"2026-01-01T00:00:00Z"')
assert isinstance(read, datetime)
print(89999 < wrong < 90030, days, datetime.now(UTC) > read)
"""
    environment = {"PYTHONPATH": str(SHIM), "FAULTS_CLOCK": str(clock)}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)
    assert done.stdout.split() == ["True", "1", "True"], done.stderr


def test_a_failover_that_leaves_jobs_open_is_no_good_one() -> None:
    assert Figures(killed=[1.0], frozen=[2.0]).good
    assert not Figures(killed=[1.0], frozen=[2.0], never_ended=1).good
    assert not Figures(killed=[1.0], frozen=[3.5]).good

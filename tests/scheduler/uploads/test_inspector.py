"""Looking at pictures in processes of their own: quick, fair, and ended when they take too long."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from scheduler.artifacts.checks import CheckedPicture, Fault, Unfit
from scheduler.uploads import inspector as module
from scheduler.uploads.inspector import Inspector, NotLookedAt, inspecting
from scheduler.uploads.turns import Turns
from tests.scheduler.artifacts.test_checks import a_file

ANN, BEN = 1, 2


@pytest.fixture
async def inspector() -> AsyncIterator[Inspector]:
    async with inspecting() as opened:
        yield opened


async def look(inspector: Inspector, content: bytes, user_id: int = ANN) -> CheckedPicture:
    return await inspector.look(user_id, content, lambda: True)


def pids() -> set[int]:
    """Of the processes that look at pictures for this one."""
    mine = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
    return {int(pid) for pid in mine if b"uploads.looking" in Path(f"/proc/{pid}/cmdline").read_bytes()}


def hurried(monkeypatch: pytest.MonkeyPatch, cpu_seconds: float) -> None:
    """The processes have less time for each picture."""
    program = f"from scheduler.uploads import looking; looking.CPU_SECONDS = {cpu_seconds}; looking.main()"
    monkeypatch.setattr(module, "PROGRAM", ("-c", program))


async def test_one_process_looks_at_one_picture_after_another(inspector: Inspector) -> None:
    first = await look(inspector, a_file("PNG", "RGBA", (300, 200)))
    used = pids()
    with pytest.raises(Unfit) as refused:
        await look(inspector, a_file(size=(8, 400)))
    second = await look(inspector, a_file("WEBP"), BEN)

    assert (first.format, first.width, first.height, first.content[:4]) == ("png", 300, 200, b"\x89PNG")
    assert (refused.value.fault, refused.value.facts) == (Fault.TOO_SMALL, {"shortest_side": 16})
    assert (second.format, second.content[:2]) == ("jpeg", b"\xff\xd8")
    assert len(used) == 1
    assert pids() == used
    await inspector.close()
    assert pids() == set()


async def test_where_strangers_bytes_are_decoded_no_setting_is_known(
    inspector: Inspector, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TESSERA_DATABASE_URL", "postgresql://me:secret@host/tessera")
    await look(inspector, a_file())
    [pid] = pids()

    assert b"TESSERA" not in Path(f"/proc/{pid}/environ").read_bytes()
    limits = Path(f"/proc/{pid}/limits").read_text()
    assert f"{2**30}" in next(line for line in limits.splitlines() if line.startswith("Max address space"))


async def test_a_picture_that_takes_too_long_is_broken(inspector: Inspector, monkeypatch: pytest.MonkeyPatch) -> None:
    hurried(monkeypatch, 0.1)
    with pytest.raises(Unfit) as refused:
        await look(inspector, a_file("PNG", "RGBA", (3000, 3000)))

    assert refused.value.fault is Fault.BROKEN
    assert pids() == set()
    assert (await look(inspector, a_file())).width == 40


async def test_who_is_told_to_end_is_the_scheduler(inspector: Inspector) -> None:
    await look(inspector, a_file())
    [pid] = pids()
    os.kill(pid, signal.SIGTERM)
    await look(inspector, a_file())

    assert pids() == {pid}


async def test_a_process_that_is_killed_or_hangs_says_nothing_of_the_picture(
    inspector: Inspector, monkeypatch: pytest.MonkeyPatch
) -> None:
    await look(inspector, a_file())
    [pid] = pids()
    os.kill(pid, signal.SIGSTOP)
    monkeypatch.setattr(module, "LONGEST_SECONDS", 0.2)
    with pytest.raises(NotLookedAt):
        await look(inspector, a_file())
    assert pids() == set()

    monkeypatch.setattr(module, "LONGEST_SECONDS", 20.0)
    await look(inspector, a_file())
    [pid] = pids()
    os.kill(pid, signal.SIGSTOP)
    async with asyncio.TaskGroup() as group:
        looking = group.create_task(look_in_vain(inspector))
        while inspector.idle:
            await asyncio.sleep(0)
        os.kill(pid, signal.SIGKILL)
    assert looking.result()
    assert (await look(inspector, a_file())).width == 40


async def look_in_vain(inspector: Inspector) -> bool:
    with pytest.raises(NotLookedAt):
        await look(inspector, a_file())
    return True


async def test_what_is_called_off_ends_at_once(inspector: Inspector) -> None:
    await look(inspector, a_file())
    [pid] = pids()
    os.kill(pid, signal.SIGSTOP)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.1):
            await look(inspector, a_file())

    assert pids() == set()
    assert (await look(inspector, a_file())).width == 40


async def test_whoever_has_left_keeps_nobody_waiting(inspector: Inspector) -> None:
    with pytest.raises(NotLookedAt):
        await inspector.look(ANN, a_file(), lambda: False)

    assert pids() == set()


async def test_processes_that_have_nothing_to_do_end(inspector: Inspector, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "IDLE_SECONDS", 0.0)
    await look(inspector, a_file())
    async with asyncio.timeout(5):
        while pids():
            await asyncio.sleep(0.01)

    assert (await look(inspector, a_file())).width == 40


async def test_one_user_never_holds_all_places() -> None:
    turns, inside = Turns(2), list[int]()
    go = asyncio.Event()

    async def hold(user_id: int) -> None:
        async with turns.turn(user_id):
            inside.append(user_id)
            await go.wait()

    async with asyncio.TaskGroup() as group:
        for user_id in (ANN, ANN, ANN, BEN):
            group.create_task(hold(user_id))
        await asyncio.sleep(0)
        assert inside == [ANN, BEN]
        go.set()

    assert inside == [ANN, BEN, ANN, ANN]
    assert (turns.inside, turns.waiting) == (set(), [])


async def test_whoever_gives_up_waiting_takes_no_place() -> None:
    turns = Turns(1)
    async with turns.turn(ANN):
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.01), turns.turn(BEN):
                raise AssertionError("there was no place")
    async with turns.turn(BEN):
        assert turns.inside == {BEN}

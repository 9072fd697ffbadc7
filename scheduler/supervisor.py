"""Runs loops side by side until told to stop: the only place, beside TaskGroups, where tasks are started."""

import asyncio
import signal
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import structlog

log = structlog.get_logger(__name__)

LONGEST_PAUSE_SECONDS = 3.0
PULSE_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Loop:
    """A tick does one round and says whether there is more; else the loop waits `every` seconds, or for `wake`."""

    name: str
    tick: Callable[[], Awaitable[bool | None]]
    every: float  # seconds
    wake: asyncio.Event = field(default_factory=asyncio.Event)


async def run(loops: Sequence[Loop], stop: asyncio.Event) -> None:
    """Run the loops until `stop` is set; a tick under way is finished, never cut."""
    async with asyncio.TaskGroup() as group:
        group.create_task(wake_all(loops, stop))
        for loop in loops:
            group.create_task(turn(loop, stop), name=loop.name)


async def wake_all(loops: Sequence[Loop], stop: asyncio.Event) -> None:
    """No loop sleeps through `stop`; one waiter for all, so that a loop that waits costs next to nothing."""
    await stop.wait()
    for loop in loops:
        loop.wake.set()


async def turn(loop: Loop, stop: asyncio.Event) -> None:
    """Tick one loop until `stop`, which also wakes it; a tick that raises is logged and tried again after a growing
    pause."""
    failures = 0
    while not stop.is_set():
        loop.wake.clear()
        try:
            more = await loop.tick()
            failures = 0
        except Exception as error:  # the top of a tick is where every error ends
            failures += 1
            more = False
            log.warning(
                "loop.failed", loop=loop.name, failures=failures, error=type(error).__name__, exc_info=failures == 1
            )
        if failures:
            await wait_any(min(0.1 * 2**failures, LONGEST_PAUSE_SECONDS), stop)
        elif not more:
            with suppress(TimeoutError):
                async with asyncio.timeout(loop.every):
                    await loop.wake.wait()


def pulse(file: Path | None) -> list[Loop]:
    """A loop that touches a file, by which one can see from outside that the loops of this process turn."""

    return [Loop("pulse", partial(asyncio.to_thread, file.touch), every=PULSE_SECONDS)] if file else []


async def wait_any(seconds: float | None, *events: asyncio.Event) -> None:
    """Return when one of the events is set or the time is over."""
    if any(event.is_set() for event in events):
        return
    async with asyncio.TaskGroup() as group:
        waiters = [group.create_task(event.wait()) for event in events]
        await asyncio.wait(waiters, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        for waiter in waiters:
            waiter.cancel()


async def sleep(seconds: float, stop: asyncio.Event) -> bool:
    """Wait, but no longer than until `stop`; returns whether stop was set."""
    with suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), seconds)
    return stop.is_set()


def stop_on_signals(stop: asyncio.Event) -> None:
    """Set `stop` at SIGTERM and SIGINT."""
    running = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        running.add_signal_handler(number, stop.set)

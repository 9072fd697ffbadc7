"""Callers in a closed loop: each waits for its own answer before it asks again."""

import asyncio
import gc
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from tests.benchmarks.disk import probe
from tests.benchmarks.figures import Run

WARM_SECONDS = 0.4

Ask = Callable[[], Awaitable[None]]


async def drive(asks: Sequence[Ask], seconds: float, folder: Path) -> Run:
    """One caller for each of `asks`, warmed up first, between two looks at the disk."""
    await calls(asks, WARM_SECONDS)
    before = probe(folder)
    gc.collect()
    started = time.perf_counter()
    taken = await calls(asks, seconds)
    passed = time.perf_counter() - started
    return Run(len(taken) / passed, taken, (before, probe(folder)))


async def calls(asks: Sequence[Ask], seconds: float) -> list[float]:
    """How long each call took."""
    taken: list[float] = []
    until = time.perf_counter() + seconds

    async def caller(ask: Ask) -> None:
        while (began := time.perf_counter()) < until:
            await ask()
            taken.append(time.perf_counter() - began)

    async with asyncio.TaskGroup() as group:
        for ask in asks:
            group.create_task(caller(ask))
    return taken


@asynccontextmanager
async def beside(*loops: Callable[[asyncio.Event], Awaitable[None]]) -> AsyncIterator[None]:
    """Loops that run until the body is done."""
    stop = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        for loop in loops:
            group.create_task(until_stopped(loop, stop))
        try:
            yield
        finally:
            stop.set()


async def until_stopped(loop: Callable[[asyncio.Event], Awaitable[None]], stop: asyncio.Event) -> None:
    await loop(stop)

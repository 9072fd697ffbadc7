"""Wakes whoever waits for something to change, so that no test needs to poll or to sleep."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

Found = TypeVar("Found")


class Changes:
    """One pulse for many waiters inside one event loop."""

    def __init__(self) -> None:
        self._pulse = asyncio.Event()

    def announce(self) -> None:
        self._pulse.set()
        self._pulse = asyncio.Event()

    async def next(self) -> None:
        """Return at the next announcement."""
        await self._pulse.wait()

    async def until(self, probe: Callable[[], Found], timeout: float) -> Found:
        """The first true value of the probe, asked now and after each change; TimeoutError when none comes."""
        async with asyncio.timeout(timeout):
            while not (found := probe()):
                await self.next()
        return found

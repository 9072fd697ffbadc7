"""Waiting for something to become true, woken by events instead of by a clock."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


class Changes:
    """Wakes everybody who waits whenever something happened."""

    def __init__(self) -> None:
        self._waiting: set[asyncio.Event] = set()

    def happened(self) -> None:
        for event in self._waiting:
            event.set()

    async def until(self, probe: Callable[[], T | None], timeout: float) -> T:
        """Return the first value of `probe` that is true; raise TimeoutError after `timeout` seconds."""
        event = asyncio.Event()
        self._waiting.add(event)
        try:
            async with asyncio.timeout(timeout):
                while not (value := probe()):
                    await event.wait()
                    event.clear()
                return value
        finally:
            self._waiting.discard(event)

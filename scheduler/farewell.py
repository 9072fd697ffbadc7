"""How a server stops: it serves on, but each answer ends its connection, until nobody asks any more."""

import asyncio
from time import monotonic

from aiohttp import web

from scheduler.port import Port

QUIET_SECONDS = 1.0  # nobody asks any more: whoever sends requests here has seen that this process stops
LAST_SECONDS = 0.5  # for the requests of those who were at the port when it closed
LOOK_SECONDS = 0.05
TURNS = 8  # of the event loop, until what lies in a socket has been read and has asked


class Farewell:
    """`asked` and `part` belong around each request that does not last as long as its client likes."""

    def __init__(self) -> None:
        self.closing = False
        self.asked_at = float("-inf")

    def asked(self) -> None:
        self.asked_at = monotonic()

    def part(self, response: web.StreamResponse) -> None:
        """Before an answer is sent: the next request of this client finds another process."""
        if self.closing:
            response.force_close()

    async def leave(self, port: Port, most_seconds: float, *, shared: bool) -> None:
        """Drain, and let nobody in any more; those who were at the port are answered. `shared`: others are at the same
        port, so that nobody need be let in from now on."""
        self.closing = True
        if shared:
            self._close(port)
        await self.drain(most_seconds)
        self._close(port)
        await self._quiet(LAST_SECONDS)

    async def drain(self, most_seconds: float) -> None:
        """Serve on until nobody asks any more, or the time is over."""
        self.closing = True
        await self._quiet(most_seconds)

    def _close(self, port: Port) -> None:
        if port.close():
            self.asked()

    async def _quiet(self, most_seconds: float) -> None:
        until = monotonic() + most_seconds
        while monotonic() < min(until, self.asked_at + QUIET_SECONDS):
            await asyncio.sleep(LOOK_SECONDS)
            for _ in range(TURNS):  # a loop that was busy looks at the clock before it looks at its sockets
                await asyncio.sleep(0)

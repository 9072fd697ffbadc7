"""The turnstile at the door: only so many requests begin in one turn of the event loop.

What has begun waits for the database in several turns. When thousands begin in one, each turn takes as long as all
their refusals together, and the few that are served wait for many such turns."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from aiohttp import web

A_TURN = 32  # requests: about 3 ms of refusals

MOST_WAITING = A_TURN

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(slots=True)
class Turnstile:
    """Who comes too late for this turn waits for the next one, in the order of coming."""

    left: int = A_TURN
    waiting: deque[asyncio.Future[None]] = field(default_factory=deque)
    coming: int = 0  # in this turn, and not here yet
    turning: bool = False

    @web.middleware
    async def middleware(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        await self.passed()
        return await handler(request)

    def is_crowded(self) -> bool:
        """Whether who comes now waits for more than a few turns."""
        return len(self.waiting) + self.coming > MOST_WAITING

    def expect(self) -> None:
        """A request is on its way here."""
        self.coming += 1
        self._keep_turning()

    async def passed(self) -> None:
        """Return when it is this one's turn."""
        self._keep_turning()
        if self.left:
            self.left -= 1
            return
        place = asyncio.get_running_loop().create_future()
        self.waiting.append(place)
        await place

    def turn(self) -> None:
        """Let the next ones pass; nobody turns it while nobody comes."""
        self.turning = False
        if self.coming or self.left < A_TURN:
            self._keep_turning()
        self.coming = 0
        self.left = A_TURN
        while self.left and self.waiting:
            place = self.waiting.popleft()
            if not place.done():  # gone
                place.set_result(None)
                self.left -= 1

    def _keep_turning(self) -> None:
        if not self.turning:
            self.turning = True
            asyncio.get_running_loop().call_soon(self.turn)

"""Turns at something that few may do at once: a user has one at a time, so that nobody holds all of them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Turns:
    """Whoever has none is let in in the order of coming; it takes two users to keep a third waiting at two places."""

    def __init__(self, at_once: int) -> None:
        self.at_once = at_once
        self.inside: set[int] = set()
        self.waiting: list[tuple[int, asyncio.Future[None]]] = []

    @asynccontextmanager
    async def turn(self, user_id: int) -> AsyncIterator[None]:
        """Wait for a place, and have it while inside."""
        place = user_id, asyncio.get_running_loop().create_future()
        self.waiting.append(place)
        self._let_in()
        try:
            await place[1]
            yield
        finally:
            if place in self.waiting:  # called off before it came
                self.waiting.remove(place)
            else:
                self.inside.discard(user_id)
                self._let_in()

    def _let_in(self) -> None:
        for place in list(self.waiting):
            user_id, let_in = place
            if len(self.inside) >= self.at_once:
                return
            if user_id not in self.inside and not let_in.done():
                self.inside.add(user_id)
                self.waiting.remove(place)
                let_in.set_result(None)

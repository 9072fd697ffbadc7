"""The bots that listen to a studio's events."""

import asyncio
from collections.abc import AsyncIterator

from scheduler.errors import Unreachable
from scheduler.jobs.model import JobEvent


class Listeners(set[asyncio.Queue[JobEvent | None]]):
    """One queue for each."""

    async def heard(self) -> AsyncIterator[JobEvent]:
        """What one more of them hears, until it is cut off."""
        queue: asyncio.Queue[JobEvent | None] = asyncio.Queue()
        self.add(queue)
        try:
            while (event := await queue.get()) is not None:
                yield event
        finally:
            self.discard(queue)
        raise Unreachable("cut")

    def tell(self, event: JobEvent | None) -> None:
        """None cuts them off."""
        for queue in self:
            queue.put_nowait(event)

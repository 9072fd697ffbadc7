"""A self-clocking micro-batch: whatever waits while the last batch is being written goes together into the next one."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from scheduler.database import CONTENTION, is_outage
from scheduler.errors import Code, Refused

Q = TypeVar("Q")
A = TypeVar("A")

FEW = 8  # items that are not worth two batches


class Batcher(Generic[Q, A]):
    """`put` waits for its own answer. A batch that fails as a whole is tried again one by one, so that a poisonous
    item, or one that waits for a lock, harms nobody else; `flush` must therefore leave nothing behind when it raises.
    While the database is away everybody is told so at once.

    With several `lanes` so many batches are written side by side: one is prepared while another is stored. `afterwards`
    is told of every answered batch and holds up neither the answers nor the next batch."""

    def __init__(
        self,
        flush: Callable[[Sequence[Q]], Awaitable[Sequence[A]]],
        *,
        limit: int = 200,
        most_waiting: int = 5000,
        lanes: int = 1,
        afterwards: Callable[[Sequence[A]], Awaitable[None]] | None = None,
    ) -> None:
        self.flush = flush
        self.limit = limit
        self.most_waiting = most_waiting
        self.lanes = self.idle = lanes
        self.afterwards = afterwards
        self.waiting: deque[tuple[Q, asyncio.Future[A]]] = deque()
        self.wake = asyncio.Event()

    async def put(self, item: Q) -> A:
        """Answer of one item; refused as OVERLOADED when too much waits already."""
        if len(self.waiting) >= self.most_waiting:
            raise Refused.because(Code.OVERLOADED, retry_after_seconds=1.0)
        future: asyncio.Future[A] = asyncio.get_running_loop().create_future()
        self.waiting.append((item, future))
        self.wake.set()
        return await future

    async def run(self, stop: asyncio.Event) -> None:
        """Write batches until `stop` is set and nothing waits."""
        async with asyncio.TaskGroup() as group:
            stopper = group.create_task(self._wake_at(stop))
            async with asyncio.TaskGroup() as lanes:
                for _ in range(self.lanes):
                    lanes.create_task(self._lane(stop, group))
            stopper.cancel()

    async def _wake_at(self, stop: asyncio.Event) -> None:
        await stop.wait()
        self.wake.set()

    async def _lane(self, stop: asyncio.Event, group: asyncio.TaskGroup) -> None:
        while self.waiting or not stop.is_set():
            if not self.waiting:
                self.wake.clear()
                await self.wake.wait()
                continue
            batch = [self.waiting.popleft() for _ in range(self._share())]
            self.idle -= 1
            answers = await self._write(batch)
            self.idle += 1
            if self.afterwards and answers:
                group.create_task(self.afterwards(answers))

    def _share(self) -> int:
        """How much of what waits goes into this batch: the idle lanes share more than a few."""
        most = len(self.waiting)
        return min(self.limit, most if most <= FEW else -(-most // self.idle))

    async def _write(self, batch: list[tuple[Q, asyncio.Future[A]]]) -> list[A]:
        """Store a batch and hand out its answers; returns them."""
        try:
            answers = await self.flush([item for item, _ in batch])
        except Exception as error:  # noqa: BLE001 - each caller gets it
            if len(batch) == 1 or (is_outage(error) and not isinstance(error, CONTENTION)):
                for _, future in batch:
                    settle(future, error)
                return []
            return [answer for one in batch for answer in await self._write([one])]
        for (_, future), answer in zip(batch, answers, strict=True):
            if not future.done():
                future.set_result(answer)
        return list(answers)


def settle(future: asyncio.Future[A], error: Exception) -> None:
    """Give the error to whoever still waits for it."""
    if not future.done():
        future.set_exception(error)

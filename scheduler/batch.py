"""A self-clocking micro-batch: whatever waits while the last batch is being written goes together into the next one."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from scheduler.database import CONTENTION, is_outage
from scheduler.errors import Code, Refused

Q = TypeVar("Q")
A = TypeVar("A")


class Batcher(Generic[Q, A]):
    """`put` waits for its own answer. A batch that fails as a whole is tried again one by one, so that a poisonous
    item, or one that waits for a lock, harms nobody else; `flush` must therefore leave nothing behind when it raises.
    While the database is away everybody is told so at once."""

    def __init__(
        self, flush: Callable[[Sequence[Q]], Awaitable[Sequence[A]]], *, limit: int = 200, most_waiting: int = 5000
    ) -> None:
        self.flush = flush
        self.limit = limit
        self.most_waiting = most_waiting
        self.waiting: deque[tuple[Q, asyncio.Future[A]]] = deque()
        self.wake = asyncio.Event()

    async def put(self, item: Q) -> A:
        """Answer of one item; refused as OVERLOADED when too much waits already."""
        if len(self.waiting) >= self.most_waiting:
            raise Refused.because(Code.OVERLOADED, retry_after_seconds=1.0)
        return await self._add(item)

    async def put_all(self, items: Sequence[Q]) -> list[A | BaseException]:
        """Answers of items that came together, or what went wrong with each; never refused."""
        return await asyncio.gather(*(self._add(item) for item in items), return_exceptions=True)

    def _add(self, item: Q) -> asyncio.Future[A]:
        future: asyncio.Future[A] = asyncio.get_running_loop().create_future()
        self.waiting.append((item, future))
        self.wake.set()
        return future

    async def run(self, stop: asyncio.Event) -> None:
        """Write batches until `stop` is set and nothing waits."""
        async with asyncio.TaskGroup() as group:
            stopper = group.create_task(self._wake_at(stop))
            while not (stop.is_set() and not self.waiting):
                if not self.waiting:
                    self.wake.clear()
                    await self.wake.wait()
                    continue
                await self._write([self.waiting.popleft() for _ in range(min(self.limit, len(self.waiting)))])
            stopper.cancel()

    async def _wake_at(self, stop: asyncio.Event) -> None:
        await stop.wait()
        self.wake.set()

    async def _write(self, batch: list[tuple[Q, asyncio.Future[A]]]) -> None:
        try:
            answers = await self.flush([item for item, _ in batch])
        except Exception as error:  # noqa: BLE001 - each caller gets it
            if len(batch) == 1 or (is_outage(error) and not isinstance(error, CONTENTION)):
                for _, future in batch:
                    settle(future, error)
            else:
                for one in batch:
                    await self._write([one])
            return
        for (_, future), answer in zip(batch, answers, strict=True):
            if not future.done():
                future.set_result(answer)


def settle(future: asyncio.Future[A], error: Exception) -> None:
    """Give the error to whoever still waits for it."""
    if not future.done():
        future.set_exception(error)

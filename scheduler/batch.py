"""A self-clocking micro-batch: whatever waits while the last batch is being written goes together into the next one."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Hashable, Sequence
from typing import Generic, TypeVar

from scheduler.database import CONTENTION, is_outage
from scheduler.errors import Code, Refused

Q = TypeVar("Q")
A = TypeVar("A")

LEAST_SHARE = 8  # items: so few are never divided among writers


class Again:
    """The answer to an item that could not be written: what it depends on was changed by somebody else."""


AGAIN = Again()

Flush = Callable[[Sequence[Q]], Awaitable[Sequence[A | Again]]]
Waiter = tuple[Q, asyncio.Future[A]]


class Batcher(Generic[Q, A]):
    """`put` waits for its own answer. A batch that fails as a whole is tried again one by one, so that a poisonous
    item, or one that waits for a lock, harms nobody else; `flush` must therefore leave nothing behind when it raises.
    While the database is away everybody is told so at once.

    Several `writers` share what there is, so that one batch is made ready while another is written. Items of one
    `owner` are never in two batches at a time, and are written in the order they came. What `flush` answers with AGAIN
    goes through `again`.
    """

    def __init__(
        self,
        flush: Flush[Q, A],
        *,
        again: Flush[Q, A] | None = None,
        writers: int = 1,
        owner: Callable[[Q], Hashable] | None = None,
        limit: int = 200,
        most_waiting: int = 5000,
    ) -> None:
        self.flush = flush
        self.again = again or flush
        self.writers = writers
        self.owner = owner
        self.limit = limit
        self.most_waiting = most_waiting
        self.waiting: deque[Waiter[Q, A]] = deque()
        self.behind: dict[Hashable, list[Waiter[Q, A]]] = {}  # owners of what is being written -> their next items
        self.held = 0  # of these
        self.writing = 0
        self.wake = asyncio.Event()

    async def put(self, item: Q) -> A:
        """Answer of one item; refused as OVERLOADED when too much waits already."""
        if len(self.waiting) + self.held >= self.most_waiting:
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
            async with asyncio.TaskGroup() as writers:
                for _ in range(self.writers):
                    writers.create_task(self._write_all(stop))
            stopper.cancel()

    async def _wake_at(self, stop: asyncio.Event) -> None:
        await stop.wait()
        self.wake.set()

    async def _write_all(self, stop: asyncio.Event) -> None:
        while not (stop.is_set() and not self.waiting and not self.held):
            batch = self._next()
            if batch:
                await self._write(batch, self.flush)
                self._done(batch)
                await asyncio.sleep(0)  # who was answered asks again at once, and goes into the very next batch
            else:
                self.wake.clear()
                await self.wake.wait()
        self.wake.set()  # the other writers may end, too

    def _next(self) -> list[Waiter[Q, A]]:
        """A writer's share of what waits, the oldest first, without what must wait for its owner's items."""
        share = max(LEAST_SHARE, -(-(len(self.waiting) + self.writing) // self.writers))
        most = min(self.limit, share) if self.writers > 1 else self.limit
        batch: list[Waiter[Q, A]] = []
        while self.waiting and len(batch) < most:
            one = self.waiting.popleft()
            if self.owner and (held := self.behind.get(self.owner(one[0]))) is not None:
                held.append(one)
                self.held += 1
            else:
                batch.append(one)
        if self.owner:
            self.behind |= {self.owner(item): [] for item, _ in batch}
        self.writing += len(batch)
        return batch

    def _done(self, batch: list[Waiter[Q, A]]) -> None:
        """What waited for the batch is first in line now."""
        self.writing -= len(batch)
        if self.owner:
            for owner in dict.fromkeys(self.owner(item) for item, _ in batch):
                held = self.behind.pop(owner)
                self.held -= len(held)
                self.waiting.extendleft(reversed(held))
        if self.waiting:
            self.wake.set()

    async def _write(self, batch: list[Waiter[Q, A]], flush: Flush[Q, A]) -> None:
        try:
            answers = await flush([item for item, _ in batch])
        except Exception as error:  # noqa: BLE001 - each caller gets it
            if len(batch) == 1 or (is_outage(error) and not isinstance(error, CONTENTION)):
                for _, future in batch:
                    settle(future, error)
            else:
                for one in batch:
                    await self._write([one], flush)
            return
        left = []
        for one, answer in zip(batch, answers, strict=True):
            if isinstance(answer, Again):
                left.append(one)
            elif not one[1].done():
                one[1].set_result(answer)
        if left:
            await self._write(left, self.again)


def settle(future: asyncio.Future[A], error: Exception) -> None:
    """Give the error to whoever still waits for it."""
    if not future.done():
        future.set_exception(error)

"""The self-clocking batch: what waits goes together, and nobody pays for somebody else's poison."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

import asyncpg
import pytest

from scheduler.batch import AGAIN, Again, Batcher
from scheduler.errors import Code, Refused


async def run(batcher: Batcher[int, int], items: Sequence[int]) -> list[Any]:
    """The answers, or what was raised, for items put at once."""
    stop = asyncio.Event()
    async with asyncio.timeout(5), asyncio.TaskGroup() as group:
        group.create_task(batcher.run(stop))
        answers = await asyncio.gather(*(batcher.put(item) for item in items), return_exceptions=True)
        stop.set()
    return answers


def doubling(batches: list[list[int]], fail: Callable[[Sequence[int]], Exception | None] = lambda items: None) -> Any:
    async def flush(items: Sequence[int]) -> list[int]:
        batches.append(list(items))
        await asyncio.sleep(0)
        if error := fail(items):
            raise error
        return [2 * item for item in items]

    return flush


async def test_what_waits_while_a_batch_is_written_goes_into_the_next() -> None:
    batches: list[list[int]] = []
    batcher = Batcher(doubling(batches), limit=4)
    answers = await run(batcher, range(10))

    assert answers == [2 * n for n in range(10)]
    assert batches == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]]


async def test_a_poisonous_item_harms_nobody_else() -> None:
    batcher = Batcher(doubling([], lambda items: ValueError() if 3 in items else None))
    answers = await run(batcher, range(5))

    assert isinstance(answers[3], ValueError)
    assert [answers[n] for n in (0, 1, 2, 4)] == [0, 2, 4, 8]


async def test_an_item_that_waits_for_a_lock_holds_up_nobody_else() -> None:
    batcher = Batcher(doubling([], lambda items: asyncpg.LockNotAvailableError() if 3 in items else None))

    assert [isinstance(answer, Exception) for answer in await run(batcher, range(5))] == [False] * 3 + [True, False]


async def test_while_the_database_is_away_everybody_is_told_at_once() -> None:
    batches: list[list[int]] = []
    batcher = Batcher(doubling(batches, lambda items: ConnectionRefusedError()))
    answers = await run(batcher, range(100))

    assert all(isinstance(answer, ConnectionRefusedError) for answer in answers)
    assert len(batches) == 1


async def test_more_than_can_wait_is_refused() -> None:
    batcher = Batcher(doubling([]), most_waiting=3)
    answers = await run(batcher, range(5))

    assert answers[:3] == [0, 2, 4]
    assert [isinstance(answer, Refused) and answer.refusal.code for answer in answers[3:]] == [Code.OVERLOADED] * 2


async def test_what_waits_at_the_stop_is_still_written() -> None:
    stop = asyncio.Event()
    batcher = Batcher(doubling([]))
    async with asyncio.timeout(5), asyncio.TaskGroup() as group:
        waiting = group.create_task(batcher.put(1))
        await asyncio.sleep(0)
        stop.set()
        group.create_task(batcher.run(stop))

    assert waiting.result() == 2


async def test_whoever_gave_up_waiting_disturbs_nobody() -> None:
    batcher = Batcher(doubling([]))
    impatient = asyncio.ensure_future(batcher.put(1))
    await asyncio.sleep(0)
    impatient.cancel()
    with pytest.raises(asyncio.CancelledError):
        await impatient

    assert await run(batcher, [2]) == [4]


async def test_writers_share_what_there_is() -> None:
    batches: list[list[int]] = []
    batcher = Batcher(doubling(batches), writers=2)

    assert await run(batcher, range(40)) == [2 * n for n in range(40)]
    assert batches == [list(range(20)), list(range(20, 40))]


async def test_so_few_are_not_divided() -> None:
    batches: list[list[int]] = []
    await run(Batcher(doubling(batches), writers=2), range(8))

    assert batches == [list(range(8))]


async def test_items_of_one_owner_are_written_one_batch_after_the_other_in_order() -> None:
    """Twenty owners ask twice: the second time waits for the first, however many write."""
    written: list[int] = []
    under_way: set[int] = set()

    async def flush(items: Sequence[int]) -> list[int]:
        owners = {item % 20 for item in items}
        assert not owners & under_way
        under_way.update(owners)
        for _ in items:
            await asyncio.sleep(0)
        under_way.difference_update(owners)
        written.extend(items)
        return list(items)

    batcher = Batcher(flush, writers=3, owner=lambda item: item % 20, limit=12)
    assert await run(batcher, range(80)) == list(range(80))
    for owner in range(20):
        assert [item for item in written if item % 20 == owner] == [owner + 20 * n for n in range(4)]
    assert (batcher.behind, batcher.held, batcher.writing) == ({}, 0, 0)


async def test_what_could_not_be_written_is_written_again_and_the_rest_is_not() -> None:
    batches: list[list[int]] = []

    async def flush(items: Sequence[int]) -> list[int | Again]:
        batches.append(list(items))
        return [AGAIN if item % 2 else item for item in items]

    answers = await run(Batcher(flush, again=doubling(batches)), range(6))
    assert answers == [0, 2, 2, 6, 4, 10]
    assert batches == [list(range(6)), [1, 3, 5]]


async def test_poison_among_what_is_written_again_harms_nobody_else() -> None:
    async def flush(items: Sequence[int]) -> list[int | Again]:
        return [AGAIN for _ in items]

    again = doubling([], lambda items: ValueError() if 3 in items else None)
    answers = await run(Batcher(flush, again=again), range(5))
    assert [isinstance(answer, ValueError) for answer in answers] == [False] * 3 + [True, False]


async def test_who_is_answered_and_asks_again_is_in_the_very_next_batch() -> None:
    """Else those who came while a batch was written and those who were in it take turns, in batches half as large."""
    batches: list[list[int]] = []
    double = doubling(batches)
    under_way = asyncio.Event()

    async def flush(items: Sequence[int]) -> Any:
        under_way.set()
        for _ in range(4):
            await asyncio.sleep(0)
        return await double(items)

    batcher: Batcher[int, int] = Batcher(flush)

    async def caller(number: int) -> None:
        for _ in range(3):
            await batcher.put(number)

    stop = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        group.create_task(batcher.run(stop))
        async with asyncio.TaskGroup() as callers:
            for number in range(4):
                callers.create_task(caller(number))
            await under_way.wait()
            for number in range(4, 8):
                callers.create_task(caller(number))
        stop.set()

    assert [len(batch) for batch in batches] == [4, 8, 8, 4]

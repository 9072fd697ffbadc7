"""The turnstile: few begin in one turn of the loop, in the order of coming, and what has begun goes on meanwhile."""

import asyncio

from scheduler.turnstile import A_TURN, MOST_WAITING, Turnstile


async def test_few_begin_in_one_turn_and_all_in_their_order() -> None:
    turnstile, began = Turnstile(), list[int]()

    async def come(number: int) -> None:
        await turnstile.passed()
        began.append(number)

    async with asyncio.TaskGroup() as group:
        for number in range(3 * A_TURN):
            group.create_task(come(number))
        seen = list[int]()
        while len(began) < 3 * A_TURN:
            await asyncio.sleep(0)
            seen.append(len(began))
    assert began == list(range(3 * A_TURN))
    assert max(later - earlier for earlier, later in zip([0, *seen], seen, strict=False)) <= A_TURN


async def test_who_went_away_takes_nobody_s_turn() -> None:
    turnstile = Turnstile()
    async with asyncio.TaskGroup() as group:
        waiting = [group.create_task(turnstile.passed()) for _ in range(A_TURN + MOST_WAITING + 1)]
        await asyncio.sleep(0)
        assert turnstile.is_crowded()
        for task in waiting[A_TURN:-1]:
            task.cancel()
        await waiting[-1]
        assert not turnstile.waiting


async def test_it_stands_still_while_nobody_comes() -> None:
    turnstile = Turnstile()
    await turnstile.passed()
    for _ in range(3):
        await asyncio.sleep(0)
    assert not turnstile.turning
    assert turnstile.left == A_TURN


async def test_who_is_on_the_way_counts_for_one_turn() -> None:
    turnstile = Turnstile()
    for _ in range(MOST_WAITING + 1):
        turnstile.expect()
    assert turnstile.is_crowded()
    for _ in range(3):
        await asyncio.sleep(0)
    assert not turnstile.is_crowded()
    assert not turnstile.turning

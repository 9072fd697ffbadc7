"""The turn of the UTC day: each token is of one day, and days move forward only."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal
from pathlib import Path

import asyncpg
import pytest

from scheduler.accounts.model import Caller
from scheduler.errors import Code, Refusal
from scheduler.jobs.submits import Admitted
from tests.scheduler.clock import Clock, open_clock
from tests.scheduler.stage import Stage, admitted, open_stage, refused, until

ALLOWANCE = 20  # of the Free plan


@pytest.fixture
async def clock(database_url: str) -> AsyncIterator[Clock]:
    async with open_clock(database_url) as opened:
        yield opened


@pytest.fixture
async def stage(clock: Clock, database_url: str, redis_url: str, tmp_path: Path) -> AsyncIterator[Stage]:
    """Ten minutes before midnight, with nothing but the day's tokens in anybody's way."""
    await clock.stands_before_midnight()
    await clock.connection.execute("update plans set requests_per_minute = 6000, max_waiting_jobs = 1000")
    async with open_stage(database_url, redis_url, tmp_path) as opened:
        await opened.worker()
        yield opened


@asynccontextmanager
async def accounts_locked(stage: Stage) -> AsyncIterator[asyncpg.Connection]:
    """Another transaction is at the accounts; whatever is asked waits until the block is left."""
    async with stage.pool.acquire() as connection, connection.transaction():
        await connection.execute("select 1 from billing.token_account for update")
        yield connection


async def held(stage: Stage, user: Caller) -> dict[str, int]:
    """Tokens held, by day."""
    rows = await stage.pool.fetch(
        "select day::text, -sum(allowance_delta)::int as tokens from billing.token_ledger where user_id = $1"
        " group by 1 order by 1",
        user.user_id,
    )
    return {row["day"]: row["tokens"] for row in rows}


async def test_the_allowance_of_each_day_is_spent_exactly_while_everybody_asks(
    stage: Stage, other: Stage, clock: Clock
) -> None:
    ann = await stage.user()
    before = await clock.today()

    async def ask(number: int) -> object:
        if number == 30:
            await clock.passes_midnight()
        return await (stage, other)[number % 2].ask(ann)

    await asyncio.gather(*(ask(number) for number in range(60)))
    await asyncio.gather(*(one.ask(ann) for one in [stage, other] * ALLOWANCE))

    spent = await held(stage, ann)
    after = str(await clock.today())
    assert spent.keys() <= {str(before), after}
    assert spent[after] == ALLOWANCE
    assert spent.get(str(before), 0) <= ALLOWANCE
    days = [row["day"] for row in await stage.pool.fetch("select day from billing.token_ledger order by seq")]
    assert days == sorted(days)
    assert (await stage.standing(ann)).allowance_used == ALLOWANCE


async def test_before_midnight_the_old_day_is_full_and_after_it_the_new_one_empty(
    stage: Stage, other: Stage, clock: Clock
) -> None:
    ann = await stage.user()
    before = await asyncio.gather(*(one.ask(ann) for one in [stage, other] * 15))
    await clock.passes_midnight()
    after = await asyncio.gather(*(one.ask(ann) for one in [stage, other] * 15))

    assert [len(admitted(before)), len(admitted(after))] == [ALLOWANCE, ALLOWANCE]
    assert {one.code for one in refused([*before, *after])} == {Code.OUT_OF_TOKENS}
    assert list((await held(stage, ann)).values()) == [ALLOWANCE, ALLOWANCE]


async def test_a_batch_that_waited_over_midnight_spends_the_new_day(stage: Stage, clock: Clock) -> None:
    ann = await stage.user()
    await asyncio.gather(*(stage.ask(ann) for _ in range(ALLOWANCE)))
    async with asyncio.TaskGroup() as group, accounts_locked(stage):
        asking = group.create_task(stage.ask(ann))
        await until(clock.somebody_waits_for_a_lock)
        await clock.passes_midnight()

    answer = asking.result()
    assert isinstance(answer, Admitted)
    assert (await stage.row(answer.job.id))["held_day"] == await clock.today()
    standing = await stage.standing(ann)
    assert (standing.allowance_day, standing.allowance_used) == (await clock.today(), Decimal(1))


async def test_a_batch_that_waited_while_the_new_day_was_spent_gets_nothing_of_the_old(
    stage: Stage, clock: Clock
) -> None:
    ann = await stage.user()
    before = await clock.today()
    await stage.job(ann)
    async with asyncio.TaskGroup() as group, accounts_locked(stage) as connection:
        asking = group.create_task(stage.ask(ann))
        await until(clock.somebody_waits_for_a_lock)
        await clock.passes_midnight()
        await connection.execute(
            "update billing.token_account set allowance_day = $1, allowance_used = $2",
            await clock.today(),
            Decimal(ALLOWANCE),
        )

    answer = asking.result()
    assert isinstance(answer, Refusal)
    assert answer.code is Code.OUT_OF_TOKENS
    standing = await stage.standing(ann)
    assert (standing.allowance_day, standing.allowance_used) == (await clock.today(), Decimal(ALLOWANCE))
    assert await held(stage, ann) == {str(before): 1}


async def test_what_was_held_yesterday_counts_for_yesterday(stage: Stage, clock: Clock) -> None:
    ann = await stage.user()
    job_id = await stage.job(ann, count=3)
    yesterday = await clock.today()
    await clock.passes_midnight()
    await stage.lifecycle.cancel(job_id, ann.user_id)
    await stage.job(ann)

    standing = await stage.standing(ann)
    assert (standing.allowance_day, standing.allowance_used) == (await clock.today(), Decimal(1))
    assert await held(stage, ann) == {str(yesterday): 0, str(await clock.today()): 1}
    assert await stage.pool.fetchval("select date from usage_daily") == yesterday

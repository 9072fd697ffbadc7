"""What others change between the look at an account and the writing is not passed over: it is decided anew."""

import asyncio

import pytest

from scheduler.accounts.model import Caller
from scheduler.errors import Code, Refusal
from scheduler.jobs.submits import Admitted, Answer
from tests.scheduler.stage import Stage, until

LOCK = "select 1 from billing.token_account where user_id = $1 for update"


@pytest.fixture(autouse=True)
async def a_worker_was_seen(stage: Stage) -> None:
    await stage.worker()


async def somebody_waits(stage: Stage) -> bool:
    waits: bool = await stage.pool.fetchval(
        "select count(*) > 0 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"
    )
    return waits


async def ask_while(stage: Stage, ann: Caller, change: str) -> Answer:
    """What somebody hears who asks when the account was locked for this change, which is committed then."""
    async with asyncio.TaskGroup() as group, stage.pool.acquire() as connection, connection.transaction():
        await connection.execute(LOCK, ann.user_id)
        asking = group.create_task(stage.ask(ann))
        await until(lambda: somebody_waits(stage))
        await connection.execute(change, ann.user_id)
    return asking.result()


async def written(stage: Stage) -> tuple[int, int]:
    row = await stage.pool.fetchrow("select (select count(*) from jobs), (select count(*) from billing.token_ledger)")
    return row[0], row[1]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ("update billing.token_account set banned = true where user_id = $1", Code.BANNED),
        ("update billing.token_account set open_jobs = 999 where user_id = $1", Code.TOO_MANY_WAITING),
        ("update billing.token_account set rate_tat = now() + interval '1 h' where user_id = $1", Code.RATE_LIMITED),
        (
            "update billing.token_account set allowance_used = 300, allowance_day = current_date where user_id = $1",
            Code.OUT_OF_TOKENS,
        ),
    ],
    ids=["ban", "waiting", "rate", "tokens"],
)
async def test_a_change_of_the_account_counts(stage: Stage, change: str, code: Code) -> None:
    ann = await stage.user(tier="pro")
    answer = await ask_while(stage, ann, change)

    assert isinstance(answer, Refusal)
    assert answer.code is code
    assert await written(stage) == (0, 0)


async def test_a_change_of_the_plan_counts(stage: Stage) -> None:
    ann = await stage.user(tier="pro")
    for _ in range(6):
        await stage.job(ann)
    free = "update users set plan_id = (select id from plans where tier = 'free') where id = $1"
    answer = await ask_while(stage, ann, free)

    assert isinstance(answer, Refusal)
    assert answer.code in (Code.RATE_LIMITED, Code.TOO_MANY_WAITING)
    assert await written(stage) == (6, 6)


async def test_what_still_stands_is_admitted(stage: Stage) -> None:
    ann = await stage.user()
    answer = await ask_while(stage, ann, "select $1::bigint")

    assert isinstance(answer, Admitted)
    assert await written(stage) == (1, 1)


async def test_a_change_of_one_account_holds_up_no_other(stage: Stage) -> None:
    """They are asked for in one batch; each is written once."""
    ann, ben = await stage.user(), await stage.user("telegram:7")
    async with asyncio.TaskGroup() as group, stage.pool.acquire() as connection, connection.transaction():
        await connection.execute(LOCK, ann.user_id)
        asking = [group.create_task(stage.ask(one)) for one in (ann, ben)]
        await until(lambda: somebody_waits(stage))
        await connection.execute("update billing.token_account set banned = true where user_id = $1", ann.user_id)
    banned, admitted = (one.result() for one in asking)

    assert banned == Refusal(Code.BANNED)
    assert isinstance(admitted, Admitted)
    assert await stage.pool.fetchval("select id from jobs") == admitted.job.id
    assert await written(stage) == (1, 1)


async def test_an_unlocked_change_of_a_plan_makes_a_new_version_of_the_account(stage: Stage) -> None:
    ann = await stage.user()
    version = "select xmin::text from billing.token_account where user_id = $1"
    before = await stage.pool.fetchval(version, ann.user_id)
    await stage.pool.execute("update users set display_name = 'Ann B.' where id = $1", ann.user_id)
    assert await stage.pool.fetchval(version, ann.user_id) == before

    await stage.pool.execute("update users set plan_id = 3 where id = $1", ann.user_id)
    assert await stage.pool.fetchval(version, ann.user_id) != before


async def test_who_is_refused_waits_for_a_change_that_is_under_way(stage: Stage) -> None:
    ann = await stage.user()
    await stage.pool.execute("update billing.token_account set banned = true where user_id = $1", ann.user_id)
    assert await stage.ask(ann) == Refusal(Code.BANNED)
    answer = await ask_while(stage, ann, "update billing.token_account set banned = false where user_id = $1")

    assert isinstance(answer, Admitted)
    assert await written(stage) == (1, 1)


async def test_what_was_written_before_a_refusal_is_not_written_again(stage: Stage) -> None:
    """One batch; somebody has looked at the account under the lock."""
    ann = await stage.user()
    async with stage.pool.acquire() as connection, connection.transaction():
        await connection.execute(LOCK, ann.user_id)
    answers = await asyncio.gather(*(stage.ask(ann, count=4) for _ in range(7)))

    assert [isinstance(answer, Admitted) for answer in answers] == [True] * 5 + [False] * 2
    assert await written(stage) == (5, 5)

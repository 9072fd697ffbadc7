"""Admission on a real database: exact under concurrency, idempotent, and without a trace of what was refused."""

import asyncio
from collections import Counter
from datetime import timedelta
from decimal import Decimal
from typing import Any

import asyncpg
import pytest

from scheduler.accounts.model import Caller
from scheduler.errors import Code, Refusal
from scheduler.jobs.model import Destination, JobRequest
from scheduler.jobs.queries.admission import Written, insert_admitted
from scheduler.jobs.submits import Admitted, Replayed, Submit
from scheduler.ledger.queries import move
from tests.scheduler.stage import Stage, admitted, refused

DESTINATION = Destination(bot_id="telegram", process="p1", address={"chat_id": 1})


@pytest.fixture(autouse=True)
async def a_worker_was_seen(stage: Stage) -> None:
    """So that models are on offer; nothing is dispatched, because nobody takes another round."""
    await stage.worker()


def submit(caller: Caller, key: str | None = None, prompt: str = "a fox", **request: object) -> Submit:
    wish = {"prompt": prompt, "width": 64, "height": 64, "model": "painter", **request}
    return Submit(caller, JobRequest.model_validate(wish), key, DESTINATION, None)


async def rows(stage: Stage) -> dict[str, int]:
    """How many rows there are of all that admission writes."""
    tables = ("jobs", "deliveries", "billing.token_ledger", "usage_daily")
    return {table: await stage.pool.fetchval(f"select count(*) from {table}") for table in tables}


async def spend(stage: Stage, caller: Caller, tokens: int) -> None:
    await stage.pool.execute(
        "update billing.token_account set allowance_day = current_date, allowance_used = $2 where user_id = $1",
        caller.user_id,
        Decimal(tokens),
    )


# Exact under concurrency


async def test_of_a_hundred_requests_at_once_over_two_schedulers_exactly_five_pass(stage: Stage, other: Stage) -> None:
    ann = await stage.user()
    answers = await asyncio.gather(*(one.ask(ann) for one in [stage, other] * 50))

    assert len(admitted(answers)) == 5
    assert {one.code for one in refused(answers)} == {Code.RATE_LIMITED}
    assert await rows(stage) == {"jobs": 5, "deliveries": 0, "billing.token_ledger": 5, "usage_daily": 0}
    assert (await stage.standing(ann)).open_jobs == 5


async def test_the_twenty_first_token_of_the_day_is_refused_however_many_ask(stage: Stage, other: Stage) -> None:
    ann = await stage.user()
    await spend(stage, ann, 17)
    answers = await asyncio.gather(*(one.ask(ann, count=2) for one in [stage, other] * 10))

    assert len(admitted(answers)) == 1
    assert Counter(one.code for one in refused(answers)) == {Code.OUT_OF_TOKENS: 19}
    assert (await stage.standing(ann)).allowance_used == 19


async def test_the_sixth_unfinished_job_is_the_last(stage: Stage) -> None:
    ann = await stage.user()
    for _ in range(6):
        await stage.job(ann)
        await stage.forget_rate(ann)

    assert await stage.ask(ann) == Refusal(Code.TOO_MANY_WAITING, {"limit": 6, "plan": "Free", "upgrade": "Starter"})


async def test_many_users_at_once_never_wait_for_each_other_s_locks(stage: Stage, other: Stage) -> None:
    users = [await stage.user(f"telegram:{n}") for n in range(100, 110)]
    answers = await asyncio.gather(*(one.ask(user) for user in users for one in (stage, other) for _ in range(4)))

    assert Counter(one.job.user_id for one in admitted(answers)) == {user.user_id: 5 for user in users}


async def test_a_plan_that_changes_meanwhile_counts_from_its_commit(stage: Stage) -> None:
    ann = await stage.user()
    first = asyncio.gather(*(stage.ask(ann, count=4) for _ in range(5)))
    await stage.change_plan(ann.user_id, "pro")
    before = await first
    await stage.forget_rate(ann)
    after = await asyncio.gather(*(stage.ask(ann, model=None, width=2048, height=1024) for _ in range(3)))

    assert len(admitted(before)) == 5
    assert len(admitted(after)) == 3
    assert {one.job.priority for one in admitted(after)} == {2}


async def test_what_was_decided_by_the_plan_before_is_decided_again(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    pro, changed = await stage.user("telegram:5", "pro"), False

    async def after_a_change(*args: Any) -> Written:
        nonlocal changed
        if not changed:
            changed = True
            await stage.change_plan(pro.user_id, "free")
        return await insert_admitted(*args)

    monkeypatch.setattr("scheduler.jobs.admitter.insert_admitted", after_a_change)
    answer = await stage.ask(pro, width=1536, height=1024)

    assert isinstance(answer, Refusal)
    assert (changed, answer.code) == (True, Code.RESOLUTION_TOO_HIGH)
    assert await stage.pool.fetchval("select count(*) from jobs") == 0


async def test_midnight_brings_a_new_allowance_once(stage: Stage) -> None:
    ann = await stage.user()
    await spend(stage, ann, 20)
    await stage.pool.execute("update billing.token_account set allowance_day = current_date - 1")
    await stage.job(ann)
    standing = await stage.standing(ann)

    assert standing.allowance_used == 1
    assert standing.allowance_day == await stage.pool.fetchval("select current_date")


async def test_a_clock_that_goes_back_opens_no_second_allowance(stage: Stage) -> None:
    ann = await stage.user()
    await spend(stage, ann, 20)
    await stage.pool.execute("update billing.token_account set allowance_day = current_date + 1")
    answer = await stage.ask(ann)

    assert isinstance(answer, Refusal)
    assert answer.code is Code.OUT_OF_TOKENS


async def test_the_balance_pays_what_the_allowance_cannot(stage: Stage) -> None:
    ann = await stage.user()
    await spend(stage, ann, 19)
    async with stage.pool.acquire() as connection, connection.transaction():
        assert await move(connection, ann.user_id, "grant", "grant:1", Decimal(5))
    answer = await stage.ask(ann, count=3)

    assert isinstance(answer, Admitted)
    assert answer.tokens_left == 3
    row = await stage.row(answer.job.id)
    assert (row["held_allowance"], row["held_balance"]) == (1, 2)


# Idempotency


async def test_a_repeated_request_gives_the_first_answer_and_costs_nothing(stage: Stage) -> None:
    ann = await stage.user()
    job_id = await stage.job(ann, key="k")
    before = await stage.standing(ann)
    again = [await stage.ask(ann, key="k") for _ in range(10)]

    assert again == [Replayed(job_id)] * 10
    assert await stage.standing(ann) == before


async def test_a_repetition_is_recognised_before_any_limit(stage: Stage) -> None:
    ann = await stage.user()
    job_id = await stage.job(ann, key="k")
    await spend(stage, ann, 20)
    await stage.pool.execute("update billing.token_account set banned = true")

    assert await stage.ask(ann, key="k") == Replayed(job_id)


async def test_the_same_key_with_another_body_is_refused(stage: Stage) -> None:
    ann = await stage.user()
    await stage.job(ann, key="k")

    assert await stage.ask(ann, key="k", prompt="a wolf") == Refusal(Code.IDEMPOTENCY_MISMATCH)


async def test_a_key_repeated_within_one_batch_makes_one_job(stage: Stage) -> None:
    ann = await stage.user()
    first, again, wolf = await stage.admitter.admit(
        [submit(ann, "k"), submit(ann, "k"), submit(ann, "k", prompt="a wolf")]
    )

    assert isinstance(first, Admitted)
    assert again == Replayed(first.job.id)
    assert wolf == Refusal(Code.IDEMPOTENCY_MISMATCH)


async def test_a_key_repeated_over_two_schedulers_makes_one_job(stage: Stage, other: Stage) -> None:
    ann = await stage.user()
    answers = await asyncio.gather(*(one.ask(ann, key="k") for one in [stage, other] * 10))

    assert len(admitted(answers)) == 1
    assert sum(isinstance(one, Replayed) for one in answers) == 19


async def test_keys_belong_to_their_users(stage: Stage) -> None:
    ann, ben = await stage.user(), await stage.user("discord:7")

    assert await stage.job(ann, key="k") != await stage.job(ben, key="k")


async def test_refusals_are_not_remembered(stage: Stage) -> None:
    ann = await stage.user()
    await spend(stage, ann, 20)
    assert isinstance(await stage.ask(ann, key="k"), Refusal)
    await spend(stage, ann, 0)

    assert isinstance(await stage.ask(ann, key="k"), Admitted)


# Refusals and poison


@pytest.mark.parametrize(
    ("request_of", "code"),
    [
        ({"model": "flux-dev"}, Code.MODEL_NOT_IN_PLAN),
        ({"width": 4096, "height": 4096}, Code.RESOLUTION_TOO_HIGH),
        ({"model": "dall-e"}, Code.UNKNOWN_MODEL),
        ({"model": "sdxl"}, Code.NO_WORKER),
    ],
)
async def test_a_refusal_leaves_no_trace(stage: Stage, request_of: dict[str, Any], code: Code) -> None:
    ann = await stage.user()
    before, standing = await rows(stage), await stage.standing(ann)
    answer = await stage.ask(ann, key="k", destination=DESTINATION, **request_of)

    assert isinstance(answer, Refusal)
    assert answer.code is code
    assert await rows(stage) == before
    assert await stage.standing(ann) == standing


@pytest.mark.parametrize("address", [{"text": "a\0b"}, {"text": "\ud800"}])
async def test_a_poisonous_request_harms_nobody_else_in_its_batch(stage: Stage, address: dict[str, object]) -> None:
    ann, eve, ben = [await stage.user(f"telegram:{n}") for n in (1001, 1002, 1003)]
    poison = Destination(bot_id="telegram", process="p", address=address)
    answers = await asyncio.gather(
        stage.ask(ann), stage.ask(eve, destination=poison), stage.ask(ben), return_exceptions=True
    )

    assert isinstance(answers[0], Admitted)
    assert isinstance(answers[1], Exception)
    assert isinstance(answers[2], Admitted)
    assert (await stage.standing(eve)).open_jobs == 0
    assert await stage.pool.fetchval("select count(*) from jobs") == 2


async def test_a_prompt_that_cannot_be_stored_harms_nobody_else_in_its_batch(stage: Stage, other: Stage) -> None:
    users = [await stage.user(f"telegram:{n}") for n in range(1001, 1009)]
    answers = await asyncio.gather(
        *(
            one.ask(user, prompt="a \0 fox" if number == 3 else "a fox", key="k")
            for one in (stage, other)
            for number, user in enumerate(users)
        ),
        return_exceptions=True,
    )

    healthy = [answer for number, answer in enumerate(answers) if number % 8 != 3]
    assert len([answer for answer in healthy if isinstance(answer, Admitted)]) == 7
    assert len([answer for answer in healthy if isinstance(answer, Replayed)]) == 7
    assert all(isinstance(answers[number], Exception) for number in (3, 11))
    assert (await stage.standing(users[3])).open_jobs == 0
    assert (await rows(stage))["jobs"] == 7


async def test_an_account_that_somebody_holds_locked_stops_nobody_else(stage: Stage) -> None:
    ann, ben = await stage.user("telegram:1001"), await stage.user("telegram:1002")
    async with stage.pool.acquire() as connection, connection.transaction():
        await connection.execute("select 1 from billing.token_account where user_id = $1 for update", ann.user_id)
        async with asyncio.timeout(10):
            locked, free = await asyncio.gather(stage.ask(ann), stage.ask(ben), return_exceptions=True)

    assert isinstance(locked, asyncpg.LockNotAvailableError)
    assert isinstance(free, Admitted)


async def test_a_user_deleted_meanwhile_is_not_let_in(stage: Stage) -> None:
    ghost = Caller(10**9, (await stage.user()).platform, "ghost", "telegram", False, True)

    assert await stage.ask(ghost) == Refusal(Code.UNAUTHORIZED)


async def test_what_no_live_worker_can_run_is_told_how_long_it_is_kept(stage: Stage) -> None:
    ann = await stage.user(tier="pro")
    await stage.pool.execute("update workers set state = 'gone', gone_at = now()")
    await stage.market.refresh()
    asleep = await stage.row(await stage.job(ann))
    await stage.worker("small", max_side=256)
    await stage.market.refresh()
    too_large = await stage.row(await stage.job(ann, width=2048))
    fits = await stage.row(await stage.job(ann))

    assert asleep["wait_until"] - asleep["created_at"] > timedelta(hours=5.9)
    assert too_large["wait_until"] - too_large["created_at"] > timedelta(hours=5.9)
    assert fits["wait_until"] is None


# The ledger


async def test_a_hold_is_written_beside_its_job(stage: Stage) -> None:
    ann = await stage.user()
    job_id = await stage.job(ann, count=2)
    row = await stage.pool.fetchrow("select * from billing.token_ledger where user_id = $1", ann.user_id)

    assert (row["reason"], row["reference_id"], row["job_id"]) == ("hold", f"hold:{job_id}", job_id)
    assert (row["delta"], row["allowance_delta"], row["balance_after"], row["seq"]) == (0, -2, 0, 1)


LEDGER_ROW = """
    insert into billing.token_ledger (user_id, seq, reason, reference_id, delta, day, balance_after)
    values ($1, $2, 'grant', 'grant:x', $3, current_date, $4)
"""


@pytest.mark.parametrize(("seq", "delta", "after"), [(1, 5, 6), (2, 5, 5), (1, 5, 5)])
async def test_a_wrong_sum_is_impossible(stage: Stage, seq: int, delta: int, after: int) -> None:
    """A wrong balance, a gap in the chain, an account left behind."""
    ann = await stage.user()
    with pytest.raises(asyncpg.CheckViolationError, match="does not add up"):
        await stage.pool.execute(LEDGER_ROW, ann.user_id, seq, Decimal(delta), Decimal(after))


async def test_a_balance_cannot_move_without_a_ledger_row(stage: Stage) -> None:
    ann = await stage.user()
    with pytest.raises(asyncpg.CheckViolationError, match="without a ledger row"):
        await stage.pool.execute("update billing.token_account set balance = 5 where user_id = $1", ann.user_id)


@pytest.mark.parametrize(
    "change",
    [
        "update billing.token_ledger set delta = 100",
        "delete from billing.token_ledger",
        "truncate billing.token_ledger",
    ],
)
async def test_the_ledger_is_append_only(stage: Stage, change: str) -> None:
    ann = await stage.user()
    await stage.job(ann)
    with pytest.raises(asyncpg.CheckViolationError, match="append-only"):
        await stage.pool.execute(change)


async def test_a_balance_cannot_become_negative(stage: Stage) -> None:
    ann = await stage.user()
    with pytest.raises(asyncpg.CheckViolationError):
        async with stage.pool.acquire() as connection, connection.transaction():
            await move(connection, ann.user_id, "correction", "correction:1", Decimal(-1))
    assert (await stage.standing(ann)).last_seq == 0


async def test_a_movement_happens_once_per_reference(stage: Stage) -> None:
    ann = await stage.user()
    moved = []
    for _ in range(2):
        async with stage.pool.acquire() as connection, connection.transaction():
            moved.append(await move(connection, ann.user_id, "grant", "grant:1", Decimal(7)))

    assert moved == [True, False]
    assert (await stage.standing(ann)).balance == 7

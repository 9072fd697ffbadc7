"""Limits that hold to the last one, over several schedulers, while plans change, and below what is used already."""

import asyncio
from collections import Counter
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from scheduler.accounts.model import Caller
from scheduler.catalogue.queries import pause, resume
from scheduler.errors import Code, Refusal
from scheduler.jobs.submits import Admitted, Answer
from scheduler.ledger.queries import move
from scheduler.wire import Assignment
from tests.scheduler.stage import Stage, admitted, refused
from tests.scheduler.worker import Worker


@pytest.fixture(autouse=True)
async def gpu(stage: Stage) -> Worker:
    """So that models are on offer; it has one slot, and nothing is dispatched until somebody takes a round."""
    return await stage.worker()


async def set_plan(stage: Stage, tier: str = "free", **limits: Any) -> None:
    """Change a plan's limits, as its owner would in the middle of the day."""
    names = ", ".join(f"{name} = ${number}" for number, name in enumerate(limits, start=2))
    await stage.pool.execute(f"update plans set {names} where tier = $1", tier, *limits.values())
    await stage.market.refresh()


async def spend(stage: Stage, caller: Caller, tokens: int) -> None:
    await stage.pool.execute(
        "update billing.token_account set allowance_day = current_date, allowance_used = $2 where user_id = $1",
        caller.user_id,
        Decimal(tokens),
    )


async def grant(stage: Stage, caller: Caller, tokens: int) -> None:
    async with stage.pool.acquire() as connection, connection.transaction():
        await move(connection, caller.user_id, "grant", f"grant:{caller.user_id}", Decimal(tokens))


async def running(stage: Stage, caller: Caller) -> int:
    count: int = await stage.pool.fetchval(
        "select count(*) from jobs where user_id = $1 and status = 'RUNNING'", caller.user_id
    )
    return count


def code(answer: Answer) -> Code | None:
    return answer.code if isinstance(answer, Refusal) else None


# Over two schedulers at once


async def test_as_many_wait_as_the_plan_lets_wait_however_many_ask(stage: Stage, other: Stage) -> None:
    await set_plan(stage, requests_per_minute=6000, daily_token_limit=1000)
    ann = await stage.user()
    answers = await asyncio.gather(*(one.ask(ann) for one in [stage, other] * 20))

    assert len(admitted(answers)) == 6
    assert Counter(one.code for one in refused(answers)) == {Code.TOO_MANY_WAITING: 34}
    assert (await stage.standing(ann)).open_jobs == 6


async def test_jobs_of_any_price_never_spend_more_than_there_is(stage: Stage, other: Stage) -> None:
    await set_plan(stage, requests_per_minute=6000, max_waiting_jobs=1000)
    ann = await stage.user()
    await spend(stage, ann, 3)
    await grant(stage, ann, 11)
    answers = await asyncio.gather(*(one.ask(ann, count=n) for one in (stage, other) for n in (4, 3, 2, 1) * 4))

    standing = await stage.standing(ann)
    assert [standing.allowance_used, standing.balance] == [20, 0]
    assert sum(one.job.hold.cost for one in admitted(answers)) == 28
    assert {one.code for one in refused(answers)} == {Code.OUT_OF_TOKENS}


async def test_a_minute_s_requests_are_counted_over_all_schedulers_as_they_come_back(
    stage: Stage, other: Stage
) -> None:
    """Once the burst is spent, each interval of 60/n seconds frees exactly one."""
    ann = await stage.user(tier="starter")
    await asyncio.gather(*(one.ask(ann) for one in [stage, other] * 10))
    for passed in (1, 3):
        await stage.pool.execute(
            "update billing.token_account set rate_tat = rate_tat - $1::interval", timedelta(seconds=4.0 * passed)
        )
        answers = await asyncio.gather(*(one.ask(ann) for one in [stage, other] * 5))
        assert len(admitted(answers)) == passed
        assert {one.code for one in refused(answers)} == {Code.RATE_LIMITED}


async def test_no_user_ever_runs_more_at_once_than_the_plan_allows_whoever_admits_and_leads(
    stage: Stage, other: Stage
) -> None:
    pro, free = await stage.user("telegram:5", "pro"), await stage.user("telegram:6")
    await asyncio.gather(*(one.ask(user) for user in (pro, free) for one in [stage, other] * 10))
    large = await stage.worker("large", slots=16)
    ended = 0
    for turn in range(6):
        leading, resting = (stage, other) if turn % 2 else (other, stage)
        await resting.dispatcher.resign()
        leading.dispatcher.next_lead = 0.0
        await leading.hear(large)
        await leading.round()
        assert (await running(stage, pro), await running(stage, free)) == (3, 1)
        for task in [message for message in await large.inbox() if isinstance(message, Assignment)][:2]:
            await large.finish(task)
            ended += 1
        await leading.file()
    assert await stage.pool.fetchval("select count(*) from jobs where status = 'COMPLETED'") == ended > 4


# Plans that change while jobs wait


async def test_a_smaller_plan_stops_nothing_that_runs_and_starts_nothing_more(stage: Stage, gpu: Worker) -> None:
    large = await stage.worker("large", slots=8)
    ann = await stage.user(tier="pro")
    jobs = [await stage.job(ann) for _ in range(8)]
    await stage.round()
    tasks = [(worker, one) for worker in (gpu, large) for one in await worker.inbox() if isinstance(one, Assignment)]
    await stage.change_plan(ann.user_id, "free")
    await stage.compare()
    assert await running(stage, ann) == len(tasks) == 3

    for (worker, task), still in zip(tasks, (2, 1, 1), strict=True):
        await worker.finish(task)
        await stage.file()
        assert await running(stage, ann) == still
    assert [await stage.status(job_id) for job_id in jobs] == ["COMPLETED"] * 3 + ["RUNNING"] + ["QUEUED"] * 4


async def test_a_plan_that_is_changed_again_and_again_is_counted_as_it_stood_at_each_commit(
    stage: Stage, other: Stage
) -> None:
    """The plan is read under the account's lock: whatever is admitted as Free costs its own and never Pro's."""
    await stage.pool.execute("update plans set requests_per_minute = 6000")
    ann = await stage.user()

    async def change() -> None:
        for number in range(10):
            await stage.change_plan(ann.user_id, ("pro", "free")[number % 2])

    answers, _ = await asyncio.gather(
        asyncio.gather(*(one.ask(ann, count=1) for one in [stage, other] * 60), return_exceptions=True), change()
    )
    whole = [answer for answer in answers if not isinstance(answer, BaseException)]
    assert len(whole) == 120
    for one in admitted(whole):
        assert one.job.priority in (0, 2)
    standing = await stage.standing(ann)
    assert standing.open_jobs == standing.allowance_used == len(admitted(whole)) <= 53
    assert standing.open_jobs >= 6


async def test_what_waits_goes_on_when_its_model_leaves_the_plan(stage: Stage) -> None:
    ann = await stage.user()
    waiting = await stage.job(ann)
    await set_plan(stage, allowed_models=["sdxl"])
    assert code(await stage.ask(ann)) is Code.MODEL_NOT_IN_PLAN

    await stage.round()
    assert await stage.status(waiting) == "RUNNING"


# Limits that were lowered below what is used


async def test_a_lowered_allowance_leaves_nothing_and_takes_nothing_back(stage: Stage) -> None:
    ann = await stage.user()
    job_id = await stage.job(ann, count=4)
    await spend(stage, ann, 10)
    await set_plan(stage, daily_token_limit=5)
    answer = await stage.ask(ann)

    assert isinstance(answer, Refusal)
    assert answer.code is Code.OUT_OF_TOKENS
    assert {name: answer.facts[name] for name in ("limit", "used", "spendable")} == {
        "limit": 5,
        "used": 10.0,
        "spendable": 0.0,
    }
    await grant(stage, ann, 2)
    paid = await stage.ask(ann)
    assert isinstance(paid, Admitted)
    assert [paid.job.hold.from_allowance, paid.job.hold.from_balance, paid.tokens_left] == [0, 1, 1]
    await stage.lifecycle.cancel(job_id, ann.user_id)
    assert (await stage.standing(ann)).allowance_used == 6


async def test_a_lowered_rate_counts_what_was_asked_before(stage: Stage) -> None:
    ann = await stage.user(tier="starter")
    await stage.job(ann)
    await stage.job(ann)
    await set_plan(stage, "starter", requests_per_minute=1)
    answer = await stage.ask(ann)

    assert isinstance(answer, Refusal)
    assert answer.code is Code.RATE_LIMITED
    assert answer.facts["limit"] == 1
    assert 0 < float(str(answer.facts["retry_after_seconds"])) <= 8


async def test_fewer_places_to_wait_send_nobody_away_and_let_nobody_in(stage: Stage) -> None:
    ann = await stage.user()
    await set_plan(stage, requests_per_minute=6000)
    jobs = [await stage.job(ann) for _ in range(5)]
    await set_plan(stage, max_waiting_jobs=1)

    assert [await stage.status(job_id) for job_id in jobs] == ["QUEUED"] * 5
    answers = []
    for job_id in jobs[:4]:
        answers.append(code(await stage.ask(ann)))
        await stage.lifecycle.cancel(job_id, ann.user_id)
    answers.append(code(await stage.ask(ann)))
    assert answers == [Code.TOO_MANY_WAITING] * 4 + [None]


async def test_a_lowered_resolution_refuses_the_next_one_and_runs_the_last(stage: Stage) -> None:
    ann = await stage.user()
    waiting = await stage.job(ann, width=1024, height=512)
    await set_plan(stage, max_resolution=512)
    answer = await stage.ask(ann, width=1024, height=512)

    assert isinstance(answer, Refusal)
    assert (answer.code, answer.facts["limit"], answer.facts["asked"]) == (Code.RESOLUTION_TOO_HIGH, 512, 1024)
    await stage.round()
    assert await stage.status(waiting) == "RUNNING"


# Models, bans, pauses


async def test_a_star_means_every_model_there_is_and_no_other(stage: Stage) -> None:
    await stage.worker("large", models=("painter", "flux-dev", "brand-new"))
    admin = await stage.user("telegram:1", "admin")
    assert isinstance(await stage.ask(admin, model="flux-dev"), Admitted)
    assert code(await stage.ask(admin, model="brand-new")) is Code.UNKNOWN_MODEL

    await stage.pool.execute(
        "insert into catalogue.models (id, name, display_name, provider, capability, price_tokens, default_width,"
        " default_height) values ('brand-new', 'n', 'N', 'p', 'image', 1, 512, 512)"
    )
    await stage.market.refresh()
    assert isinstance(await stage.ask(admin, model="brand-new"), Admitted)
    assert code(await stage.ask(await stage.user(), model="brand-new")) is Code.MODEL_NOT_IN_PLAN


async def test_who_is_banned_asks_in_vain_and_leaves_no_trace(stage: Stage) -> None:
    ann = await stage.user()
    await stage.pool.execute("update billing.token_account set banned = true")
    before = await stage.standing(ann)
    answers = await asyncio.gather(*(stage.ask(ann, key=str(number)) for number in range(10)))

    assert answers == [Refusal(Code.BANNED)] * 10
    assert await stage.standing(ann) == before
    assert await stage.pool.fetchval("select count(*) from jobs") == 0


async def test_a_paused_capability_stops_its_models_and_no_others(stage: Stage) -> None:
    await stage.pool.execute(
        "insert into catalogue.models (id, name, display_name, provider, capability, price_tokens, default_width,"
        " default_height) values ('clip', 'c', 'C', 'p', 'video', 1, 512, 512)"
    )
    await stage.worker("large", models=("painter", "clip"))
    admin = await stage.user("telegram:1", "admin")
    await pause(stage.pool, "capability:video", "no film today", admin.user_id)
    await stage.market.refresh()
    answer = await stage.ask(admin, model="clip", capability="video")

    facts = {"subject": "capability:video", "reason": "no film today", "alternative": None}
    assert answer == Refusal(Code.CAPABILITY_PAUSED, facts)
    assert isinstance(await stage.ask(admin), Admitted)


async def test_a_pause_holds_for_a_scheduler_that_was_not_told_of_it(stage: Stage, other: Stage) -> None:
    """Admitted at one, paused, refused at the other: whoever comes after the pause is refused."""
    await stage.worker("gpu")
    await other.market.refresh()
    ann = await stage.user("telegram:1", "admin")
    assert isinstance(await other.ask(ann), Admitted)
    await pause(stage.pool, "capability:image", None, ann.user_id)

    assert [type(await one.ask(ann)) for one in (stage, other)] == [Refusal, Refusal]
    await resume(stage.pool, "capability:image")
    assert isinstance(await other.ask(ann), Admitted)


# What a refusal says


@pytest.mark.parametrize(
    ("reached", "request_of", "facts"),
    [
        ("update billing.token_account set rate_tat = now() + interval '58 seconds'", {},
         {"limit": 5, "every_seconds": 12.0, "plan": "Free", "upgrade": "Starter"}),
        ("update billing.token_account set open_jobs = 6", {}, {"limit": 6, "plan": "Free", "upgrade": "Starter"}),
        ("update billing.token_account set allowance_day = current_date, allowance_used = 19", {"count": 2},
         {"limit": 20, "used": 19.0, "cost": 2.0, "spendable": 1.0, "plan": "Free", "upgrade": "Starter"}),
        ("select 1", {"width": 2048}, {"limit": 1024, "asked": 2048, "plan": "Free", "upgrade": "Pro"}),
        ("select 1", {"model": "flux-dev"},
         {"model": "flux-dev", "plan": "Free", "upgrade": "Pro", "alternative": "painter"}),
    ],
    ids=["rate", "waiting", "tokens", "resolution", "model"],
)  # fmt: skip
async def test_a_refusal_names_the_limit_its_value_and_the_cheapest_plan_that_would_help(
    stage: Stage, reached: str, request_of: dict[str, Any], facts: dict[str, object]
) -> None:
    await stage.worker("large", models=("painter", "flux-dev"))  # nobody is sold what no worker makes
    ann = await stage.user()
    await stage.pool.execute(reached)
    answer = await stage.ask(ann, **request_of)

    assert isinstance(answer, Refusal)
    assert facts.items() <= dict(answer.facts).items()


async def test_a_refusal_that_time_mends_says_exactly_when(stage: Stage) -> None:
    ann = await stage.user()
    await asyncio.gather(*(stage.ask(ann) for _ in range(5)))
    too_fast = await stage.ask(ann)
    assert isinstance(too_fast, Refusal)
    wait = too_fast.retry_after_seconds
    assert wait is not None
    assert 11 < wait <= 12
    await stage.pool.execute(
        "update billing.token_account set rate_tat = rate_tat - $1::interval", timedelta(seconds=wait)
    )
    assert isinstance(await stage.ask(ann), Admitted)

    await stage.forget_rate(ann)
    await stage.pool.execute("update billing.token_account set open_jobs = 0")
    await spend(stage, ann, 20)
    spent = await stage.ask(ann)
    assert isinstance(spent, Refusal)
    midnight = await stage.pool.fetchval("select (current_date + 1)::timestamptz")
    assert spent.facts["refill_at"] == midnight.isoformat()
    left = await stage.pool.fetchval("select extract(epoch from $1 - now())::float8", midnight)
    assert spent.retry_after_seconds == pytest.approx(left, abs=5)

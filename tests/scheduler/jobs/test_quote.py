"""A quote says what a submit would, whatever stands in the way, and does nothing."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from scheduler.accounts.model import Caller
from scheduler.client import connect
from scheduler.errors import Code, Refusal, Refused
from scheduler.jobs.model import JobRequest
from scheduler.jobs.submits import Admitted, Answer, Submit
from scheduler.ledger.queries import move
from tests.scheduler.api import Api
from tests.scheduler.stage import SERVICE_KEY, Stage

SAME = ("model", "width", "height", "count")  # of a quote and of a job
ALIVE = ("leadership", "workers")  # tables that change by themselves
TOUCHED = {"users": "last_active_at"}  # by being there, whatever is asked

YESTERDAY = "update billing.token_account set allowance_day = current_date - 1, allowance_used = 20"
SPENT = "update billing.token_account set allowance_day = current_date, allowance_used ="
CIRCUMSTANCES: dict[str, tuple[str, dict[str, Any]]] = {
    "nothing in the way": ("select 1", {"count": 2}),
    "the balance must help": (f"{SPENT} 18.5", {"count": 4}),
    "only the balance is left": (f"{SPENT} 20", {"count": 3}),
    "a day that has passed": (YESTERDAY, {"count": 4}),
    "a size above one price": ("update plans set max_resolution = 2048", {"width": 1536, "height": 1536}),
    "no model named": ("select 1", {"model": None}),
    "nobody awake": ("update workers set state = 'gone', gone_at = now()", {}),
    Code.UNKNOWN_MODEL: ("select 1", {"model": "dall-e"}),
    Code.MODEL_NOT_IN_PLAN: ("select 1", {"model": "flux-dev"}),
    Code.NO_WORKER: ("select 1", {"model": "sdxl"}),
    Code.RESOLUTION_TOO_HIGH: ("select 1", {"width": 2048}),
    "beyond any worker": ("update plans set max_resolution = 8192", {"width": 4096}),
    Code.RATE_LIMITED: ("update billing.token_account set rate_tat = now() + interval '55 seconds'", {}),
    "the last of the minute": ("update billing.token_account set rate_tat = now() + interval '47 seconds'", {}),
    Code.TOO_MANY_WAITING: ("update billing.token_account set open_jobs = 6", {}),
    "the last place": ("update billing.token_account set open_jobs = 5", {}),
    Code.OUT_OF_TOKENS: (f"{SPENT} 22", {"count": 4}),
    "a lowered limit": (f"{SPENT} 12; update plans set daily_token_limit = 10", {"count": 4}),
    Code.BANNED: ("update billing.token_account set banned = true", {}),
    Code.CAPABILITY_PAUSED: ("insert into catalogue.pauses values ('capability:image', 'new house')", {}),
    "a paused model": ("insert into catalogue.pauses values ('model:painter', 'new paint')", {}),
    "all paused": ("insert into catalogue.pauses values ('all', 'new town')", {}),
}


def wish(**request: Any) -> JobRequest:
    return JobRequest(**{"prompt": "a fox", "model": "painter", "width": 64, "height": 64, **request})


def submit(caller: Caller, **request: Any) -> Submit:
    return Submit(caller, wish(**request), None, None, None)


async def everything(stage: Stage) -> dict[str, str]:
    """A digest of each table of every schema, row by row."""
    tables = await stage.pool.fetch(
        "select schemaname || '.' || tablename as name, tablename from pg_tables"
        " where schemaname not in ('pg_catalog', 'information_schema') and tablename <> all ($1)",
        ALIVE,
    )
    return {
        row["name"]: await stage.pool.fetchval(
            "select count(*) || ' ' || coalesce(md5(string_agg(row::text, ' ' order by row::text)), '')"
            f" from (select to_jsonb(t) - '{TOUCHED.get(row['tablename'], '')}' as row from {row['name']} t) x"
        )
        for row in tables
    }


def told(answer: Answer) -> object:
    """What an answer says, without the moment it was given at."""
    if isinstance(answer, Refusal):
        facts = dict(answer.facts)
        if wait := facts.pop("retry_after_seconds", None):
            facts["minutes"] = round(float(str(wait)) / 60)
        return answer.code, facts
    assert isinstance(answer, Admitted)
    job = answer.job
    params = {name: value for name, value in job.params.items() if name != "seed"}
    kept = job.hold.wait_until is not None
    return job.hold.cost, job.hold.from_allowance, job.hold.from_balance, answer.tokens_left, job.priority, params, kept


@pytest.fixture
async def ann(stage: Stage) -> Caller:
    """On Free, with three tokens of her own; a painter was seen."""
    await stage.worker()
    ann = await stage.user()
    async with stage.pool.acquire() as connection, connection.transaction():
        await move(connection, ann.user_id, "grant", "grant:1", Decimal(3))
    return ann


@pytest.mark.parametrize("circumstance", CIRCUMSTANCES)
async def test_a_quote_is_what_the_submit_is_answered_and_leaves_no_trace(
    stage: Stage, ann: Caller, circumstance: str
) -> None:
    statement, request = CIRCUMSTANCES[circumstance]
    await stage.pool.execute(statement)
    await stage.market.refresh()
    before = await everything(stage)

    quotes = [await stage.admitter.quote(submit(ann, **request)) for _ in range(7)]

    assert await everything(stage) == before
    answer = await stage.admitter.submit(submit(ann, **request))
    assert [told(quote) for quote in quotes] == [told(answer)] * 7
    if circumstance in set(Code):
        assert isinstance(answer, Refusal)
        assert answer.code == circumstance


async def test_a_quote_counts_every_token_a_person_has_left(stage: Stage, ann: Caller) -> None:
    await stage.pool.execute(f"{SPENT} 18.5")
    quote = await stage.admitter.quote(submit(ann, count=4))

    assert isinstance(quote, Admitted)
    assert quote.job.hold.from_allowance == Decimal("1.5")
    assert quote.job.hold.from_balance == Decimal("2.5")
    assert quote.tokens_left == Decimal("0.5")


async def test_a_quote_promises_nothing_and_a_submit_is_told_the_same(stage: Stage, ann: Caller) -> None:
    """A promise is remembered until its job starts, which the job of a quote never does."""
    await stage.job(ann)
    await stage.round()
    ben = await stage.user("discord:7")
    quote = await stage.admitter.quote(submit(ben))
    assert isinstance(quote, Admitted)
    expected = stage.dispatcher.wait_for(quote.job, promised=False)
    assert expected
    assert expected.seconds
    promises = stage.dispatcher.line.foresight.promises
    assert promises == {}

    answer = await stage.ask(ben)
    assert isinstance(answer, Admitted)
    wait = stage.dispatcher.wait_for(answer.job)
    assert wait
    assert wait.seconds == pytest.approx(expected.seconds, abs=0.2)
    assert set(promises) == {answer.job.id}


async def test_who_was_deleted_meanwhile_is_quoted_nothing(stage: Stage, ann: Caller) -> None:
    ghost = Caller(10**9, ann.platform, "ghost", "telegram", False, True)

    assert await stage.admitter.quote(submit(ghost)) == Refusal(Code.UNAUTHORIZED)


# Over HTTP


async def test_the_client_quotes_what_its_submit_is_answered(api: Api) -> None:
    async with connect(api.base, SERVICE_KEY) as scheduler:
        ann = scheduler.acting_for("telegram:42")
        await ann.me()
        before = await everything(api.stage)
        quote = await ann.quote(wish(count=3))
        assert await everything(api.stage) == before
        accepted = await ann.submit(wish(count=3), key="1")

    assert {name: getattr(quote, name) for name in SAME} == {name: getattr(accepted.job, name) for name in SAME}
    assert (quote.cost_tokens, quote.tokens_left) == (accepted.job.cost_tokens, accepted.tokens_left)
    assert (quote.from_allowance, quote.from_balance) == (Decimal(3), Decimal(0))
    assert quote.wait
    assert accepted.job.wait
    assert set(api.stage.dispatcher.line.foresight.promises) <= {accepted.job.id}
    assert (quote.wait.position, quote.wait.why) == (accepted.job.wait.position, accepted.job.wait.why)


@pytest.mark.parametrize(
    ("request_of", "code"),
    [
        ({"prompt": " "}, Code.PROMPT_EMPTY),
        ({"prompt": "x" * 2_001}, Code.PROMPT_TOO_LONG),
        ({"parent_id": uuid4()}, Code.NOT_FOUND),
        ({"width": 2048}, Code.RESOLUTION_TOO_HIGH),
        ({"model": "flux-dev"}, Code.MODEL_NOT_IN_PLAN),
        ({"capability": "video", "model": "compose", "width": None, "height": None}, Code.FILM_MISSING),
        ({"capability": "video", "model": "animator", "seconds": 60}, Code.DURATION_TOO_LONG),
        ({"picture": uuid4()}, Code.NOT_FOUND),
        ({"start_at": datetime(2100, 1, 1, tzinfo=UTC)}, Code.TOO_FAR_AHEAD),
        ({"after": (uuid4(),)}, Code.NOT_FOUND),
    ],
)
async def test_the_client_is_refused_as_its_submit_would_be(api: Api, request_of: dict[str, Any], code: Code) -> None:
    await api.stage.worker("large", models=("painter", "animator"))
    async with connect(api.base, SERVICE_KEY) as scheduler:
        ann = scheduler.acting_for("telegram:42")
        with pytest.raises(Refused) as quoted:
            await ann.quote(wish(**request_of))
        with pytest.raises(Refused) as submitted:
            await ann.submit(wish(**request_of), key="1")

    assert quoted.value.refusal.code is code
    assert quoted.value.refusal == submitted.value.refusal


async def test_only_bots_may_name_a_chat_in_a_quote_too(api: Api) -> None:
    key = await api.api_key()
    body = {"request": {"prompt": "a fox"}, "destination": {"bot_id": "telegram", "process": "p", "address": {"c": 1}}}
    codes = {(await api.call("POST", f"/v1/jobs{end}", body, user=None, key=key)).code for end in ("", ":quote")}

    assert codes == {Code.FORBIDDEN}


async def test_who_is_nobody_is_quoted_nothing(api: Api) -> None:
    answer = await api.call("POST", "/v1/jobs:quote", {"request": {"prompt": "a fox"}}, key="no such key")

    assert (answer.status, answer.code) == (401, Code.UNAUTHORIZED)

"""Where a job stands, as a scheduler says that does not lead."""

import time
from collections.abc import AsyncIterator

import aiohttp
import pytest

from scheduler.accounts.model import ACT_FOR, Caller
from scheduler.errors import Code
from scheduler.jobs.model import Wait, Why
from scheduler.jobs.views import Viewer
from tests.scheduler.stage import SERVICE_KEY, Stage, until
from tests.scheduler.worker import Worker


@pytest.fixture
async def pair(stage: Stage, other: Stage, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[str]:
    """Both run; the address of the one that stands by, which has time, as a busy machine may need it."""
    monkeypatch.setattr("scheduler.jobs.inquiry.PATIENCE_SECONDS", 10.0)
    monkeypatch.setattr("scheduler.jobs.events.LISTEN_SECONDS", 0.05)
    monkeypatch.setattr("scheduler.fleet.listener.BLOCK_MILLISECONDS", 50)
    monkeypatch.setattr("scheduler.jobs.lifecycle.BLOCK_MILLISECONDS", 50)
    async with stage.served(), other.served() as url:
        assert stage.dispatcher.leader
        assert other.dispatcher.leader is None
        yield url


async def one_waits(stage: Stage, ann: Caller) -> Worker:
    """Ann's first job runs, of which it is known how long it takes."""
    gpu = await stage.worker("gpu")
    await gpu.beat(paces={"painter": 8.0}, load_seconds={"painter": 2.0})
    await stage.job(ann)
    await until(lambda: stage.dispatcher.line.running)
    return gpu


async def test_it_says_what_the_leader_says(stage: Stage, other: Stage, pair: str, ann: Caller) -> None:
    await one_waits(stage, ann)
    job_id = await stage.job(ann)
    await until(lambda: job_id in stage.dispatcher.line.queue.jobs)
    view = await Viewer(other.pool, other.inquiry).view(job_id, ann.user_id)
    ours = stage.dispatcher.wait_of(job_id)

    assert view
    assert view.wait
    assert ours
    assert (view.wait.position, view.wait.why) == (ours.position, ours.why) == (1, Why.OWN_JOBS)
    assert view.wait.seconds
    assert view.wait.seconds == pytest.approx(ours.seconds, abs=0.5)
    assert view.wait.p90_seconds == pytest.approx(ours.p90_seconds, abs=1.0)


async def test_who_submits_there_or_asks_for_a_price_is_told_too(
    stage: Stage, other: Stage, pair: str, ann: Caller
) -> None:
    await one_waits(stage, ann)
    await other.market.refresh()
    body = {"request": {"prompt": "a hare", "model": "painter", "width": 64, "height": 64}}
    headers = {"Authorization": f"Bearer {SERVICE_KEY}", ACT_FOR: "telegram:42", "Idempotency-Key": "one"}
    told = []
    async with aiohttp.ClientSession(pair, headers=headers) as session:
        for path in ("/v1/jobs:quote", "/v1/jobs"):
            async with session.post(path, json=body) as answer:
                told.append(await answer.json())
    promised = set(stage.dispatcher.line.foresight.promises)
    quote, accepted = Wait.model_validate(told[0]["wait"]), Wait.model_validate(told[1]["job"]["wait"])

    assert quote.seconds
    assert quote.seconds == pytest.approx(accepted.seconds, abs=0.5)
    assert {str(job_id) for job_id in promised} == {told[1]["job"]["id"]}


async def test_who_has_too_much_waiting_there_is_told_when_that_frees(
    stage: Stage, other: Stage, pair: str, ann: Caller
) -> None:
    await one_waits(stage, ann)
    [attempt] = stage.dispatcher.line.running.values()
    attempt.started_at = time.monotonic()
    await stage.pool.execute(
        "update billing.token_account a set open_jobs = p.max_concurrent_jobs + p.max_waiting_jobs"
        " from users u join plans p on p.id = u.plan_id where u.id = a.user_id and u.id = $1",
        ann.user_id,
    )
    headers = {"Authorization": f"Bearer {SERVICE_KEY}", ACT_FOR: "telegram:42"}
    async with (
        aiohttp.ClientSession(pair, headers=headers) as session,
        session.post("/v1/jobs", json={"request": {"prompt": "a hare"}}) as answer,
    ):
        problem = await answer.json()

    assert problem["code"] == Code.TOO_MANY_WAITING
    assert problem["retry_after_seconds"] == pytest.approx(stage.dispatcher.frees_in(ann.user_id), abs=1.0)


async def test_when_the_first_of_those_ends_that_all_wait_is_known_too(
    stage: Stage, other: Stage, pair: str, ann: Caller
) -> None:
    ben = await stage.user("telegram:7")
    assert stage.dispatcher.frees_in(ben.user_id) is None  # nothing of his is there
    await one_waits(stage, ann)
    [attempt] = stage.dispatcher.line.running.values()
    attempt.started_at = time.monotonic()
    first, _ = await stage.job(ben), await stage.job(ben)
    await until(lambda: len(stage.dispatcher.line.queue.jobs) == 2)
    wait = stage.dispatcher.wait_of(first)
    told = await Viewer(other.pool, other.inquiry).frees_in(ben.user_id)

    assert wait
    assert wait.seconds
    assert told == pytest.approx(wait.seconds + 8.0, abs=1.0)


async def test_while_nobody_answers_it_counts_and_does_not_ask_again_at_once(
    stage: Stage, other: Stage, pair: str, ann: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scheduler.jobs.inquiry.PATIENCE_SECONDS", 0.1)
    monkeypatch.setattr("scheduler.jobs.inquiry.SILENT_SECONDS", 60.0)
    await one_waits(stage, ann)
    job_id = await stage.job(ann)
    stage.hub.ears.clear()
    viewer = Viewer(other.pool, other.inquiry)
    views = [await viewer.view(job_id, ann.user_id) for _ in range(3)]

    assert [view.wait for view in views if view] == [Wait(position=1, seconds=None, why=Why.NEXT)] * 3
    assert other.inquiry.asked == 1


async def test_an_answer_that_comes_too_late_says_nothing(other: Stage) -> None:
    other.inquiry.on_told(b'{"number": 7, "waits": [null]}')
    assert other.inquiry.open == {}

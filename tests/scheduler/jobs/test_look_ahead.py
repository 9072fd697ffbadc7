"""A job sent ahead: it counts as running, has not begun, and comes back when somebody else could begin it."""

import time
from uuid import UUID

import pytest

from scheduler.accounts.model import Caller
from scheduler.jobs.model import JobEvent, Status, Why
from scheduler.jobs.views import Viewer
from scheduler.wire import LOADING_SECONDS, Assignment, Cancel, Recall
from tests.scheduler.stage import Stage
from tests.scheduler.worker import Worker


@pytest.fixture
async def gpu(stage: Stage) -> Worker:
    return await stage.worker("gpu", looks_ahead=True)


@pytest.fixture
async def ben(stage: Stage) -> Caller:
    return await stage.user("discord:7")


async def one_ahead(stage: Stage, gpu: Worker, ann: Caller, ben: Caller) -> tuple[Assignment, Assignment]:
    """What runs, and what is at hand, as a beat has said."""
    _, running = await stage.started(ann, gpu)
    await stage.job(ben)
    await stage.round()
    ahead = await gpu.at_hand()
    await stage.hear(gpu)
    return running, ahead


async def served(stage: Stage, user: Caller) -> float:
    member = stage.dispatcher.line.queue.users[user.user_id].member(0)
    assert member
    return member.served


async def hold_is_settled(stage: Stage, job_id: UUID) -> bool:
    count: int = await stage.pool.fetchval(
        "select count(*) from billing.token_ledger where job_id = $1 and reason = 'settle'", job_id
    )
    return count == 1


async def test_a_worker_that_asks_for_it_has_one_job_at_hand_and_no_more(
    stage: Stage, gpu: Worker, ann: Caller, ben: Caller
) -> None:
    _, ahead = await one_ahead(stage, gpu, ann, ben)
    await stage.job(await stage.user("discord:8"))
    await stage.hear(gpu)
    row = await stage.row(ahead.job_id)

    assert (row["status"], row["started_at"], row["attempt"]) == ("RUNNING", None, 1)
    assert row["lease_until"]
    assert await gpu.inbox() == []


async def test_nobody_else_is_sent_anything_ahead(stage: Stage, ann: Caller, ben: Caller) -> None:
    plain = await stage.worker("plain")
    await stage.started(ann, plain)
    job_id = await stage.job(ben)
    await stage.round()

    assert await stage.status(job_id) == "QUEUED"


async def test_the_limit_of_jobs_at_a_time_counts_it(stage: Stage, gpu: Worker, ann: Caller) -> None:
    await stage.started(ann, gpu)
    second = await stage.job(ann)
    await stage.round()

    assert await stage.status(second) == "QUEUED"


async def test_its_owner_reads_that_it_is_next(stage: Stage, gpu: Worker, ann: Caller, ben: Caller) -> None:
    _, ahead = await one_ahead(stage, gpu, ann, ben)
    viewer = Viewer(stage.pool, stage.inquiry)
    view = await viewer.view(ahead.job_id, ben.user_id)

    assert view
    assert (view.status, view.started_at, view.is_next) == (Status.RUNNING, None, True)
    assert view.wait
    assert (view.wait.position, view.wait.why) == (1, Why.NEXT)

    gpu.waiting.clear()
    await stage.hear(gpu)
    view = await viewer.view(ahead.job_id, ben.user_id)
    assert view
    assert (view.status, view.wait, view.is_next) == (Status.RUNNING, None, False)
    assert view.started_at


async def test_it_has_begun_when_a_beat_says_so(
    stage: Stage, gpu: Worker, ann: Caller, ben: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[JobEvent] = []
    running, ahead = await one_ahead(stage, gpu, ann, ben)
    await stage.job(await stage.user("discord:8"))
    monkeypatch.setattr(stage.lifecycle.herald, "say", told.extend)
    await gpu.finish(running)
    gpu.waiting.clear()
    await stage.hear(gpu)
    await stage.file()

    assert (await stage.row(ahead.job_id))["started_at"]
    assert [event.job_id for event in told if event.kind == "running"] == [ahead.job_id]
    assert (await gpu.at_hand()).job_id not in (running.job_id, ahead.job_id)  # the next one is at hand


async def test_a_job_that_ends_before_the_beat_was_heard_has_a_start_all_the_same(
    stage: Stage, gpu: Worker, ann: Caller, ben: Caller
) -> None:
    running, ahead = await one_ahead(stage, gpu, ann, ben)
    await gpu.finish(running)
    await gpu.finish(ahead)
    await stage.file()
    row = await stage.row(ahead.job_id)

    assert row["status"] == "COMPLETED"
    assert (row["ended_at"] - row["started_at"]).total_seconds() == pytest.approx(1.5, abs=0.1)


async def test_time_does_not_run_before_it_has_begun(stage: Stage, gpu: Worker, ann: Caller, ben: Caller) -> None:
    _, ahead = await one_ahead(stage, gpu, ann, ben)
    attempt = stage.dispatcher.line.running[ahead.job_id]
    attempt.timeout_seconds = -LOADING_SECONDS - 60.0
    stage.dispatcher.warden.reaped_at -= 1.5
    await stage.round()
    assert await stage.status(ahead.job_id) == "RUNNING"

    gpu.waiting.clear()
    await stage.hear(gpu)
    stage.dispatcher.warden.reaped_at -= 1.5
    await stage.round()
    assert await stage.status(ahead.job_id) == "FAILED"


async def test_a_worker_that_is_idle_gets_what_another_had_at_hand(
    stage: Stage, gpu: Worker, ann: Caller, ben: Caller
) -> None:
    _, ahead = await one_ahead(stage, gpu, ann, ben)
    before = await served(stage, ben)
    idle = await stage.worker("idle")
    await stage.round()
    assert await gpu.inbox() == [Recall(job_id=ahead.job_id, attempt=1)]
    assert await idle.inbox() == []

    await gpu.finish(ahead, "handed_back", run_seconds=0.0)
    await stage.file()
    row = await stage.row(ahead.job_id)
    task = await idle.assignment()

    assert (task.job_id, task.attempt) == (ahead.job_id, 2)
    assert (row["lost_attempts"], row["failed_attempts"]) == (0, 0)
    assert row["started_at"]
    assert await served(stage, ben) == before


async def test_nothing_is_sent_ahead_while_somebody_idle_could_run_it(
    stage: Stage, gpu: Worker, ann: Caller, ben: Caller
) -> None:
    """The idle worker has not the model loaded and leaves the job to who has, but a look-ahead must not take it."""
    gpu.warm = ("painter",)
    await stage.hear(gpu)
    await stage.started(ann, gpu)
    stage.dispatcher.line.speeds.note_run("painter", "idle", 1.0, 1.0)
    stage.dispatcher.line.speeds.note_run("painter", "idle", 500.0, 1.0, cold=True)
    idle = await stage.worker("idle")
    job_id = await stage.job(ben)
    await stage.round()

    assert (await idle.inbox(), await gpu.inbox()) == ([], [])
    assert await stage.status(job_id) == "QUEUED"


async def test_a_look_ahead_never_loads(stage: Stage, ann: Caller, ben: Caller) -> None:
    gpu = await stage.worker("gpu", looks_ahead=True, models=("painter", "sdxl"), warm=("painter",))
    pro = await stage.user("telegram:9", "pro")
    await stage.started(ann, gpu)
    await stage.job(pro, model="sdxl")
    await stage.job(ben)
    await stage.round()

    assert [one.job_id for one in await gpu.inbox() if isinstance(one, Assignment) and one.model == "sdxl"] == []


async def test_what_was_begun_meanwhile_is_not_recalled(stage: Stage, gpu: Worker, ann: Caller, ben: Caller) -> None:
    running, ahead = await one_ahead(stage, gpu, ann, ben)
    await gpu.finish(running)
    gpu.waiting.clear()
    await stage.hear(gpu)
    await stage.worker("idle")
    await stage.round()

    assert [one for one in await gpu.inbox() if isinstance(one, Recall)] == []
    assert await stage.status(ahead.job_id) == "RUNNING"


async def test_nothing_is_recalled_for_a_worker_that_it_failed_on(
    stage: Stage, gpu: Worker, ann: Caller, ben: Caller
) -> None:
    await stage.started(ann, gpu)
    poor = await stage.worker("poor")
    job_id, failing = await stage.started(ben, poor)
    await stage.job(await stage.user("discord:8"))
    await poor.finish(failing, "failed", retryable=True, error_code="engine_failed", error_message="no")
    await stage.file()
    other = await poor.assignment()
    ahead = await gpu.at_hand()
    assert ahead.job_id == job_id

    await stage.hear(gpu)
    await poor.finish(other)
    await stage.file()
    assert await gpu.inbox_of(Recall) == []
    await stage.worker("idle")
    await stage.round()
    assert await gpu.inbox_of(Recall) == [Recall(job_id=job_id, attempt=2)]


@pytest.mark.parametrize(
    "change",
    [
        "insert into catalogue.pauses (subject) values ('model:painter')",
        "update billing.token_account set banned = true",
    ],
)
async def test_nothing_is_recalled_that_nobody_would_be_given(
    stage: Stage, gpu: Worker, ann: Caller, ben: Caller, change: str
) -> None:
    await one_ahead(stage, gpu, ann, ben)
    await stage.pool.execute(change)
    await stage.market.refresh()
    await stage.compare()
    await stage.worker("idle")
    await stage.round()

    assert await gpu.inbox_of(Recall) == []


async def test_its_owner_cancels_it_and_gets_all_tokens_back(
    stage: Stage, gpu: Worker, ann: Caller, ben: Caller
) -> None:
    left = (await stage.standing(ben)).allowance_used
    _, ahead = await one_ahead(stage, gpu, ann, ben)
    await stage.lifecycle.cancel(ahead.job_id, ben.user_id)
    assert await gpu.inbox() == [Cancel(job_id=ahead.job_id, attempt=1)]

    await gpu.finish(ahead, "cancelled", run_seconds=0.0, unused_fraction=1.0)
    await stage.file()
    row = await stage.row(ahead.job_id)

    assert (row["status"], row["started_at"], row["cost_tokens"]) == ("CANCELLED", None, 0)
    assert (await stage.standing(ben)).allowance_used == left
    assert await hold_is_settled(stage, ahead.job_id)


async def test_a_worker_that_dies_with_one_at_hand_has_lost_only_what_it_ran(
    stage: Stage, gpu: Worker, ann: Caller, ben: Caller
) -> None:
    running, ahead = await one_ahead(stage, gpu, ann, ben)
    for task in (running, ahead):
        await stage.expire_lease(task.job_id)
    await stage.round()
    losses = [(await stage.row(task.job_id))["lost_attempts"] for task in (running, ahead)]

    assert losses == [1, 0]
    assert [await stage.status(task.job_id) for task in (running, ahead)] == ["QUEUED", "QUEUED"]


async def test_what_was_at_hand_of_a_worker_with_a_free_slot_counts_as_begun(
    stage: Stage, gpu: Worker, ann: Caller, ben: Caller
) -> None:
    """A job that kills its worker before a beat could say that it was begun must not do so for ever."""
    running, ahead = await one_ahead(stage, gpu, ann, ben)
    await gpu.finish(running)
    await stage.file()
    await stage.expire_lease(ahead.job_id)
    await stage.round()

    assert (await stage.row(ahead.job_id))["lost_attempts"] == 1


async def test_a_new_leader_knows_that_it_has_not_begun(
    stage: Stage, other: Stage, gpu: Worker, ann: Caller, ben: Caller
) -> None:
    _, ahead = await one_ahead(stage, gpu, ann, ben)
    await stage.dispatcher.resign()
    other.dispatcher.next_lead = 0.0
    await other.hear(gpu)
    attempt = other.dispatcher.line.running[ahead.job_id]
    assert attempt.started_at is None
    assert await gpu.inbox() == []

    gpu.waiting.clear()
    await other.hear(gpu)
    assert attempt.started_at == pytest.approx(time.monotonic(), abs=5)
    assert (await stage.row(ahead.job_id))["started_at"]


async def test_an_assignment_ahead_that_got_lost_is_sent_again(
    stage: Stage, gpu: Worker, ann: Caller, ben: Caller
) -> None:
    await stage.started(ann, gpu)
    job_id = await stage.job(ben)
    await stage.round()
    [lost] = await gpu.inbox()
    await stage.hear(gpu)
    await stage.hear(gpu)

    assert await gpu.inbox() == [lost]
    assert isinstance(lost, Assignment)
    assert lost.job_id == job_id

"""Jobs with a start time or parents: nothing is held until their time has come, then that moment's limits count."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from scheduler.accounts.model import Caller
from scheduler.archive.queries import old_jobs
from scheduler.catalogue.queries import resume
from scheduler.errors import Code, Refusal
from scheduler.jobs.model import Destination, JobEvent, Status, Why
from scheduler.jobs.submits import Admitted, Replayed
from scheduler.jobs.views import Viewer
from scheduler.ledger.auditor import audit
from tests.scheduler.stage import Stage
from tests.scheduler.worker import Worker

DESTINATION = Destination(bot_id="telegram", process="p1", address={"chat_id": 1})
HOUR = timedelta(hours=1)


@pytest.fixture
async def ann(stage: Stage, gpu: Worker) -> Caller:
    return await stage.user()


async def booked(stage: Stage, caller: Caller, **more: Any) -> UUID:
    answer = await stage.book(caller, **more)
    assert isinstance(answer, Admitted), answer
    assert answer.booking
    return answer.job.id


async def comes(stage: Stage, *job_ids: UUID) -> None:
    """The start times of these jobs have come, and the scheduler looks."""
    await stage.pool.execute("update jobs set start_at = now() where id = any($1::uuid[])", list(job_ids))
    await look(stage)


async def look(stage: Stage) -> None:
    stage.secretary.next_look = 0.0
    await stage.secretary.tick()
    await stage.round()


async def is_clean(stage: Stage) -> bool:
    async with stage.pool.acquire() as connection:
        return await audit(connection) == []


async def test_a_job_with_a_start_time_holds_nothing_until_then(stage: Stage, gpu: Worker, ann: Caller) -> None:
    job_id = await booked(stage, ann, in_time=HOUR, destination=DESTINATION)
    await look(stage)

    row, standing = await stage.row(job_id), await stage.standing(ann)
    assert (row["status"], row["cost_tokens"], row["held_allowance"], row["held_day"]) == ("CREATED", 1, 0, None)
    assert (standing.open_jobs, float(standing.allowance_used), standing.last_seq) == (1, 0, 0)
    assert await gpu.inbox() == []
    assert await is_clean(stage)

    await comes(stage, job_id)
    row, standing = await stage.row(job_id), await stage.standing(ann)
    assert (row["status"], row["held_allowance"], row["queued_at"] > row["created_at"]) == ("RUNNING", 1, True)
    assert (standing.open_jobs, float(standing.allowance_used), standing.last_seq) == (1, 1, 1)
    await gpu.finish(await gpu.assignment())
    await stage.file()
    assert await stage.status(job_id) == "COMPLETED"
    assert await stage.pool.fetchval("select state from deliveries where job_id = $1", job_id) == "due"
    assert await is_clean(stage)


async def test_the_loop_wakes_by_itself_when_the_time_has_come(stage: Stage, ann: Caller) -> None:
    job_id = await booked(stage, ann, in_time=timedelta(seconds=0.3))
    await stage.secretary.tick()
    assert await stage.status(job_id) == "CREATED"

    stage.secretary.wake.clear()
    async with asyncio.timeout(1.0):
        await stage.secretary.wake.wait()
    await stage.secretary.tick()
    assert await stage.status(job_id) == "QUEUED"


async def test_a_child_begins_when_all_its_parents_have_completed(stage: Stage, gpu: Worker, ann: Caller) -> None:
    parents = [await stage.job(ann), await stage.job(ann)]
    child = await booked(stage, ann, after=parents)
    for _ in parents:
        await stage.secretary.tick()
        assert await stage.status(child) == "CREATED"
        await stage.round()
        await gpu.finish(await gpu.assignment())
        await stage.file()
    await stage.secretary.tick()  # of what it heard; it does not look
    await stage.round()

    assert await stage.status(child) == "RUNNING"
    assert await is_clean(stage)


async def test_a_start_time_counts_after_the_parents_too(stage: Stage, gpu: Worker, ann: Caller) -> None:
    parent, task = await stage.started(ann, gpu)
    child = await booked(stage, ann, after=[parent], in_time=HOUR)
    await gpu.finish(task)
    await stage.file()
    await look(stage)
    assert await stage.status(child) == "CREATED"

    await comes(stage, child)
    assert await stage.status(child) == "RUNNING"


async def test_parents_that_have_completed_are_not_waited_for(stage: Stage, gpu: Worker, ann: Caller) -> None:
    parent, task = await stage.started(ann, gpu)
    await gpu.finish(task)
    await stage.file()
    answer = await stage.book(ann, after=[parent])
    assert isinstance(answer, Admitted)

    assert answer.booking is None
    assert await stage.status(answer.job.id) == "QUEUED"
    later = await booked(stage, ann, after=[parent], in_time=HOUR)
    assert (await stage.row(later))["after"] is None


async def test_what_can_be_judged_at_once_is_refused_at_once(stage: Stage, ann: Caller) -> None:
    lost = await stage.job(ann)
    await stage.lifecycle.cancel(lost, ann.user_id)
    stranger = await stage.job(await stage.user("telegram:43"))
    wishes: list[tuple[dict[str, Any], Code]] = [
        ({"after": [uuid4()]}, Code.NOT_FOUND),
        ({"after": [stranger]}, Code.NOT_FOUND),
        ({"after": [lost]}, Code.PARENT_FAILED),
        ({"in_time": timedelta(days=31)}, Code.TOO_FAR_AHEAD),
        ({"in_time": HOUR, "model": "flux-dev"}, Code.MODEL_NOT_IN_PLAN),
        ({"in_time": HOUR, "width": 4096}, Code.RESOLUTION_TOO_HIGH),
    ]
    for wish, code in wishes:
        answer = await stage.book(ann, **wish)
        assert isinstance(answer, Refusal), wish
        assert answer.code is code
    for _ in range(4):
        await booked(stage, ann, in_time=HOUR)
    answer = await stage.book(ann, in_time=HOUR)
    assert isinstance(answer, Refusal)
    assert answer.code is Code.RATE_LIMITED
    await stage.forget_rate(ann)
    await booked(stage, ann, in_time=HOUR)
    await booked(stage, ann, in_time=HOUR)
    answer = await stage.book(ann, in_time=HOUR)
    assert isinstance(answer, Refusal)
    assert answer.code is Code.TOO_MANY_WAITING
    assert await is_clean(stage)


async def test_a_repetition_gets_the_first_answer_whatever_happened_meanwhile(stage: Stage, ann: Caller) -> None:
    parent = await stage.job(ann)
    twins = await asyncio.gather(*(stage.book(ann, after=[parent], key="k") for _ in range(4)))
    [first] = [answer for answer in twins if isinstance(answer, Admitted)]
    assert [answer for answer in twins if answer is not first] == [Replayed(first.job.id)] * 3

    other = await stage.book(ann, after=[parent], key="k", prompt="a bear")
    assert isinstance(other, Refusal)
    assert other.code is Code.IDEMPOTENCY_MISMATCH
    assert (await stage.standing(ann)).open_jobs == 2


async def test_a_cancel_before_its_time_gives_nothing_back(stage: Stage, ann: Caller) -> None:
    job_id = await booked(stage, ann, in_time=HOUR, destination=DESTINATION)
    child = await booked(stage, ann, after=[job_id])
    await stage.secretary.tick()
    await stage.lifecycle.cancel(job_id, ann.user_id)
    await stage.lifecycle.cancel(job_id, ann.user_id)
    await stage.secretary.tick()

    row = await stage.row(job_id)
    assert (row["status"], row["cost_tokens"]) == ("CANCELLED", 0)
    assert await stage.pool.fetchval("select state from deliveries where job_id = $1", job_id) == "due"
    assert await stage.status(child) == "FAILED"
    assert (await stage.standing(ann)).open_jobs == 0
    assert await stage.pool.fetchval("select count(*) from billing.token_ledger") == 0
    assert await is_clean(stage)


async def test_a_cancel_whose_scheduler_stopped_is_carried_out_by_the_leader(stage: Stage, ann: Caller) -> None:
    job_id = await booked(stage, ann, in_time=HOUR)
    await stage.pool.execute("update jobs set cancel_requested_at = now() where id = $1", job_id)
    await comes(stage, job_id)

    assert await stage.status(job_id) == "CANCELLED"
    assert await is_clean(stage)


async def test_after_a_failure_children_and_theirs_have_failed(stage: Stage, gpu: Worker, ann: Caller) -> None:
    parent, task = await stage.started(ann, gpu)
    child = await booked(stage, ann, after=[parent], destination=DESTINATION)
    grandchild = await booked(stage, ann, after=[parent, child], in_time=HOUR)
    await stage.secretary.tick()
    await gpu.finish(task, "failed", error_code="bad_request", error_message="no")
    await stage.file()
    await stage.secretary.tick()

    for job_id in (child, grandchild):
        row = await stage.row(job_id)
        assert (row["status"], row["error"]["code"], row["cost_tokens"]) == ("FAILED", "parent_failed", 0)
    assert await stage.pool.fetchval("select state from deliveries where job_id = $1", child) == "due"
    assert (await stage.standing(ann)).open_jobs == 0
    assert await is_clean(stage)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ("update billing.token_account set allowance_used = 20, allowance_day = current_date", "out_of_tokens"),
        ("update plans set allowed_models = '{sdxl}'", "model_not_in_plan"),
        ("update billing.token_account set banned = true", "banned"),
        ("update plans set max_resolution = 32", "resolution_too_high"),
    ],
)
async def test_the_limits_of_that_moment_count(stage: Stage, gpu: Worker, ann: Caller, change: str, code: str) -> None:
    job_id = await booked(stage, ann, in_time=HOUR, destination=DESTINATION)
    child = await booked(stage, ann, after=[job_id])
    await stage.pool.execute(change)
    await comes(stage, job_id)
    await stage.secretary.tick()

    row = await stage.row(job_id)
    assert (row["status"], row["error"]["code"], row["cost_tokens"], row["held_day"]) == ("FAILED", code, 0, None)
    assert len(row["error"]["message"]) > 10
    assert await stage.status(child) == "FAILED"
    assert await stage.pool.fetchval("select state from deliveries where job_id = $1", job_id) == "due"
    assert (await stage.standing(ann)).open_jobs == 0
    assert await stage.pool.fetchval("select count(*) from billing.token_ledger") == 0


async def test_what_falls_due_while_its_model_is_paused_waits_in_line(stage: Stage, gpu: Worker, ann: Caller) -> None:
    """As whoever was in line before the pause."""
    parent, task = await stage.started(ann, gpu)
    child, later = await booked(stage, ann, after=[parent]), await booked(stage, ann, in_time=HOUR)
    await stage.pool.execute("insert into catalogue.pauses (subject) values ('model:painter')")
    await stage.market.refresh()
    await gpu.finish(task)
    await stage.file()
    await comes(stage, later)

    assert [await stage.status(job_id) for job_id in (child, later)] == ["QUEUED", "QUEUED"]
    view = await Viewer(stage.pool, stage.inquiry).view(child, ann.user_id)
    assert view
    assert view.wait
    assert view.wait.why is Why.PAUSED
    await resume(stage.pool, "model:painter")
    await stage.market.refresh()
    await stage.round()
    assert [await stage.status(job_id) for job_id in (child, later)] == ["RUNNING", "QUEUED"]
    assert await is_clean(stage)


async def test_an_end_that_only_an_event_tells_of_is_none(stage: Stage, gpu: Worker, ann: Caller) -> None:
    """It is forged, or of another life of the job: the database decides."""
    parent, task = await stage.started(ann, gpu)
    child, later = await booked(stage, ann, after=[parent]), await booked(stage, ann, in_time=HOUR)
    await stage.secretary.tick()
    for job_id in (parent, later):
        for status in (Status.FAILED, Status.COMPLETED):
            stage.secretary.heard(JobEvent(kind="ended", job_id=job_id, status=status))
            await stage.secretary.tick()

    assert [await stage.status(job_id) for job_id in (child, later)] == ["CREATED", "CREATED"]
    assert set(stage.secretary.agenda.parents) == {child, later}
    await gpu.finish(task)
    await stage.file()
    await stage.secretary.tick()
    assert await stage.status(child) == "QUEUED"


async def test_the_rate_is_not_paid_twice_and_tokens_go_as_far_as_they_go(stage: Stage, ann: Caller) -> None:
    jobs = [await booked(stage, ann, in_time=HOUR) for _ in range(5)]
    tat = (await stage.standing(ann)).rate_tat
    await stage.pool.execute("update plans set daily_token_limit = 3")
    await comes(stage, *jobs)

    assert [await stage.status(job_id) for job_id in jobs] == ["RUNNING", "QUEUED", "QUEUED", "FAILED", "FAILED"]
    standing = await stage.standing(ann)
    assert (standing.open_jobs, float(standing.allowance_used), standing.rate_tat) == (3, 3, tat)
    assert await is_clean(stage)


async def test_nobody_awake_it_is_kept_as_any_other(stage: Stage, gpu: Worker, ann: Caller) -> None:
    job_id = await booked(stage, ann, in_time=HOUR)
    await stage.pool.execute("update workers set last_seen_at = now() - interval '1 hour'")
    await stage.market.refresh()
    await comes(stage, job_id)

    assert (await stage.row(job_id))["wait_until"] is not None


async def test_what_a_standby_books_the_leader_starts(stage: Stage, other: Stage, gpu: Worker, ann: Caller) -> None:
    assert stage.dispatcher.leader
    assert not other.dispatcher.leader
    await stage.secretary.tick()
    await other.market.refresh()
    parent, task = await stage.started(ann, gpu)
    child = await booked(other, ann, after=[parent])
    assert other.secretary.agenda.parents == {}
    for event in other.lifecycle.herald.said:
        stage.secretary.heard(event)
    await stage.secretary.tick()
    await gpu.report(gpu.outcome(task))
    await other.read_reports()  # and it files the parent's outcome, too
    for event in other.lifecycle.herald.said:
        stage.secretary.heard(event)
    await stage.secretary.tick()

    assert await stage.status(child) == "QUEUED"


async def test_a_new_leader_has_the_agenda_from_the_database(stage: Stage, other: Stage, ann: Caller) -> None:
    soon, later = await booked(stage, ann, in_time=HOUR), await booked(stage, ann, in_time=2 * HOUR)
    await stage.secretary.tick()
    await stage.dispatcher.resign()
    other.dispatcher.next_lead = 0.0
    await other.dispatcher.tick()
    assert other.dispatcher.leader
    await stage.pool.execute("update jobs set start_at = now() where id = $1", soon)
    late = stage.secretary.usher.show([soon])  # by one that stood still meanwhile
    await asyncio.gather(other.secretary.tick(), late)

    assert [await stage.status(soon), await stage.status(later)] == ["QUEUED", "CREATED"]
    assert set(other.secretary.agenda.parents) == {later}
    await stage.secretary.tick()
    assert stage.secretary.agenda.parents == {}
    assert (await stage.standing(ann)).allowance_used == 1
    assert await is_clean(stage)


async def test_nothing_is_lost_when_nothing_is_heard(stage: Stage, gpu: Worker, ann: Caller) -> None:
    """Only the database says what was booked and what ended."""
    await stage.secretary.tick()
    stage.lifecycle.listeners.remove(stage.secretary)
    parent, task = await stage.started(ann, gpu)
    child = await booked(stage, ann, after=[parent])
    stage.secretary.came.clear()
    await look(stage)
    assert set(stage.secretary.agenda.parents) == {child}
    await gpu.finish(task)
    await stage.file()
    await stage.secretary.tick()
    assert await stage.status(child) == "CREATED"

    await look(stage)
    assert await stage.status(child) == "RUNNING"


async def test_a_poisonous_job_harms_nobody_else(stage: Stage, ann: Caller) -> None:
    poison, well = await booked(stage, ann, in_time=HOUR), await booked(stage, ann, in_time=HOUR)
    await stage.pool.execute("update jobs set params = params - 'prompt' where id = $1", poison)
    await comes(stage, poison, well)

    assert [await stage.status(poison), await stage.status(well)] == ["CREATED", "RUNNING"]
    await look(stage)
    assert await is_clean(stage)


async def test_an_end_that_cannot_be_written_harms_nobody_else(stage: Stage, ann: Caller) -> None:
    """Ben's account says that he has no open job: no end of one can be written there."""
    ben = await stage.user("telegram:43")
    lost, waits = await booked(stage, ben, in_time=HOUR), await booked(stage, ann, in_time=HOUR)
    due = await booked(stage, await stage.user("telegram:44"), in_time=HOUR)
    await stage.pool.execute("update jobs set cancel_requested_at = now() where id = any($1::uuid[])", [lost, waits])
    await stage.pool.execute("update billing.token_account set open_jobs = 0 where user_id = $1", ben.user_id)
    await comes(stage, due)
    await look(stage)

    assert [await stage.status(job_id) for job_id in (lost, waits, due)] == ["CREATED", "CANCELLED", "RUNNING"]


async def test_where_it_waits_is_told(stage: Stage, gpu: Worker, ann: Caller) -> None:
    parent, task = await stage.started(ann, gpu)
    child = await booked(stage, ann, after=[parent], in_time=HOUR)
    viewer = Viewer(stage.pool, stage.inquiry)
    view = await viewer.view(child, ann.user_id)
    assert view
    assert view.wait
    assert (view.wait.why, view.wait.position, view.wait.until) == (Why.PARENT, 0, view.start_at)
    assert view.after == [parent]

    await gpu.finish(task)
    await stage.file()
    view = await viewer.view(child, ann.user_id)
    assert view
    assert view.wait
    assert view.wait.why is Why.START_TIME


async def test_a_parent_is_not_archived_while_somebody_comes_after_it(stage: Stage, gpu: Worker, ann: Caller) -> None:
    parent, task = await stage.started(ann, gpu)
    child = await booked(stage, ann, after=[parent], in_time=HOUR)
    await gpu.finish(task)
    await stage.file()
    await stage.pool.execute(
        """
        update jobs set created_at = now() - interval '9 days', ended_at = now() - interval '9 days' where id = $1
        """,
        parent,
    )
    await stage.pool.execute("update artifacts set deleted_at = now()")
    await stage.pool.execute("update deliveries set state = 'dead'")
    assert await old_jobs(stage.pool, timedelta(days=1), 10) == []

    await stage.lifecycle.cancel(child, ann.user_id)
    assert [job.id for job in await old_jobs(stage.pool, timedelta(days=1), 10)] == [parent]


async def test_a_child_whose_parent_is_not_there_any_more_has_failed(stage: Stage, ann: Caller) -> None:
    parent = await booked(stage, ann, in_time=HOUR)
    child = await booked(stage, ann, after=[parent])
    await stage.pool.execute("delete from jobs where id = $1", parent)
    await look(stage)

    assert (await stage.row(child))["error"]["code"] == "parent_failed"

"""The shortcut: a job that comes while a fitting worker is free begins in the statement that admits it."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import asyncpg
import pytest

from scheduler.accounts.model import Caller
from scheduler.jobs.model import JobRequest
from scheduler.jobs.queries.admission import Written, insert_admitted
from scheduler.jobs.submits import Admitted, Submit
from scheduler.wire import Assignment
from tests.scheduler.stage import Stage
from tests.scheduler.worker import Worker


@pytest.fixture
async def gpu(stage: Stage) -> Worker:
    return await stage.worker("gpu", slots=2)


@pytest.fixture
async def bob(stage: Stage) -> Caller:
    return await stage.user("telegram:43")


def open_the_shortcut(stage: Stage) -> None:
    """As between two rounds, where every loop runs."""
    assert stage.dispatcher.leader
    stage.dispatcher.shortcut.open(stage.dispatcher.leader)


def busy(stage: Stage) -> int:
    """How many slots the leader believes to be taken."""
    return sum(len(worker.busy) for worker in stage.dispatcher.line.workers.values())


async def test_a_job_begins_as_it_is_admitted(stage: Stage, gpu: Worker, ann: Caller) -> None:
    open_the_shortcut(stage)
    job_id = await stage.job(ann)

    row = await stage.row(job_id)
    assert (row["status"], row["attempt"], row["worker_id"]) == ("RUNNING", 1, gpu.worker_id)
    assert row["started_at"]
    assert row["lease_until"] > row["started_at"]
    await stage.dispatcher.courier.tick()
    task = await gpu.assignment()
    assert (task.job_id, task.attempt, task.lease_token) == (job_id, 1, row["lease_token"])
    assert (task.model, task.params) == ("painter", row["params"])
    await gpu.finish(task)
    await stage.file()
    assert await stage.status(job_id) == "COMPLETED"
    assert busy(stage) == 0


async def test_a_beat_that_lists_it_keeps_it_and_nothing_is_sent_twice(stage: Stage, gpu: Worker, ann: Caller) -> None:
    open_the_shortcut(stage)
    job_id = await stage.job(ann)
    await stage.dispatcher.courier.tick()
    await gpu.assignment()

    await stage.hear(gpu)
    await stage.compare()
    await stage.hear(gpu)

    assert await gpu.inbox() == []
    assert (await stage.row(job_id))["attempt"] == 1
    assert busy(stage) == 1


async def test_no_more_begin_than_the_plan_allows(stage: Stage, gpu: Worker, ann: Caller) -> None:
    open_the_shortcut(stage)
    first, second = await stage.job(ann), await stage.job(ann)

    assert [await stage.status(job_id) for job_id in (first, second)] == ["RUNNING", "QUEUED"]
    await stage.round()
    assert await stage.status(second) == "QUEUED"
    await gpu.finish(await gpu.assignment())
    await stage.file()
    assert await stage.status(second) == "RUNNING"


async def test_who_may_not_begin_holds_up_nobody_else(stage: Stage, ann: Caller, bob: Caller) -> None:
    await stage.worker("gpu", slots=4)
    open_the_shortcut(stage)
    first, second = await stage.job(ann), await stage.job(ann)
    third = await stage.job(bob)

    assert [await stage.status(job_id) for job_id in (first, second, third)] == ["RUNNING", "QUEUED", "RUNNING"]


async def test_whoever_waits_is_not_passed_over(stage: Stage, ann: Caller, bob: Caller) -> None:
    """A job that waits for the next round is chosen with those who come, and started by that round."""
    gpu = await stage.worker("gpu", slots=2)
    waits = await stage.job(ann)
    open_the_shortcut(stage)
    comes = await stage.job(bob)

    assert [await stage.status(job_id) for job_id in (waits, comes)] == ["QUEUED", "RUNNING"]
    assert set(stage.dispatcher.line.running) == {waits, comes}
    await stage.round()
    assert await stage.status(waits) == "RUNNING"
    assert {one.job_id for one in await gpu.inbox() if isinstance(one, Assignment)} == {waits, comes}


async def test_a_slot_that_was_freed_meanwhile_is_taken_at_once(stage: Stage, ann: Caller, bob: Caller) -> None:
    gpu = await stage.worker("gpu", slots=1)
    open_the_shortcut(stage)
    await stage.job(ann)
    await stage.dispatcher.courier.tick()
    await gpu.finish(await gpu.assignment())
    await stage.read_reports()

    assert await stage.status(await stage.job(bob)) == "RUNNING"


async def test_but_not_while_somebody_waits_for_it(stage: Stage, ann: Caller, bob: Caller) -> None:
    gpu = await stage.worker("gpu", slots=1)
    open_the_shortcut(stage)
    await stage.job(ann)
    await stage.job(ann)
    await stage.dispatcher.courier.tick()
    await gpu.finish(await gpu.assignment())
    await stage.read_reports()

    assert await stage.status(await stage.job(bob)) == "QUEUED"
    assert await stage.status(await stage.job(bob)) == "QUEUED"
    await stage.round()
    assert busy(stage) == 1


async def test_of_those_that_come_together_the_policy_chooses(stage: Stage, ann: Caller) -> None:
    await stage.worker("gpu", slots=1)
    pat = await stage.user("telegram:44", "pro")
    open_the_shortcut(stage)
    cheap, dear = await stage.admitter.admit([wish_of(ann), wish_of(pat)])

    assert isinstance(cheap, Admitted)
    assert isinstance(dear, Admitted)
    assert await stage.status(dear.job.id) == "RUNNING"
    assert await stage.status(cheap.job.id) == "QUEUED"


async def test_nothing_begins_under_a_lead_that_was_lost(stage: Stage, gpu: Worker, ann: Caller) -> None:
    open_the_shortcut(stage)
    await stage.pool.execute("update leadership set term = term + 1, holder = 'another'")
    job_id = await stage.job(ann)

    assert await stage.status(job_id) == "QUEUED"
    assert busy(stage) == 0
    await stage.dispatcher.courier.tick()
    assert await gpu.inbox() == []


async def test_an_audit_meanwhile_leaves_what_is_being_written(
    stage: Stage, gpu: Worker, ann: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def slowly(*args: Any) -> Written:
        stage.dispatcher.auditor.next_at = 1.0
        await stage.dispatcher.auditor.audit()
        assert busy(stage) == 1
        written = await insert_admitted(*args)
        stage.dispatcher.auditor.next_at = 1.0
        await stage.dispatcher.auditor.audit()
        return written

    open_the_shortcut(stage)
    monkeypatch.setattr("scheduler.jobs.admitter.insert_admitted", slowly)
    job_id = await stage.job(ann)

    assert stage.dispatcher.line.running[job_id].attempt == 1
    assert busy(stage) == 1
    await stage.dispatcher.courier.tick()
    assert (await gpu.assignment()).job_id == job_id


@pytest.mark.parametrize("committed", [True, False])
async def test_nothing_begins_while_it_is_unclear_what_has_begun(
    stage: Stage, gpu: Worker, ann: Caller, committed: bool
) -> None:
    """The connection breaks: whether the job runs, the database says in the next round."""
    open_the_shortcut(stage)
    with broken(committed), pytest.raises(asyncpg.ConnectionDoesNotExistError):
        await stage.admitter.admit([wish_of(ann)])
    assert stage.dispatcher.auditor.doubtful
    second = await stage.job(ann)

    assert await stage.status(second) == "QUEUED"
    await stage.round()
    assert await stage.status(second) == ("QUEUED" if committed else "RUNNING")
    if committed:
        await stage.hear(gpu)
        await stage.hear(gpu)
        assert (await gpu.assignment()).job_id != second
    assert await stage.pool.fetchval("select count(*) from jobs where status = 'RUNNING'") == 1


async def test_a_doubt_that_comes_during_an_audit_is_looked_into_by_the_next(
    stage: Stage, gpu: Worker, ann: Caller
) -> None:
    auditor = stage.dispatcher.auditor
    open_the_shortcut(stage)
    job = stage.dispatcher.line.jobs[await stage.job(ann)]
    look = auditor._look

    async def looked(doubts: Any) -> Any:
        found = await look(doubts)
        auditor.doubt([job], may_run=True)
        return found

    auditor.next_at, auditor._look = 1.0, looked  # type: ignore[method-assign] # the moment cannot be met otherwise
    await auditor.audit()

    assert auditor.doubtful


async def test_an_account_that_was_changed_meanwhile_frees_the_slot(
    stage: Stage, gpu: Worker, ann: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def after_a_change(*args: Any) -> Written:
        await stage.pool.execute("update billing.token_account set rate_tat = rate_tat where user_id = $1", ann.user_id)
        return await insert_admitted(*args)

    open_the_shortcut(stage)
    with monkeypatch.context() as patch:
        patch.setattr("scheduler.jobs.admitter.insert_admitted", after_a_change)
        [answer] = await stage.admitter.admit([wish_of(ann)])

    assert not isinstance(answer, Admitted)
    assert busy(stage) == 0


async def test_a_limit_that_was_lowered_meanwhile_counts_at_once(stage: Stage) -> None:
    await stage.worker("large", slots=8)
    pro = await stage.user("telegram:5", "pro")
    open_the_shortcut(stage)
    first = await stage.job(pro)
    await stage.pool.execute("update plans set max_concurrent_jobs = 1 where tier = 'pro'")
    second = await stage.job(pro)

    assert [await stage.status(job_id) for job_id in (first, second)] == ["RUNNING", "QUEUED"]


async def test_no_plan_becomes_smaller_while_a_job_of_it_begins(
    stage: Stage, gpu: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Or the leader would count what runs before that job is there, by a limit that it was not admitted under."""
    pro = await stage.user("telegram:5", "pro")
    lowered: list[str] = []

    async def before_it_is_committed(db: asyncpg.Connection, *args: Any) -> Written:
        async with db.transaction():
            written = await insert_admitted(db, *args)
            assert written.begun
            with suppress(asyncpg.LockNotAvailableError):
                async with stage.pool.acquire() as impatient, impatient.transaction():
                    await impatient.execute("set local lock_timeout = '50ms'")
                    lowered.append(await impatient.execute("update plans set max_concurrent_jobs = 1"))
        return written

    open_the_shortcut(stage)
    with monkeypatch.context() as patch:
        patch.setattr("scheduler.jobs.admitter.insert_admitted", before_it_is_committed)
        [answer] = await stage.admitter.admit([wish_of(pro)])

    assert isinstance(answer, Admitted)
    assert lowered == []


async def test_nothing_begins_under_a_plan_that_has_become_smaller(
    stage: Stage, gpu: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    pro = await stage.user("telegram:5", "pro")

    async def after_a_change(*args: Any) -> Written:
        await stage.pool.execute("update plans set max_concurrent_jobs = 1 where tier = 'pro'")
        return await insert_admitted(*args)

    open_the_shortcut(stage)
    with monkeypatch.context() as patch:
        patch.setattr("scheduler.jobs.admitter.insert_admitted", after_a_change)
        [answer] = await stage.admitter.admit([wish_of(pro)])

    assert isinstance(answer, Admitted)
    assert await stage.status(answer.job.id) == "QUEUED"
    assert busy(stage) == 0


async def test_those_who_come_together_in_different_lines_are_told_apart(
    stage: Stage, gpu: Worker, ann: Caller, bob: Caller
) -> None:
    """Nobody has been served, and they came in the same moment: only their order is left."""
    open_the_shortcut(stage)
    answers = await stage.admitter.admit([wish_of(ann, 64), wish_of(bob, 1024)])

    admitted = [answer.job.id for answer in answers if isinstance(answer, Admitted)]
    assert [await stage.status(job_id) for job_id in admitted] == ["RUNNING", "RUNNING"]


def wish_of(caller: Caller, side: int = 64) -> Submit:
    return Submit(caller, JobRequest(prompt="a fox", width=side, height=side, model="painter"), None, None, None)


@contextmanager
def broken(committed: bool) -> Iterator[None]:
    """The next jobs are written, or not, and nobody hears of it."""

    async def breaks(*args: Any) -> Written:
        if committed:
            await insert_admitted(*args)
        raise asyncpg.ConnectionDoesNotExistError

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("scheduler.jobs.admitter.insert_admitted", breaks)
        yield

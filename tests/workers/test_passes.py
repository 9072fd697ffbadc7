"""Attempts that come together share one pass of an engine that can; each ends in its own way."""

from typing import Any
from uuid import uuid4

import pytest

from scheduler.wire import AttemptRef, Recall
from tests.workers.conftest import RunningWorker, StartWorker
from tests.workers.fake_scheduler import FakeScheduler

SLOW: dict[str, Any] = {"steps": 200, "delay": 0.02}
BRISK: dict[str, Any] = {"steps": 20, "delay": 0.02}


@pytest.fixture
async def worker(start_worker: StartWorker) -> RunningWorker:
    """A worker with one slot and an engine that makes up to four tasks in one pass."""
    return await start_worker(worker_engines=("together",))


async def assign(scheduler: FakeScheduler, *params: dict[str, Any]) -> list[AttemptRef]:
    """Assignments of one pass, in one entry."""
    pass_id = uuid4()
    tasks = [scheduler.job(tokens=2.0, **one).model_copy(update={"pass_id": pass_id}) for one in params]
    return await scheduler.assign_together(tasks)


async def test_they_are_made_in_one_pass_in_one_slot(scheduler: FakeScheduler, worker: RunningWorker) -> None:
    refs = await assign(scheduler, {"seed": 1, **BRISK}, {"seed": 2}, {"seed": 3})
    await scheduler.until(lambda: scheduler.beat.passes == [[ref.job_id for ref in refs]])
    assert scheduler.beat.waiting == []
    outcomes = [await scheduler.outcome(ref) for ref in refs]

    assert scheduler.beat.offers[0].batch == 4
    assert [one.status for one in outcomes] == ["completed"] * 3
    assert [one.artifacts[0].metadata for one in outcomes] == [
        {"seed": seed, "model": "instant", "together": 3} for seed in (1, 2, 3)
    ]
    assert all(scheduler.progress[ref][-1].fraction == 1.0 for ref in refs)


async def test_the_pace_is_that_of_all_of_them(scheduler: FakeScheduler, worker: RunningWorker) -> None:
    refs = await assign(scheduler, *[BRISK] * 4)
    outcomes = [await scheduler.outcome(ref) for ref in refs]
    await scheduler.until(lambda: bool(scheduler.beat.paces))

    assert scheduler.beat.paces["instant"] == pytest.approx(max(one.run_seconds for one in outcomes) / 8, rel=0.2)


async def test_one_that_is_cancelled_ends_at_once_and_the_others_go_on(
    scheduler: FakeScheduler, worker: RunningWorker
) -> None:
    first, second = await assign(scheduler, SLOW, SLOW)
    await scheduler.until(lambda: any(line.fraction > 0 for line in scheduler.progress.get(second, ())))
    await scheduler.cancel(first)
    cancelled = await scheduler.outcome(first)
    assert (cancelled.status, second in scheduler.outcomes) == ("cancelled", False)
    assert 0 < cancelled.unused_fraction < 1

    third = await scheduler.assign(scheduler.job())
    await scheduler.until(lambda: scheduler.beat.waiting == [third])  # the slot is not free
    await scheduler.cancel(second)
    assert (await scheduler.outcome(second)).status == "cancelled"
    assert (await scheduler.outcome(third)).status == "completed"


async def test_a_worker_counts_from_when_its_model_is_loaded_where_it_is_told_that(
    scheduler: FakeScheduler, worker: RunningWorker
) -> None:
    task = scheduler.job(timeout=1000.0, **SLOW).model_copy(update={"work_seconds": 0.2})
    outcome = await scheduler.outcome(await scheduler.assign(task))
    assert (outcome.status, outcome.error_code) == ("failed", "timeout")


async def test_they_have_their_time_together(scheduler: FakeScheduler, worker: RunningWorker) -> None:
    pass_id = uuid4()
    tasks = [scheduler.job(timeout=seconds, **BRISK).model_copy(update={"pass_id": pass_id}) for seconds in (0.1, 20.0)]
    outcomes = [await scheduler.outcome(ref) for ref in await scheduler.assign_together(tasks)]
    assert [one.status for one in outcomes] == ["completed", "completed"]
    assert min(one.run_seconds for one in outcomes) > 0.1


async def test_what_one_fails_in_harms_no_other(scheduler: FakeScheduler, worker: RunningWorker) -> None:
    broken, refused, fine = await assign(scheduler, {"fail": "broken"}, {"fail": "bad_request"}, {})

    assert (await scheduler.outcome(broken)).error_code == "engine_failed"
    assert (await scheduler.outcome(refused)).error_code == "bad_request"
    assert (await scheduler.outcome(fine)).status == "completed"


async def test_a_pass_that_takes_too_much_memory_is_made_one_by_one(
    scheduler: FakeScheduler, worker: RunningWorker
) -> None:
    refs = await assign(scheduler, {"count": 4}, {"count": 4})
    outcomes = [await scheduler.outcome(ref) for ref in refs]

    assert [len(one.artifacts) for one in outcomes] == [4, 4]
    assert outcomes[0].artifacts[0].metadata["together"] == 1


async def test_one_that_is_recalled_leaves_its_pass_before_it_begins(
    scheduler: FakeScheduler, worker: RunningWorker
) -> None:
    running = await scheduler.assign(scheduler.job(**SLOW))
    first, second = await assign(scheduler, {}, {})
    await scheduler.until(lambda: scheduler.beat.waiting == [first, second])
    await scheduler.send(await scheduler.worker(), Recall(job_id=first.job_id, attempt=first.attempt))
    assert (await scheduler.outcome(first)).status == "handed_back"

    await scheduler.cancel(running)
    assert (await scheduler.outcome(second)).artifacts[0].metadata["together"] == 1


async def test_what_comes_before_its_pass_begins_joins_it(scheduler: FakeScheduler, worker: RunningWorker) -> None:
    running = await scheduler.assign(scheduler.job(**SLOW))
    [first] = await assign(scheduler, {})
    pass_id = scheduler.assigned[first].pass_id
    second = await scheduler.assign(scheduler.job().model_copy(update={"pass_id": pass_id}))
    await scheduler.until(lambda: scheduler.beat.passes == [[first.job_id, second.job_id]])
    await scheduler.cancel(running)

    assert (await scheduler.outcome(second)).artifacts[0].metadata["together"] == 2


async def test_each_is_given_up_when_the_engine_does_not_come_back_in_time(
    scheduler: FakeScheduler, worker: RunningWorker
) -> None:
    first, second = await assign(scheduler, *[{**SLOW, "timeout": 0.5}] * 2)

    assert [(await scheduler.outcome(ref)).error_code for ref in (first, second)] == ["timeout", "timeout"]
    assert (await scheduler.outcome(await scheduler.assign(scheduler.job()))).status == "completed"


async def test_what_was_sent_twice_runs_once(scheduler: FakeScheduler, worker: RunningWorker) -> None:
    task = scheduler.job().model_copy(update={"pass_id": uuid4()})
    [ref, _] = await scheduler.assign_together([task, task])

    assert (await scheduler.outcome(ref)).artifacts[0].metadata["together"] == 1

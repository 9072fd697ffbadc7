"""One attempt at hand while the slot runs: begun the moment it is free, handed back when it is called for."""

from typing import Any

import pytest

from scheduler.wire import AttemptRef, Recall
from tests.workers.conftest import RunningWorker, StartWorker
from tests.workers.fake_scheduler import FakeScheduler

SLOW: dict[str, Any] = {"steps": 200, "delay": 0.02}


async def recall(scheduler: FakeScheduler, ref: AttemptRef) -> None:
    await scheduler.send(await scheduler.worker(), Recall(job_id=ref.job_id, attempt=ref.attempt))


@pytest.mark.parametrize(
    ("changes", "asks"),
    [
        ({}, True),
        ({"worker_slots": 2}, False),
        ({"worker_look_ahead": False}, False),
        ({"worker_slots": 2, "worker_look_ahead": True}, True),
    ],
)
async def test_a_worker_with_one_slot_asks_for_it_unless_it_is_told_not_to(
    scheduler: FakeScheduler, start_worker: StartWorker, changes: dict[str, Any], asks: bool
) -> None:
    await start_worker(**changes)
    await scheduler.worker()

    assert scheduler.beat.looks_ahead is asks


async def test_what_is_at_hand_begins_when_the_slot_is_free_and_the_beat_says_so(
    scheduler: FakeScheduler, worker: RunningWorker
) -> None:
    first = await scheduler.assign(scheduler.job(steps=5, delay=0.1))
    second = await scheduler.assign(scheduler.job(**SLOW))
    await scheduler.until(lambda: scheduler.beat.waiting == [second])
    assert set(scheduler.beat.holding) == {first, second}

    await scheduler.outcome(first)
    await scheduler.until(lambda: not scheduler.beat.waiting)
    assert second in scheduler.beat.holding


async def test_a_recall_hands_back_what_was_not_begun(scheduler: FakeScheduler, worker: RunningWorker) -> None:
    first = await scheduler.assign(scheduler.job(**SLOW))
    second = await scheduler.assign(scheduler.job())
    await recall(scheduler, first)
    await recall(scheduler, second)
    outcome = await scheduler.outcome(second)

    assert (outcome.status, outcome.run_seconds) == ("handed_back", 0.0)
    assert first in scheduler.beat.holding
    assert first not in scheduler.outcomes


async def test_a_recall_of_what_is_not_here_says_nothing(scheduler: FakeScheduler, worker: RunningWorker) -> None:
    ended = await scheduler.assign(scheduler.job())
    await scheduler.outcome(ended)
    await recall(scheduler, ended)
    another = await scheduler.assign(scheduler.job())

    assert (await scheduler.outcome(another)).status == "completed"
    assert scheduler.outcomes[ended].status == "completed"

"""What a waiting job may hope for, before earlier predictions correct it."""

from collections.abc import Sequence
from dataclasses import replace

from scheduler.jobs.policy.prospects import AT_ONCE, Fleet, Running, prospects
from scheduler.jobs.policy.waits import Raw, Speeds
from scheduler.jobs.queue import Queue, Server, Waiting
from tests.scheduler.jobs.test_queue import ALL, job, queue_of, take

WARM = replace(ALL, warm=frozenset({"painter"}))
BUSY = Running(ALL.id, 9, 4.0)


def raw(queue: Queue, job: Waiting, free: Sequence[Server], running: Sequence[Running]) -> Raw:
    """Asked of the workers that the queue has met."""
    return prospects(Fleet(queue, running, {server.id for server in free}.__contains__, Speeds()), job)


def test_a_free_worker_takes_a_job_at_once_though_others_wait_for_their_own_limit() -> None:
    queue = queue_of(job(1, priority=1), job(2, priority=1), limit=1, servers=[WARM])
    take(queue)
    mine = job(3, user=2)
    queue.add(mine, 1, 0.0)

    assert queue.ahead(mine).jobs
    assert raw(queue, mine, [WARM], [BUSY]) == AT_ONCE


def test_a_worker_that_a_job_failed_on_does_not_take_it_while_another_can() -> None:
    other = replace(WARM, id="other-1", name="other")
    queue = queue_of(servers=[WARM, other])
    again = job(1, avoid=["gpu"])
    queue.add(again, 1, 0.0)

    assert raw(queue, again, [WARM], [BUSY]).seconds > 0
    assert raw(queue, again, [WARM, other], []) == AT_ONCE


def test_what_runs_and_what_is_ahead_is_shared_by_the_slots() -> None:
    two = replace(WARM, slots=2)
    queue = queue_of(job(1, user=1), job(2, user=2), job(3, user=3), servers=[two])
    last = queue.jobs[job(3).id]

    assert raw(queue, last, [], [BUSY, BUSY]) == Raw((4.0 + 4.0 + 2.0) / 2)


def test_a_user_who_runs_all_the_plan_allows_waits_for_the_own_jobs() -> None:
    many = replace(WARM, slots=8)
    queue = queue_of(job(1), job(2), job(3), limit=1, servers=[many])
    take(queue, many)
    running, last = Running(many.id, 1, 7.0), queue.jobs[job(3).id]

    assert raw(queue, last, [many], [running]) == Raw(7.0 + 1.0, own=True)


def test_an_idle_worker_that_has_not_the_model_takes_a_job_where_nobody_has() -> None:
    cold = replace(ALL, warm=frozenset({"sdxl"}), load_seconds=30.0)
    queue = queue_of(job(1), servers=[cold])
    mine = queue.jobs[job(1).id]
    assert raw(queue, mine, [cold], []) == AT_ONCE

    queue.meet(replace(WARM, id="warm-1", name="warm"))
    assert raw(queue, mine, [cold], [BUSY]).seconds > 0

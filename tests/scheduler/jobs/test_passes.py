"""Several jobs in one pass of a worker: one decision, one slot; each its own attempt, lease and end."""

import asyncio
from typing import Any
from uuid import UUID

import pytest

from scheduler.accounts.model import Caller
from scheduler.wire import Assignment
from tests.scheduler.stage import Stage
from tests.scheduler.worker import Worker

RUNNING = "select count(*) from jobs where status = 'RUNNING'"


@pytest.fixture(autouse=True)
async def known(stage: Stage) -> None:
    """A worker was here and has left: jobs are admitted, and wait for those that come."""
    await stage.worker("left", state="gone")


async def people(stage: Stage, number: int) -> list[Caller]:
    return [await stage.user(f"discord:{70 + n}") for n in range(number)]


async def jobs(stage: Stage, users: list[Caller], **request: Any) -> list[UUID]:
    return [await stage.job(user, **request) for user in users]


async def test_what_waits_goes_to_a_worker_in_one_pass(stage: Stage) -> None:
    asked = await jobs(stage, await people(stage, 5))
    gpu = await stage.worker("gpu", batch=4)
    tasks = await gpu.assignments()
    rows = {row["id"]: row for row in await stage.pool.fetch("select * from jobs where status = 'RUNNING'")}

    assert [task.job_id for task in tasks] == asked[:4]
    assert {task.pass_id for task in tasks} == {asked[0]}
    assert {(task.job_id, task.attempt, task.lease_token) for task in tasks} == {
        (row["id"], 1, row["lease_token"]) for row in rows.values()
    }
    assert len({task.lease_token for task in tasks}) == 4


async def test_a_slot_is_free_when_all_of_its_pass_have_ended(stage: Stage) -> None:
    users = await people(stage, 4)
    asked = await jobs(stage, users)
    gpu = await stage.worker("gpu", batch=2)
    first, second = await gpu.assignments()
    await gpu.finish(first)
    await stage.file()
    assert await gpu.inbox_of(Assignment) == []
    assert await stage.status(second.job_id) == "RUNNING"

    await gpu.finish(second, "failed", error_code="bad_request", retryable=False)
    await stage.file()
    assert [task.job_id for task in await gpu.assignments()] == asked[2:]
    assert [await stage.status(one) for one in asked] == ["COMPLETED", "FAILED", "RUNNING", "RUNNING"]


async def test_the_limit_of_concurrent_jobs_is_exact_in_a_pass(stage: Stage) -> None:
    ann, pro = await stage.user(), await stage.user("telegram:5", "pro")
    await jobs(stage, [ann] * 3 + [pro] * 5)
    gpu = await stage.worker("gpu", batch=100)
    tasks = await gpu.assignments()
    users = [(await stage.row(task.job_id))["user_id"] for task in tasks]

    assert sorted(users) == sorted([ann.user_id] + [pro.user_id] * 3)


async def test_a_limit_that_was_lowered_meanwhile_is_exact_in_a_pass(stage: Stage) -> None:
    pro = await stage.user("telegram:5", "pro")
    await jobs(stage, [pro] * 3)
    await stage.round()
    await stage.change_plan(pro.user_id, "free")
    gpu = await stage.worker("gpu", batch=100)

    assert len(await gpu.assignments()) == 1


async def test_passes_are_filled_when_every_free_slot_has_a_job(stage: Stage) -> None:
    first, second = Worker(stage.redis, stage.folder, "first", batch=4), Worker(stage.redis, stage.folder, "second")
    await jobs(stage, await people(stage, 6))
    await stage.hear(first, second)
    assert [len(await one.assignments()) for one in (first, second)] == [4, 1]

    third, fourth = (
        Worker(stage.redis, stage.folder, name, batch=4, warm=("painter",)) for name in ("third", "fourth")
    )
    await jobs(stage, [await stage.user(f"discord:{n}") for n in range(5)])
    await stage.hear(third, fourth)
    assert [len(await one.assignments()) for one in (third, fourth)] == [3, 3]


async def test_a_lower_class_comes_along_where_there_is_room(stage: Stage) -> None:
    ann, pro = await stage.user(), await stage.user("telegram:5", "pro")
    asked = [await stage.job(ann), *await jobs(stage, [pro] * 2)]
    gpu = await stage.worker("gpu", batch=3)

    assert [task.job_id for task in await gpu.assignments()] == [*asked[1:], asked[0]]


async def test_other_kinds_do_not_come_along(stage: Stage) -> None:
    ann, ben, eve = await people(stage, 3)
    small, other = await stage.job(ann), await stage.job(ben)
    large = await stage.job(eve, width=1024, height=1024)
    gpu = await stage.worker("gpu", batch=4)

    assert [task.job_id for task in await gpu.assignments()] == [small, other]
    assert await stage.status(large) == "QUEUED"


async def test_what_begins_as_it_is_admitted_shares_a_slot_with_what_came_beside_it(stage: Stage) -> None:
    users = await people(stage, 3)
    gpu = await stage.worker("gpu", batch=4)
    await stage.round()
    async with asyncio.TaskGroup() as group:
        for user in users:
            group.create_task(stage.ask(user))
    await stage.round()
    await stage.dispatcher.courier.tick()
    tasks = await gpu.assignments()
    [worker] = [one for one in stage.dispatcher.line.workers.values() if one.beat.worker_id == gpu.worker_id]

    assert worker.passes == len({task.pass_id for task in tasks}) == 1
    assert len(tasks) <= 3
    assert await stage.pool.fetchval(RUNNING) == len(tasks)


async def test_the_next_pass_is_at_hand(stage: Stage) -> None:
    asked = await jobs(stage, await people(stage, 5))
    gpu = await stage.worker("gpu", batch=2, looks_ahead=True)
    running = await gpu.assignments()
    gpu.waiting = gpu.holding[2:]
    await stage.hear(gpu)
    ahead = [await stage.row(one) for one in asked[2:4]]
    assert [task.job_id for task in running] == asked[:4]
    assert [(row["status"], row["started_at"]) for row in ahead] == [("RUNNING", None)] * 2
    assert running[2].pass_id == running[3].pass_id == asked[2]

    for task in running[:2]:
        await gpu.finish(task)
    await stage.file()
    assert await gpu.inbox_of(Assignment) == []  # what was at hand begins, and nobody knows yet


async def test_what_comes_later_joins_the_pass_at_hand(stage: Stage) -> None:
    users = await people(stage, 5)
    gpu = await stage.worker("gpu", batch=3, looks_ahead=True)
    await jobs(stage, users[:1])
    await stage.round()
    [first] = await gpu.assignments()
    asked = []
    for user in users[1:]:
        asked += await jobs(stage, [user])
        await stage.round()
    ahead = await gpu.assignments()

    assert [task.job_id for task in ahead] == asked[:3]
    assert {task.pass_id for task in ahead} == {asked[0]}
    assert await stage.status(asked[3]) == "QUEUED"
    gpu.waiting = gpu.holding[1:]
    await gpu.finish(first)
    await stage.file()
    gpu.waiting = []
    await stage.hear(gpu)  # they have begun: nobody joins them any more
    [last] = await gpu.assignments()
    assert (last.job_id, last.pass_id) == (asked[3], asked[3])


async def test_an_idle_worker_gets_what_another_could_join_to_its_pass(stage: Stage) -> None:
    gpu = await stage.worker("gpu", batch=3, looks_ahead=True)
    first, second, third = await people(stage, 3)
    for user in (first, second):
        await jobs(stage, [user])
        await stage.round()
    idle = await stage.worker("idle", slots=2)
    await jobs(stage, [third])
    await stage.round()

    assert [len(await worker.inbox_of(Assignment)) for worker in (gpu, idle)] == [2, 1]


async def test_a_new_leader_knows_what_shares_a_slot(stage: Stage, other: Stage) -> None:
    asked = await jobs(stage, await people(stage, 4))
    gpu = await stage.worker("gpu", batch=3, slots=2)
    tasks = await gpu.assignments()
    assert len(tasks) == 4  # as even as may be
    await stage.dispatcher.resign()
    other.dispatcher.next_lead = 0.0
    passes = [[task.job_id for task in tasks if task.pass_id == one] for one in {task.pass_id for task in tasks}]
    await other.hear(gpu, passes=passes)
    [worker] = other.dispatcher.line.workers.values()
    assert (worker.passes, len(worker.busy)) == (2, 4)

    for task in (task for task in tasks if task.pass_id == asked[0]):
        await gpu.finish(task)
    await other.file()
    assert worker.free_slots == 1


@pytest.mark.parametrize("shared", [True, False])
async def test_one_that_was_missed_is_sent_again_by_itself(stage: Stage, shared: bool) -> None:
    await jobs(stage, await people(stage, 2))
    gpu = await stage.worker("gpu", batch=2)
    first, second = await gpu.assignments()
    gpu.holding = gpu.holding[:1] if shared else []
    await stage.hear(gpu)
    await stage.hear(gpu)
    again = await gpu.inbox_of(Assignment)

    assert {one.job_id for one in again} == ({second.job_id} if shared else {first.job_id, second.job_id})
    assert all(one.pass_id == one.job_id for one in again)
    assert stage.dispatcher.line.workers[gpu.worker_id].passes == 2

"""Batches of booked jobs over the same accounts, in opposite orders and over two pools, wait in one direction only."""

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Sequence
from datetime import timedelta
from uuid import UUID

import pytest

from scheduler.accounts.model import Caller
from scheduler.jobs.agenda.queries import End, end_created
from scheduler.jobs.model import Status
from scheduler.jobs.submits import Admitted
from scheduler.ledger.auditor import audit
from tests.scheduler.stage import Stage, until

PEOPLE = 20
WAITING = """
    select count(*) = 2 from pg_stat_activity
     where datname = current_database() and wait_event_type = 'Lock' and state = 'active'
"""

Act = Callable[[Stage, Sequence[UUID]], Coroutine[None, None, object]]


async def admit(stage: Stage, job_ids: Sequence[UUID]) -> object:
    return await stage.secretary.usher._show(job_ids)


async def end(stage: Stage, job_ids: Sequence[UUID]) -> object:
    return await end_created(stage.pool, [End(job_id, Status.CANCELLED) for job_id in job_ids])


async def booked(stage: Stage, people: Iterable[Caller]) -> list[UUID]:
    """A job of each, in this order."""
    answers = [await stage.book(person, in_time=timedelta(hours=1)) for person in people]
    return [answer.job.id for answer in answers if isinstance(answer, Admitted)]


@pytest.mark.parametrize(("act", "becomes"), [(admit, "QUEUED"), (end, "CANCELLED")])
async def test_whoever_waits_for_an_account_holds_none_after_it(
    stage: Stage, other: Stage, act: Act, becomes: str
) -> None:
    """Both wait for the first account; all others are free meanwhile."""
    await stage.worker("gpu")
    await other.market.refresh()
    people = [await stage.user(f"telegram:{number}") for number in range(PEOPLE)]
    users = [person.user_id for person in people]
    upwards, downwards = await booked(stage, people), await booked(stage, reversed(people))
    await stage.pool.execute("update jobs set start_at = now()")
    assert users == sorted(users)
    async with asyncio.TaskGroup() as group, stage.pool.acquire() as holder, holder.transaction():
        await holder.execute("select 1 from billing.token_account where user_id = $1 for update", users[0])
        group.create_task(act(stage, upwards))
        group.create_task(act(other, downwards))
        await until(lambda: stage.pool.fetchval(WAITING), patience=1.5)
        free = await stage.pool.fetch("select user_id from billing.token_account for update skip locked")
        assert {row["user_id"] for row in free} == set(users[1:])

    assert {row["status"] for row in await stage.pool.fetch("select distinct status from jobs")} == {becomes}
    async with stage.pool.acquire() as connection:
        assert await audit(connection) == []

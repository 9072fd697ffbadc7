"""PostgreSQL crashes and forgets a dispatch, whose commit does not wait for the disk: the number is given out again."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import asyncpg
import pytest

from scheduler.accounts.model import Caller
from scheduler.standalone.embedded import hold
from scheduler.standalone.postgres import Postgres
from scheduler.wire import Acknowledged, Assignment
from tests import services
from tests.scheduler.stage import Stage, open_stage, until
from tests.scheduler.worker import Worker

# As the database is after a crash that the dispatch did not survive.
FORGET_THE_DISPATCH = """
    update jobs set status = 'QUEUED', attempt = 0, worker_id = null, started_at = null, lease_until = null,
                    lease_token = null
     where id = $1
"""


async def given_again(leader: Stage, lost: Assignment) -> tuple[Worker, Assignment]:
    """The leader starts from the database, as after a restart; the first worker paints on and is not heard of."""
    await leader.dispatcher.resign()
    leader.dispatcher.next_lead = 0.0
    leader.dispatcher.lately.beats.clear()  # a process that has just begun
    second = await leader.worker("second")
    await leader.round()
    task = await second.assignment()
    assert (task.job_id, task.attempt) == (lost.job_id, lost.attempt)
    assert task.lease_token != lost.lease_token
    return second, task


async def how_it_ended(stage: Stage, job_id: UUID) -> tuple[str, str, int, int]:
    """Status and worker, and how many artifacts and ledger rows there are."""
    row = await stage.pool.fetchrow(
        """
        select status, worker_id, (select count(*)::int from artifacts where job_id = j.id) as artifacts,
               (select count(*)::int from billing.token_ledger where job_id = j.id) as movements
          from jobs j where id = $1
        """,
        job_id,
    )
    return row["status"], row["worker_id"], row["artifacts"], row["movements"]


async def late_outcome_is_refused(stage: Stage, ann: Caller, first: Worker, lost: Assignment, status: str) -> None:
    """The first holder speaks before and after the second: it is told that all is done, and changes nothing."""
    second, task = await given_again(stage, lost)
    await first.inbox()
    await first.finish(lost, status)
    await stage.file()
    assert await how_it_ended(stage, lost.job_id) == ("RUNNING", second.worker_id, 0, 1)
    assert Acknowledged(job_id=lost.job_id, attempt=lost.attempt) in await first.inbox()

    await second.finish(task)
    await stage.file()
    ended = ("COMPLETED", second.worker_id, 1, 2)
    assert await how_it_ended(stage, lost.job_id) == ended
    await first.report(first.outcome(lost, status))
    await stage.file()
    assert await how_it_ended(stage, lost.job_id) == ended
    assert (await stage.standing(ann)).allowance_used == 1
    assert await stage.pool.fetchval("select tokens_used from usage_daily") == 1


@pytest.mark.parametrize("status", ["completed", "failed", "handed_back"])
async def test_of_two_holders_of_one_number_only_the_second_ends_the_job(stage: Stage, status: str) -> None:
    first, ann = await stage.worker("first"), await stage.user()
    job_id, lost = await stage.started(ann, first)
    await stage.pool.execute(FORGET_THE_DISPATCH, job_id)

    await late_outcome_is_refused(stage, ann, first, lost, status)


@dataclass(slots=True)
class Crashing:
    """A server of the test's own."""

    server: Postgres
    url: str

    async def crash(self) -> None:
        """kill -9 of every process of it, and a start from what had reached the disk."""
        for pid in self.server.processes():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        await asyncio.to_thread(self.server.start)


@pytest.fixture
async def crashing() -> AsyncIterator[Crashing]:
    base = services.new_folder(services.PREFIX)
    with hold(base):
        try:
            server = await asyncio.to_thread(services.start_postgres, base)
            async with services.database(server, services.TEMPLATE) as url:
                connection = await asyncpg.connect(url)
                await connection.execute("alter system set wal_writer_delay = '10s'")  # it would write in between
                await connection.execute("select pg_reload_conf()")
                await connection.close()
                yield Crashing(server, url)
        finally:
            await asyncio.to_thread(services.remove, base)


@pytest.mark.system
async def test_a_real_crash_takes_the_dispatch_and_leaves_what_was_admitted(
    crashing: Crashing, redis_url: str, tmp_path: Path
) -> None:
    async with open_stage(crashing.url, redis_url, tmp_path) as stage:
        first, ann = await stage.worker("first"), await stage.user()
        job_id, lost = await stage.started(ann, first)
        await crashing.crash()

        async def answers() -> bool:
            with suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
                return bool(await stage.pool.fetchval("select true"))
            return False

        await until(answers)
        assert await stage.status(job_id) == "QUEUED"
        await late_outcome_is_refused(stage, ann, first, lost, "completed")

"""Several people's jobs in one pass of an engine, with real processes: each is posted, cancelled and paid by itself."""

from uuid import UUID

import asyncpg
import pytest

from scheduler.client import Scheduler
from scheduler.jobs.model import JobRequest
from tests.system.books import settled, until
from tests.system.stack import Stack

pytestmark = pytest.mark.system

NAMES = ("ben", "cid", "dan")
BEGUN = "select count(*) = 3 from jobs where id = any($1::uuid[]) and status = 'RUNNING' and started_at is not null"
TOKENS = "select count(distinct lease_token) from jobs where id = any($1::uuid[])"
FOUND = "select j.status, a.metadata from jobs j left join artifacts a on a.job_id = j.id order by j.seq"


async def asked(scheduler: Scheduler, name: str, prompt: str) -> UUID:
    accepted = await scheduler.acting_for(f"web:{name}").submit(JobRequest(prompt=prompt, model="instant"), key=prompt)
    return accepted.job.id


async def test_jobs_that_wait_share_a_pass_and_each_ends_in_its_own_way(stack: Stack, db: asyncpg.Pool) -> None:
    await stack.scheduler()
    await stack.worker(engines="together")
    async with stack.client() as scheduler:
        await asked(scheduler, "ann", "a fox slowly 1.5")
        one, two, three = [await asked(scheduler, name, "a hare slowly 2") for name in NAMES]
        await until(lambda: db.fetchval(BEGUN, [one, two, three]))
        assert await db.fetchval(TOKENS, [one, two, three]) == 3

        await scheduler.acting_for("web:cid").cancel(two)
        await until(lambda: db.fetchval("select status = 'CANCELLED' from jobs where id = $1", two))
        assert await db.fetchval("select status from jobs where id = $1", one) == "RUNNING"  # the pass goes on
        await scheduler.acting_for("web:dan").cancel(three)
        await settled(db, 4)

    rows = await db.fetch(FOUND)
    assert [row["status"] for row in rows] == ["COMPLETED", "COMPLETED", "CANCELLED", "CANCELLED"]
    assert rows[1]["metadata"]["together"] == 3

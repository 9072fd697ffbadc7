"""One job at hand of its worker, with real processes: begun at once, recalled for an idle worker, never lost."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from scheduler.client import Scheduler
from scheduler.jobs.model import JobRequest, Status
from tests.system.books import settled, until
from tests.system.stack import Running, Stack

pytestmark = pytest.mark.system


async def asked(scheduler: Scheduler, name: str, prompt: str) -> UUID:
    accepted = await scheduler.acting_for(f"web:{name}").submit(JobRequest(prompt=prompt, model="instant"), key=prompt)
    return accepted.job.id


async def row(db: asyncpg.Pool, job_id: UUID) -> asyncpg.Record:
    return await db.fetchrow("select * from jobs where id = $1", job_id)


async def one_ahead(db: asyncpg.Pool, scheduler: Scheduler, seconds: float) -> tuple[UUID, UUID]:
    """Ann's job runs, Ben's is at hand of the same worker."""
    running = await asked(scheduler, "ann", f"a fox slowly {seconds}")
    await until(lambda: is_begun(db, running))
    ahead = await asked(scheduler, "ben", "a hare slowly 0.3")
    await until(lambda: is_at_hand(db, ahead))
    return running, ahead


async def is_begun(db: asyncpg.Pool, job_id: UUID) -> bool:
    found = await row(db, job_id)
    return found["status"] == "RUNNING" and found["started_at"] is not None


async def is_at_hand(db: asyncpg.Pool, job_id: UUID) -> bool:
    found = await row(db, job_id)
    return found["status"] == "RUNNING" and found["started_at"] is None


def moments(log: Path, event: str) -> dict[str, datetime]:
    """When the worker logged an event, by job."""
    lines: list[dict[str, Any]] = [json.loads(line) for line in log.read_text().splitlines() if line.startswith("{")]
    return {one["job"]: datetime.fromisoformat(one["timestamp"]) for one in lines if one["event"] == event}


def gap_seconds(worker: Running, ended: UUID, started: UUID) -> float:
    """How long the slot was free."""
    end, start = moments(worker.log, "attempt.ended")[str(ended)], moments(worker.log, "attempt.started")[str(started)]
    return (start - end).total_seconds()


async def test_the_job_at_hand_begins_the_moment_the_slot_is_free(stack: Stack, db: asyncpg.Pool) -> None:
    await stack.scheduler()
    worker = await stack.worker()
    async with stack.client() as scheduler:
        first, second = await one_ahead(db, scheduler, 1.5)
        seen = await scheduler.acting_for("web:ben").job(second)
        assert (seen.status, seen.is_next) == (Status.RUNNING, True)
        await until(lambda: is_begun(db, second))
        seen = await scheduler.acting_for("web:ben").job(second)
        assert not seen.is_next
        await settled(db, 2)

    assert gap_seconds(worker, first, second) < 0.02
    assert [(await row(db, job_id))["attempt"] for job_id in (first, second)] == [1, 1]


async def test_an_idle_worker_gets_what_another_had_at_hand(stack: Stack, db: asyncpg.Pool) -> None:
    await stack.scheduler()
    await stack.worker("busy")
    async with stack.client() as scheduler:
        first, second = await one_ahead(db, scheduler, 9.0)
        await stack.worker("idle")
        await until(lambda: db.fetchval("select ended_at is not null from jobs where id = $1", second))
        assert await is_begun(db, first)
        ended = await row(db, second)
        await scheduler.acting_for("web:ann").cancel(first)
        await settled(db, 2)

    assert (ended["status"], ended["attempt"], ended["lost_attempts"]) == ("COMPLETED", 2, 0)
    assert ended["worker_id"].startswith("idle-")


async def test_a_worker_that_is_told_to_stop_hands_back_what_is_at_hand(stack: Stack, db: asyncpg.Pool) -> None:
    await stack.scheduler()
    leaving = await stack.worker("leaving")
    async with stack.client() as scheduler:
        _, second = await one_ahead(db, scheduler, 1.5)
        assert await leaving.stop() == 0
        handed_back = await row(db, second)
        await stack.worker("next")
        await settled(db, 2)

    assert (handed_back["status"], handed_back["lost_attempts"]) == ("QUEUED", 0)


async def test_the_plug_of_a_worker_with_one_at_hand_may_be_pulled(stack: Stack, db: asyncpg.Pool) -> None:
    await stack.scheduler()
    worker = await stack.worker()
    async with stack.client() as scheduler:
        first, second = await one_ahead(db, scheduler, 1.5)
        await worker.kill()
        await stack.worker("another")
        await settled(db, 2, within=30)
    rows = [await row(db, job_id) for job_id in (first, second)]

    assert [one["status"] for one in rows] == ["COMPLETED", "COMPLETED"]
    assert [one["attempt"] for one in rows] == [2, 2]
    assert [one["lost_attempts"] for one in rows] == [1, 0]

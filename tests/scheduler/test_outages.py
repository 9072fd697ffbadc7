"""PostgreSQL or Redis go away and come back, and everything goes on."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import pytest

from scheduler import bus
from scheduler.fleet.listener import parsed
from scheduler.jobs.submits import Replayed
from tests.scheduler.api import Api
from tests.scheduler.stage import Stage, until


async def cut_connections(url: str) -> None:
    """What a restart of PostgreSQL does to every session."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'"
        )
    finally:
        await connection.close()


async def test_a_restart_of_the_database_in_the_middle_loses_nothing(api: Api) -> None:
    first = await api.submit(idempotency="1")
    await cut_connections(api.stage.database_url)
    answers = []

    async def passes() -> bool:
        answers.append(await api.submit(idempotency="2"))
        return answers[-1].status == 201

    await until(passes)
    assert {answer.code for answer in answers[:-1]} <= {"unavailable"}
    assert first.status == 201
    job_id = first.document["job"]["id"]

    async def runs() -> bool:
        return bool((await api.get(f"/v1/jobs/{job_id}")).document["status"] == "RUNNING")

    await until(runs)
    assert await api.stage.pool.fetchval("select count(*) from jobs") == 2


async def test_a_flushed_redis_in_the_middle_of_everything_loses_nothing(api: Api) -> None:
    async with asyncio.TaskGroup() as group:
        obeying = group.create_task(api.gpu.obey())
        ids = []
        for n in range(4):
            ids.append((await api.submit(idempotency=str(n))).document["job"]["id"])
            await api.stage.redis.flushall()
        await until(lambda: ended(api, len(ids)))
        obeying.cancel()

    rows = await api.stage.pool.fetch("select status, attempt from jobs")
    assert {row["status"] for row in rows} == {"COMPLETED"}
    assert await api.stage.pool.fetchval("select tokens_used from usage_daily") == 4


async def ended(api: Api, many: int) -> bool:
    return bool(await api.stage.pool.fetchval("select count(*) from jobs where status = 'COMPLETED'") == many)


async def test_without_redis_jobs_are_still_admitted(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    ann = await stage.user()
    await stage.worker("gpu")

    async def refuse(*args: object, **kwargs: object) -> None:
        raise ConnectionRefusedError

    pool = stage.redis.connection_pool
    with monkeypatch.context() as patch:
        patch.setattr(pool, "get_connection", refuse)
        job_id = await stage.job(ann, key="k")
        await stage.round()
    assert await stage.status(job_id) == "RUNNING"  # the assignment comes with the second beat that misses it
    assert await stage.ask(ann, key="k") == Replayed(job_id)


async def test_a_redis_that_hangs_holds_up_nobody_for_long(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    ann = await stage.user()
    await stage.worker("gpu")
    async with hanging_redis() as url, bus.commands(url) as hanging, asyncio.timeout(5):
        monkeypatch.setattr(stage.lifecycle.herald, "redis", hanging)
        monkeypatch.setattr(stage.dispatcher.handout, "redis", hanging)
        for module in ("jobs.events", "fleet.couriers"):
            monkeypatch.setattr(f"scheduler.{module}.BRIEF_SECONDS", 0.2)
        job_id = await stage.job(ann)
        await stage.round()

    assert await stage.status(job_id) == "RUNNING"


async def test_an_outage_of_redis_longer_than_a_lease_loses_no_attempt(stage: Stage) -> None:
    """Found by the fault machine, seed 1: the leases ran out while the leader could hear nobody."""
    gpu, ann = await stage.worker("gpu"), await stage.user()
    job_id, _ = await stage.started(ann, gpu)
    await stage.pool.execute("update jobs set lease_until = now() - interval '1 second'")
    warden, now = stage.dispatcher.warden, time.monotonic()
    stage.dispatcher.line.running[job_id].renewed_at = warden.hearing_since = now - 60
    warden.heard_at = now - 55
    warden.reaped_at = now - 1.5
    await stage.round()
    assert await stage.status(job_id) == "RUNNING"

    stage.dispatcher.beats([])
    warden.reaped_at = now - 1.5
    await stage.round()
    assert await stage.status(job_id) == "RUNNING"
    assert (await stage.row(job_id))["lost_attempts"] == 0


@asynccontextmanager
async def hanging_redis() -> AsyncIterator[str]:
    """Accepts connections and never says a word, as after a SIGSTOP."""
    accepted: list[asyncio.StreamWriter] = []
    server = await asyncio.start_server(lambda reader, writer: accepted.append(writer), "127.0.0.1", 0)
    try:
        yield f"redis://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
        for writer in accepted:
            writer.close()
        await server.wait_closed()


def test_a_beat_that_cannot_be_stored_is_passed_over() -> None:
    for raw in (b"{}", b'{"name": "a\\u0000"}', b'{"slots": 1000000000000}'):
        assert parsed((b"1-0", {b"m": raw})) is None
    assert parsed((b"1-0", {b"x": b"y"})) is None

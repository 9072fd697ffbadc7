"""The checks find what is wrong: a machine that always says yes proves nothing."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast
from uuid import uuid4

import asyncpg

from tests.faults.acting import Doings
from tests.faults.checks import files, jobs, limits, logs, money
from tests.faults.rows import a_job
from tests.faults.town import Outage

Found = Callable[[Doings], Awaitable[Sequence[str]]]


async def test_limits_that_were_passed_are_found(doings: Doings, db: asyncpg.Pool) -> None:
    looks: list[Found] = [limits.too_many_at_a_time, limits.too_many_open, limits.too_much_a_day, limits.too_fast]
    await a_job(db, "RUNNING", cost=20, hold=-20)
    assert [await look(doings) for look in looks] == [[], [], [], []]

    await a_job(db, "RUNNING", hold=-1)
    assert [len(await look(doings)) for look in looks] == [1, 0, 1, 0]
    for _ in range(5):
        await a_job(db, "QUEUED")
    assert [len(await look(doings)) for look in looks] == [1, 1, 1, 2]


async def test_jobs_that_went_astray_are_found(doings: Doings, db: asyncpg.Pool) -> None:
    waiting, ended = await a_job(db, "QUEUED"), await a_job(db, "RUNNING")
    await db.execute("update jobs set status = 'FAILED', lease_until = null, lease_token = null where id = $1", ended)
    assert len(await jobs.open_jobs(doings)) == 1
    assert await jobs.not_ended_once(doings) == []
    await db.execute("update jobs set status = 'COMPLETED' where id = $1", ended)
    assert len(await jobs.not_ended_once(doings)) == 1

    missing = str(uuid4())
    said = [{"job": missing}, {"job": str(waiting)}]
    questions = {str(n): SimpleNamespace(said=one, asked={"deed": "ask", "key": "k"}) for n, one in enumerate(said)}
    cast(Any, doings.town.api).questions = questions
    assert await jobs.accepted_and_missing(doings) == [f"id={missing}"]

    now = await db.fetchval("select clock_timestamp()")
    doings.town.outages.append(Outage("an outage", now, {str(waiting): 0}, until=now))
    assert await jobs.ran_twice(doings) == []
    await db.execute(
        "insert into faults.changes (job_id, user_id, status, attempt, lost) values ($1, 1, 'QUEUED', 1, 1)",
        waiting,
    )
    assert await jobs.ran_twice(doings) == [f"{waiting} after an outage"]


async def test_money_that_went_astray_is_found(doings: Doings, db: asyncpg.Pool) -> None:
    await a_job(db, hold=-1, settle=0)
    assert await money.charged_twice(doings) == await money.open_holds(doings) == []
    assert len(await money.wrong_days(doings)) == 1  # nothing was counted

    await a_job(db, hold=-1)
    assert len(await money.open_holds(doings)) == len(await money.charged_twice(doings)) == 1
    await db.execute("delete from jobs")
    assert len(await money.charged_for_nothing(doings)) == 3
    assert len(await money.audited(doings)) >= 1


async def test_jobs_that_were_to_start_later_are_looked_at(doings: Doings, db: asyncpg.Pool) -> None:
    parent, child = await a_job(db, "CREATED", cost=0), await a_job(db, "CREATED", cost=0)
    await db.execute("update jobs set after = array[$1::uuid] where id = $2", parent, child)
    await db.execute("update jobs set start_at = now() + interval '1 hour' where id = $1", parent)
    failed = "update jobs set status = 'FAILED', error = '{\"code\": \"parent_failed\"}' where id = $1"
    await db.execute(failed, child)
    assert len(await jobs.failed_for_nothing(doings)) == 1
    await db.execute("update jobs set status = 'CANCELLED' where id = $1", parent)
    looks: list[Found] = [jobs.failed_for_nothing, jobs.began_too_early, money.charged_twice]
    assert [await look(doings) for look in looks] == [[], [], []]

    await db.execute("update jobs set cost_tokens = 1 where id = $1", child)
    await db.execute("update jobs set status = 'CREATED'")
    await db.execute("update jobs set status = 'QUEUED'")
    assert len(await jobs.began_too_early(doings)) == 2
    await db.execute(failed, child)
    assert len(await money.charged_twice(doings)) == 1


async def test_files_and_rows_that_do_not_agree_are_found(doings: Doings, db: asyncpg.Pool) -> None:
    job_id = await a_job(db)
    await db.execute(
        """
        insert into artifacts (job_id, type, format, local_path, web_path, web_width, web_height, web_size_bytes)
        values ($1, 'image', 'png', $2, $3, 1, 1, 1)
        """,
        job_id,
        f"jobs/{job_id}/1/0.png",
        f"jobs/{job_id}/1/0.web.jpg",
    )
    stray = doings.town.store / "jobs" / str(job_id) / "1" / "1.png"
    stray.parent.mkdir(parents=True)
    stray.write_bytes(b"")
    assert await files.rows_without_files(doings) == [f"jobs/{job_id}/1/0.png", f"jobs/{job_id}/1/0.web.jpg"]
    assert await files.files_without_rows(doings) == [f"jobs/{job_id}/1/1.png"]


async def test_uploads_and_their_files_that_do_not_agree_are_found(doings: Doings, db: asyncpg.Pool) -> None:
    folder = doings.town.store / "uploads"
    folder.mkdir()
    for number in range(3):  # one without its file, one with it, one whose file was never said to be stored
        await db.execute(
            """
            insert into uploads
              (id, user_id, digest, content_type, width, height, size_bytes, path, stored_at, expires_at)
            select gen_random_uuid(), id, sha256($1::text::bytea), 'image/png', 1, 1, 1, $1, $2, now() + interval '1 d'
              from users
            """,
            f"uploads/{number}.png",
            datetime.now(UTC) if number < 2 else None,
        )
    for name in ("1.png", "2.png", "3.png"):
        (folder / name).write_bytes(b"")
    assert await files.rows_without_files(doings) == ["uploads/0.png"]
    assert await files.files_without_rows(doings) == ["uploads/3.png"]
    assert sorted(path.name for path in folder.iterdir()) == ["1.png", "3.png"]


async def test_errors_that_no_fault_explains_are_found(doings: Doings, tmp_path: Path) -> None:
    log = tmp_path / "scheduler-1.log"
    cast(Any, doings.town).members = {"scheduler-1": SimpleNamespace(log=log)}
    assert await logs.own_errors(doings) == []  # it never ran
    expected = [
        '{"event": "http.unavailable", "level": "warning"}',
        '{"event": "model.paused", "level": "error"}',
        "a library says something",
        '{"event": "job.ended", "level": "inf',
    ]
    log.write_text("\n".join(expected))
    assert await logs.own_errors(doings) == []
    failed = '{"event": "http.failed", "operation": "POST /v1/jobs", "level": "error"}'
    log.write_text("\n".join([*expected, failed, "Traceback (most recent call last):"]))
    assert await logs.own_errors(doings) == [
        f"scheduler-1: {failed}",
        "scheduler-1: Traceback (most recent call last):",
    ]


async def test_secrets_in_a_log_are_found(doings: Doings, tmp_path: Path) -> None:
    log, settings = tmp_path / "telegram.log", {"TESSERA_TELEGRAM_TOKEN": "42:the-token"}
    cast(Any, doings.town).members = {"telegram": SimpleNamespace(name="telegram", log=log, settings=settings)}
    assert await logs.told_secrets(doings) == []  # it never ran
    log.write_text("nothing of it")
    assert await logs.told_secrets(doings) == []
    log.write_text("GET /bot42:the-token/getMe")
    assert await logs.told_secrets(doings) == ["TESSERA_TELEGRAM_TOKEN in telegram"]

"""The checks find what is wrong: a machine that always says yes proves nothing."""

from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast
from uuid import UUID, uuid4

import asyncpg
import pytest

from tests.faults.acting import Doings
from tests.faults.checks import chats, files, jobs, limits, logs, money, told
from tests.faults.checks.sheets import Look, Sheet
from tests.faults.people import Somebody
from tests.faults.record import prepare
from tests.faults.town import Outage

Found = Callable[[Doings], Awaitable[Sequence[str]]]


@pytest.fixture
async def doings(db: asyncpg.Pool, tmp_path: Path) -> Doings:
    """A record with one user, Ann, of the free plan (one job at a time, five a minute, 20 tokens a day)."""
    await prepare(db, [("telegram", "1", Somebody(0, "telegram", "Ann", "free"))])
    (tmp_path / "store").mkdir()
    api = SimpleNamespace(questions={}, open=[])
    town = SimpleNamespace(
        db=db, store=tmp_path / "store", api=api, outages=[], by_themselves=[], deleted=set(), interrupted=set()
    )
    return Doings(cast(Any, town))


async def a_job(db: asyncpg.Pool, status: str = "COMPLETED", cost: int = 1, **ledger: int) -> UUID:
    """A row that nobody admitted; `ledger` says what was moved: hold, settle (of the allowance)."""
    job_id = uuid4()
    lease = "now(), gen_random_uuid()" if status == "RUNNING" else "null, null"
    await db.execute(
        f"""
        insert into jobs (id, user_id, frontend, bot_id, capability, status, priority, params, cost_tokens, lease_until,
                          lease_token)
        select $1, id, 'telegram', 'telegram', 'image', $2, 0, '{{"count": 1}}', $3, {lease} from users
        """,
        job_id,
        status,
        cost,
    )
    for reason, tokens in ledger.items():
        await db.execute(
            """
            with l as (
              insert into billing.token_ledger (user_id, seq, reason, reference_id, job_id, delta, allowance_delta, day,
                                                balance_after)
              select user_id, last_seq + 1, $2, $2 || ':' || $1::uuid, $1, 0, $3, current_date, balance
                from billing.token_account)
            update billing.token_account set last_seq = last_seq + 1
            """,
            job_id,
            reason,
            tokens,
        )
    return job_id


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


async def test_messages_that_show_the_wrong_thing_are_found(
    doings: Doings, db: asyncpg.Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    job_id = await a_job(db)
    await db.execute(
        """
        insert into deliveries (job_id, user_id, frontend, bot_id, address, message, state, posted_at)
        select $1, id, 'telegram', 'telegram', '{"chat_id": 1}', '{"message_id": 7}', 'posted', now() from users
        """,
        job_id,
    )
    waits, result = Look("🎨 a fox", False, (("cancel", job_id),)), Look("a fox", True, (("again", job_id),))

    def stand(*sheets: Sheet) -> None:
        monkeypatch.setattr(chats, "all_sheets", lambda _: {sheet.place: sheet for sheet in sheets})

    stand(Sheet(("telegram", "1", "7"), (waits, result)))
    assert await chats.posted_twice(doings) == await chats.not_shown(doings) == await chats.uncertain(doings.town) == []
    stand(Sheet(("telegram", "1", "7"), (waits, result, waits)))
    assert len(await chats.not_shown(doings)) == 1
    stand(Sheet(("telegram", "1", "7"), (waits, result)), Sheet(("telegram", "1", "8"), (result,)))
    assert len(await chats.posted_twice(doings)) == len(await chats.uncertain(doings.town)) == 1
    stand()
    assert len(await chats.not_shown(doings)) == 1
    await db.execute("update deliveries set state = 'dead', posted_at = null, last_error = 'blocked'")
    assert len(await chats.not_posted(doings)) == 1


async def test_what_people_were_told_is_held_against_the_jobs(
    doings: Doings, db: asyncpg.Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    there, missing = await a_job(db), uuid4()
    looks = tuple(Look("a fox", True, (("again", job),)) for job in (there, missing))
    monkeypatch.setattr(told, "all_sheets", lambda _: {"a place": Sheet(("telegram", "1", "7"), looks)})
    assert await told.shown_and_missing(doings) == [f"id={missing}"]

    def says(text: str, **more: Any) -> Any:
        look = SimpleNamespace(text=text, content=text, photo=None, attachments=(), buttons=())
        return SimpleNamespace(history=(look,), **more)

    update = SimpleNamespace(body={"message": {"chat": {"id": 1}, "message_id": 5}}, deliveries=1)
    heard = says("Too many words.", chat_id=1, reply_to=5, answers="9", ephemeral=True)
    person = SimpleNamespace(sees=lambda: [heard], sees_from_bot=lambda: [heard])
    town = cast(Any, doings.town)
    town.telegram_bot, town.written = SimpleNamespace(id=77, updates=SimpleNamespace(seen=[update])), {(1, 5)}
    town.telegram_people, town.discord_people = {0: person}, {0: person}
    for bot, key in (("telegram", "77:1:5"), ("discord", "discord:9")):
        assert await told.refused_and_there(doings) == []
        await db.execute("update jobs set idempotency_key = $1, bot_id = $2", key, bot)
        assert len(await told.refused_and_there(doings)) == 1
        await db.execute("update jobs set idempotency_key = null")
    await db.execute("update jobs set idempotency_key = '77:1:5', bot_id = 'telegram'")
    update.deliveries = 2
    assert await told.refused_and_there(doings) == []


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

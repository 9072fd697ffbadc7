"""The money check finds what is wrong, and repairs it only by rows that were missing."""

import json
from decimal import Decimal
from typing import Any

import asyncpg
import pytest

from scheduler.accounts.model import Caller
from scheduler.ledger.auditor import audit
from scheduler.ledger.model import Check, Mended
from scheduler.ledger.queries import move
from scheduler.ledger.repairs import repair
from tests.scheduler.stage import Stage
from tests.system.machine import run_tessera

SETTLEMENT = "(select seq from billing.token_ledger where reason = 'settle' order by seq desc limit 1)"
LOSE_A_SETTLEMENT = f"""
    delete from billing.token_ledger where seq = {SETTLEMENT};
    update billing.token_account set last_seq = last_seq - 1,
           allowance_used = 0 - (select sum(allowance_delta) from billing.token_ledger);
"""
RECKON = """
    update billing.token_account a set allowance_used = (
      select coalesce(-sum(allowance_delta), 0) from billing.token_ledger l where l.day = a.allowance_day)
"""
CHARGE_A_CANCELLED_ONE = f"""
    update jobs set cost_tokens = held_allowance where status = 'CANCELLED';
    update billing.token_ledger set allowance_delta = 0 where job_id = (select id from jobs where status = 'CANCELLED');
    update billing.token_ledger l set allowance_delta = -held_allowance
      from jobs j where j.id = l.job_id and j.status = 'CANCELLED' and l.reason = 'hold';
    update usage_daily set tokens_used = tokens_used + 1, tokens_image = tokens_image + 1;
    {RECKON}
"""
FAIL_A_CHARGED_ONE = """
    update jobs set status = 'FAILED' where status = 'COMPLETED';
    update usage_daily set jobs_completed = 0, jobs_failed = 1;
"""
NEWCOMER = "insert into users (platform, platform_user_id) values ('telegram', '43');"
A_FREE_JOB = """
    insert into jobs (user_id, frontend, capability, status, priority, params, cost_tokens)
    select id, 'api', 'image', '{status}', 0, '{{}}', 0 from users
"""
LOSE_A_GRANT = """
    update billing.token_account set last_seq = last_seq + 1, balance = balance + 9;
"""  # it is in the account, and its row is not in the ledger: as after a restore of half
MENDABLE: list[tuple[str, set[Check]]] = [
    ("update billing.token_account set balance = balance + 3", {Check.BALANCE}),
    ("update billing.token_account set allowance_used = allowance_used + 1", {Check.ALLOWANCE}),
    ("update billing.token_account set last_seq = last_seq - 1", {Check.STANDS}),
    ("update billing.token_account set allowance_day = allowance_day - 1, allowance_used = 0", {Check.ALLOWANCE}),
    ("update billing.token_account set allowance_day = allowance_day + 1, allowance_used = 0", {Check.ALLOWANCE}),
    ("update billing.token_account set open_jobs = 0", {Check.OPEN_JOBS}),
    ("update usage_daily set tokens_used = tokens_used + 1", {Check.USAGE}),
    ("update usage_daily set tokens_image = 0, tokens_audio = 7", {Check.USAGE_BY_CAPABILITY}),
    ("update usage_daily set jobs_completed = 9", {Check.USAGE_BY_CAPABILITY}),
    ("delete from usage_daily", {Check.USAGE, Check.USAGE_BY_CAPABILITY}),
    ("insert into usage_daily (user_id, date, tokens_used) select id, '2020-01-01', 1 from users", {Check.USAGE}),
    (
        "update jobs set status = 'CANCELLED', ended_at = now(), attempt = 1 where status = 'QUEUED'",
        {Check.SETTLED_ONCE, Check.OPEN_JOBS, Check.USAGE_BY_CAPABILITY},
    ),
    ("delete from jobs where status = 'QUEUED'", {Check.ORPHAN_HOLD, Check.OPEN_JOBS}),
    (LOSE_A_SETTLEMENT, {Check.SETTLED_ONCE}),
]
TO_DECIDE: list[tuple[str, Check]] = [
    ("delete from billing.token_account", Check.STANDS),
    ("update billing.token_account set last_seq = last_seq + 7", Check.STANDS),
    (LOSE_A_GRANT, Check.STANDS),
    (LOSE_A_GRANT, Check.BALANCE),
    ("update jobs set held_allowance = held_allowance + 5 where status = 'QUEUED'", Check.HELD_AS),
    ("update jobs set held_balance = held_balance + 5 where status = 'RUNNING'", Check.HELD_AS),
    ("update jobs set held_day = held_day - 3 where status = 'QUEUED'", Check.HELD_AS),
    (f"update billing.token_ledger set day = day - 5 where reason = 'settle'; {RECKON}", Check.HELD_AS),
    (f"update billing.token_ledger set day = day - 5 where reason = 'settle'; {RECKON}", Check.REFUND),
    (f"{NEWCOMER} update jobs set user_id = (select max(id) from users) where status = 'RUNNING'", Check.HELD_AS),
    (A_FREE_JOB.format(status="QUEUED"), Check.HELD_ONCE),
    (A_FREE_JOB.format(status="COMPLETED"), Check.SETTLED_ONCE),
    (CHARGE_A_CANCELLED_ONE, Check.CHARGED),
    (FAIL_A_CHARGED_ONE, Check.CHARGED),
    ("update billing.token_ledger set balance_after = balance_after + 1 where seq = 2", Check.CHAIN),
    ("delete from billing.token_ledger where seq = 2", Check.CHAIN),
    ("update jobs set cost_tokens = 0.5 where status = 'COMPLETED'", Check.COST),
    ("update billing.token_ledger set allowance_delta = 9 where reason = 'settle'", Check.REFUND),
    ("update billing.token_ledger set reason = 'grant', job_id = null where reason = 'hold'", Check.HELD_ONCE),
    ("update billing.token_ledger set reason = 'grant', job_id = null where reason = 'hold'", Check.SETTLED_ONCE),
]


@pytest.fixture
async def ann(stage: Stage) -> Caller:
    """A person with a grant, one finished job, one that was cancelled and, last in the ledger, one that waits."""
    gpu, ann = await stage.worker("gpu"), await stage.user()
    async with stage.pool.acquire() as connection, connection.transaction():
        await move(connection, ann.user_id, "grant", "grant:test", Decimal(5))
    _, task = await stage.started(ann, gpu)
    await stage.job(ann)
    cancelled = await stage.job(ann)
    await gpu.finish(task)
    await stage.file()
    await gpu.assignment()
    await stage.job(ann)
    await stage.lifecycle.cancel(cancelled, ann.user_id)
    return ann


async def checks(stage: Stage) -> set[Check]:
    async with stage.pool.acquire() as connection:
        return {finding.check for finding in await audit(connection)}


async def spoil(stage: Stage, statement: str) -> None:
    """As only somebody could do who switches the guards off."""
    async with stage.pool.acquire() as connection, connection.transaction():
        await connection.execute("set local session_replication_role = replica")
        await connection.execute(statement)


async def rows(stage: Stage) -> list[Any]:
    return [tuple(row) for row in await stage.pool.fetch("select * from billing.token_ledger order by user_id, seq")]


async def test_books_that_balance_have_no_findings(stage: Stage, ann: Caller) -> None:
    assert await checks(stage) == set()
    async with stage.pool.acquire() as connection:
        assert await repair(connection) == []


@pytest.mark.parametrize(("statement", "expected"), MENDABLE)
async def test_what_can_be_mended_is_found_and_mended_by_rows_that_follow(
    stage: Stage, ann: Caller, statement: str, expected: set[Check]
) -> None:
    await spoil(stage, statement)
    before = await rows(stage)
    assert await checks(stage) == expected

    async with stage.pool.acquire() as connection:
        repairs = await repair(connection)
    assert {one.result for one in repairs} <= {Mended.MENDED, Mended.GONE}
    assert await checks(stage) == set()
    assert (await rows(stage))[: len(before)] == before
    assert await stage.pool.fetchval("select count(*) from audit_log where action = 'ledger repair'") > 0


@pytest.mark.parametrize(("statement", "expected"), TO_DECIDE)
async def test_what_only_a_person_can_decide_is_left_as_it_is(
    stage: Stage, ann: Caller, statement: str, expected: Check
) -> None:
    await spoil(stage, statement)
    before = await rows(stage)
    assert expected in await checks(stage)

    async with stage.pool.acquire() as connection:
        repairs = await repair(connection)
    assert expected in {one.finding.check for one in repairs if one.result is Mended.DECIDE}
    assert (await rows(stage))[: len(before)] == before
    assert expected in await checks(stage)


async def test_a_repair_gives_back_what_a_lost_settlement_would_have(stage: Stage, ann: Caller) -> None:
    waiting = await stage.pool.fetchrow("select * from jobs where status = 'QUEUED' order by seq desc limit 1")
    before = await stage.standing(ann)
    await spoil(stage, f"update jobs set status = 'FAILED', cost_tokens = 0 where id = '{waiting['id']}'")
    async with stage.pool.acquire() as connection:
        await repair(connection)
    after = await stage.standing(ann)

    assert before.allowance_used - after.allowance_used == waiting["held_allowance"] > 0
    assert after.open_jobs == before.open_jobs - 1
    assert await stage.pool.fetchval("select jobs_failed from usage_daily") == 1


async def test_the_command_says_what_it_found(stage: Stage, ann: Caller) -> None:
    environment = {"TESSERA_DATABASE_URL": stage.database_url}
    fine = await run_tessera("ledger", "check", "--json", **environment)
    await spoil(stage, "update billing.token_account set balance = balance + 3")
    wrong = await run_tessera("ledger", "check", "--json", **environment)
    table = await run_tessera("ledger", "check", **environment)
    mended = await run_tessera("ledger", "repair", **environment)
    again = await run_tessera("ledger", "check", **environment)

    assert (fine.code, wrong.code, table.code, mended.code, again.code) == (0, 1, 1, 0, 0)
    assert json.loads(fine.out)["ok"] is True
    assert json.loads(wrong.out)["checks"]["balance"] == 1
    assert json.loads(wrong.out)["findings"][0]["user_id"] == ann.user_id
    assert "the sum of a user's ledger is the balance: not so in 1" in table.out
    assert "now as the ledger" in mended.out


async def test_the_guards_hold_without_any_check(stage: Stage, ann: Caller) -> None:
    with pytest.raises(asyncpg.CheckViolationError):
        await stage.pool.execute("update billing.token_account set balance = balance + 3")

"""What must hold in the database once all is over, whatever was killed on the way."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg

LOOK_SECONDS = 0.02

WRONG = {
    "jobs that have not ended": """
        select id, status from jobs where status not in ('COMPLETED', 'FAILED', 'CANCELLED')
    """,
    "jobs without exactly one hold and one settlement": """
        select j.id, array_agg(l.reason order by l.seq) as reasons
          from jobs j left join billing.token_ledger l on l.job_id = j.id group by j.id
        having array_agg(l.reason order by l.seq) is distinct from array['hold', 'settle']
    """,
    "jobs that cost something else than the ledger took": """
        select j.id from jobs j
         where j.cost_tokens <> (select -sum(delta + allowance_delta) from billing.token_ledger where job_id = j.id)
    """,
    "ledger rows of jobs that do not exist": """
        select job_id from billing.token_ledger where job_id is not null and job_id not in (select id from jobs)
    """,
    "accounts that differ from their ledger": """
        select a.user_id from billing.token_account a
         where a.open_jobs <> 0
            or a.balance <> (select coalesce(sum(delta), 0) from billing.token_ledger where user_id = a.user_id)
            or a.allowance_used <> (select coalesce(-sum(allowance_delta), 0) from billing.token_ledger
                                     where user_id = a.user_id and day = a.allowance_day)
    """,
    "days whose usage differs from the settlements": """
        select x.*, u.* from (
          select l.user_id, l.day, -sum(l.delta + l.allowance_delta) as tokens,
                 count(*) filter (where l.reason = 'settle' and j.status = 'COMPLETED') as completed,
                 count(*) filter (where l.reason = 'settle' and j.status = 'FAILED') as failed
            from billing.token_ledger l join jobs j on j.id = l.job_id group by 1, 2) x
          full join usage_daily u on u.user_id = x.user_id and u.date = x.day
         where (u.tokens_used, u.jobs_completed, u.jobs_failed) is distinct from (x.tokens, x.completed, x.failed)
    """,
    "completed jobs without exactly the pictures that were asked for": """
        select j.id from jobs j left join artifacts a on a.job_id = j.id
         where j.status = 'COMPLETED' group by j.id having count(a.id) <> (j.params ->> 'count')::int
    """,
    "deliveries that were not posted": "select job_id, state, last_error from deliveries where state <> 'posted'",
}


async def discrepancies(db: asyncpg.Pool) -> dict[str, list[dict[str, Any]]]:
    """Empty when each job ended once, was charged once and was posted once."""
    found = {wrong: [dict(row) for row in await db.fetch(query)] for wrong, query in WRONG.items()}
    return {wrong: rows for wrong, rows in found.items() if rows}


async def settled(db: asyncpg.Pool, jobs: int, within: float = 10.0) -> None:
    """Wait until the books are right; the scheduler hears of an edit after the person sees it."""
    try:
        await until(lambda: is_settled(db), within)
    except TimeoutError:
        raise AssertionError(await discrepancies(db)) from None
    assert await db.fetchval("select count(*) from jobs") == jobs


async def is_settled(db: asyncpg.Pool) -> bool:
    return not await discrepancies(db)


async def until(probe: Callable[[], Awaitable[object]], within: float = 10.0) -> None:
    """Wait for what no event tells."""
    async with asyncio.timeout(within):
        while not await probe():
            await asyncio.sleep(LOOK_SECONDS)

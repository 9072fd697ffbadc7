"""What must hold in the database once all is over, whatever was killed on the way."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg

from scheduler.ledger.auditor import audit
from scheduler.ledger.model import MEANING

LOOK_SECONDS = 0.02

WRONG = {
    "jobs that have not ended": """
        select id, status from jobs where status not in ('COMPLETED', 'FAILED', 'CANCELLED')
    """,
    "ledger rows of jobs that do not exist": """
        select job_id from billing.token_ledger where job_id is not null and job_id not in (select id from jobs)
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
    async with db.acquire() as connection:
        for one in await audit(connection):
            found.setdefault(MEANING[one.check], []).append({"user_id": one.user_id, **one.facts})
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

"""Whatever is turned down gets its own clear answer at every door, and leaves no trace of a half-made job."""

import re
import time
from datetime import timedelta

import asyncpg
import pytest

from scheduler.jobs.model import JobRequest
from tests.system.books import discrepancies, until
from tests.system.frontends import FRONTENDS, WRONG_KEY, Frontend
from tests.system.stack import SERVICE_KEY, Stack

pytestmark = pytest.mark.system

BURST = 5  # requests that the Free plan allows at once
ALLOWANCE = 20  # its tokens a day
MOST_PICTURES = 4  # of one job
WHO_HAS_JOBS = "select platform || ':' || platform_user_id from users where id in (select user_id from jobs)"
TRACES = ("jobs", "billing.token_ledger", "deliveries")


@pytest.mark.parametrize("door", FRONTENDS)
async def test_what_is_turned_down_is_answered_clearly(
    stack: Stack, db: asyncpg.Pool, database_url: str, door: str
) -> None:
    await stack.scheduler()
    await stack.worker()
    async with FRONTENDS[door](stack, SERVICE_KEY, database_url) as frontend:
        await ask_for_the_impossible(frontend.somebody_else())
        assert await traces(db) == [0, 0, 0]
        await ask_too_fast(frontend, db)
        await over(db, BURST)
        await ask_for_too_much(frontend, stack, db)
        admitted = await db.fetchval("select count(*) from jobs")
        await over(db, admitted)
        assert await db.fetchval("select sum(tokens_used) from usage_daily") == ALLOWANCE
    async with FRONTENDS[door](stack, WRONG_KEY, database_url) as frontend:
        says(await frontend.asks("a fox"), "key|unauthorized")
    assert await db.fetchval("select count(*) from jobs") == admitted


async def ask_for_the_impossible(frontend: Frontend) -> None:
    """No waiting would mend these."""
    says(await frontend.asks(""), "What should I paint|prompt is empty")
    says(await frontend.asks("x" * frontend.longest), r"(100,?000|4,0\d\d|6,000) characters.* 2,?000 is the limit")
    says(await frontend.asks("a fox", model="flux-dev"), "flux-dev (comes with Pro|is not in the Free plan)")
    says(await frontend.asks("a fox", size="4096"), r"4096.*\b1024\b")


async def ask_too_fast(frontend: Frontend, db: asyncpg.Pool) -> None:
    """However long the platform and this machine take: the last one comes as if all had been asked at once."""
    began = time.monotonic()
    for number in range(BURST):
        answer = await frontend.asks(f"fox {number}")
        assert not re.search("limit|allows|refused", answer), answer
    passed = timedelta(seconds=time.monotonic() - began)
    await db.execute("update billing.token_account set rate_tat = rate_tat + $1", passed)
    says(await frontend.asks("one fox too many"), "plan allows 5 requests at once, then one every 12")


async def ask_for_too_much(frontend: Frontend, stack: Stack, db: asyncpg.Pool) -> None:
    """The rest of the day's tokens is spent by the same person through a bot; then comes one token more."""
    left = ALLOWANCE - BURST
    async with stack.client() as scheduler:
        person = scheduler.acting_for(await db.fetchval(WHO_HAS_JOBS))
        while left:
            await forget_the_rate(db)
            count = min(left, MOST_PICTURES)
            await person.submit(JobRequest(prompt="foxes", count=count), key=f"{left} left")
            left -= count
    await forget_the_rate(db)
    says(
        await frontend.asks("the twenty-first fox"),
        r"used today's 20 tokens.* (00:00 UTC|<t:\d+:t>)|0.0 are left until",
    )


async def forget_the_rate(db: asyncpg.Pool) -> None:
    await db.execute("update billing.token_account set rate_tat = default")


async def over(db: asyncpg.Pool, jobs: int) -> None:
    """Each of so many jobs has ended, with one hold and one settlement, and there is nothing else."""

    async def all_ended() -> bool:
        return not await discrepancies(db)

    await until(all_ended, 20)
    assert (await traces(db))[:2] == [jobs, 2 * jobs]


async def traces(db: asyncpg.Pool) -> list[int]:
    return [await db.fetchval(f"select count(*) from {table}") for table in TRACES]


def says(answer: str, words: str) -> None:
    assert re.search(words, answer, re.DOTALL), f"{answer!r} does not say {words!r}"

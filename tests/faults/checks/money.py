"""For each user the ledger's sum is the balance, no hold is open, and `usage_daily` is what was settled, by day."""

from collections.abc import Sequence

from tests.faults.acting import Doings
from tests.faults.checks.jobs import lines
from tests.faults.checks.model import Check, Key
from tests.system.books import WRONG


async def open_holds(doings: Doings) -> Sequence[str]:
    return await lines(
        doings.town,
        """
        select h.job_id from billing.token_ledger h
         where h.reason = 'hold'
           and not exists (select from billing.token_ledger s where s.job_id = h.job_id and s.reason = 'settle')
        """,
    )


async def open_accounts(doings: Doings) -> Sequence[str]:
    """Accounts that count jobs which are not there."""
    return await lines(doings.town, "select user_id, open_jobs from billing.token_account where open_jobs <> 0")


async def negative_balances(doings: Doings) -> Sequence[str]:
    return await lines(
        doings.town,
        """
        select user_id, seq, balance_after, sum(delta) over (partition by user_id order by seq) as sum
          from billing.token_ledger where balance_after < 0
        """,
    )


async def broken_sums(doings: Doings) -> Sequence[str]:
    """The balance after each movement is the sum so far."""
    return await lines(
        doings.town,
        """
        select * from (select user_id, seq, balance_after, sum(delta) over (partition by user_id order by seq) as sum
                         from billing.token_ledger) l
         where sum <> balance_after
        """,
    )


def book(name: str) -> Check:
    """One of the books' own checks."""

    async def look(doings: Doings) -> Sequence[str]:
        return await lines(doings.town, WRONG[name])

    return Check(Key.DOUBLE_CHARGED, name, look)


CHECKS = [
    book("jobs without exactly one hold and one settlement"),
    book("jobs that cost something else than the ledger took"),
    book("ledger rows of jobs that do not exist"),
    book("accounts that differ from their ledger"),
    book("days whose usage differs from the settlements"),
    Check(Key.DOUBLE_CHARGED, "balances below zero", negative_balances),
    Check(Key.DOUBLE_CHARGED, "balances that are no sum", broken_sums),
    Check(Key.OPEN_HOLDS, "holds without a settlement", open_holds),
    Check(Key.OPEN_HOLDS, "accounts with jobs that are not there", open_accounts),
]

"""For each user the ledger's sum is the balance, no hold is open, and `usage_daily` is what was settled, by day."""

from collections.abc import Sequence

from scheduler.ledger.auditor import audit
from scheduler.ledger.model import MEANING
from tests.faults.acting import Doings
from tests.faults.checks.jobs import lines
from tests.faults.checks.model import Check, Key


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


async def audited(doings: Doings) -> Sequence[str]:
    """What `tessera ledger check` says."""
    async with doings.town.db.acquire() as connection:
        return [f"{MEANING[one.check]}: user {one.user_id} {one.facts}" for one in await audit(connection)]


async def charged_for_nothing(doings: Doings) -> Sequence[str]:
    """Rows of the ledger for jobs that do not exist."""
    return await lines(
        doings.town,
        """
        select job_id, reason from billing.token_ledger
         where job_id is not null and job_id not in (select id from jobs)
        """,
    )


async def charged_twice(doings: Doings) -> Sequence[str]:
    """Each ended job has one hold, one settlement, and cost what both took together; one that was to start later and
    ended before has neither, and cost nothing."""
    return await lines(
        doings.town,
        """
        select j.id, j.cost_tokens, l.reasons, l.taken from jobs j
          left join lateral (select array_agg(reason order by seq) as reasons, -sum(delta + allowance_delta) as taken
                               from billing.token_ledger where job_id = j.id) l on true
         where j.status in ('COMPLETED', 'FAILED', 'CANCELLED')
           and (l.reasons is distinct from array['hold', 'settle'] or l.taken is distinct from j.cost_tokens)
           and not (l.reasons is null and j.cost_tokens = 0 and j.attempt = 0 and j.status <> 'COMPLETED'
                    and (j.start_at is not null or j.after is not null))
        """,
    )


async def wrong_days(doings: Doings) -> Sequence[str]:
    """`usage_daily` against what was settled, by the hold's day."""
    return await lines(
        doings.town,
        """
        select user_id, day, l.tokens, u.tokens_used from (
          select user_id, day, -sum(delta + allowance_delta) as tokens
            from billing.token_ledger where job_id is not null group by user_id, day) l
          full join (select user_id, date as day, tokens_used from usage_daily) u using (user_id, day)
         where l.tokens is distinct from u.tokens_used
        """,
    )


CHECKS = [
    Check(Key.DOUBLE_CHARGED, "what the money check finds", audited),
    Check(Key.DOUBLE_CHARGED, "not charged exactly once", charged_twice),
    Check(Key.DOUBLE_CHARGED, "charged for nothing", charged_for_nothing),
    Check(Key.DOUBLE_CHARGED, "days whose use is not what was settled", wrong_days),
    Check(Key.DOUBLE_CHARGED, "balances below zero", negative_balances),
    Check(Key.DOUBLE_CHARGED, "balances that are no sum", broken_sums),
    Check(Key.OPEN_HOLDS, "holds without a settlement", open_holds),
    Check(Key.OPEN_HOLDS, "accounts with jobs that are not there", open_accounts),
]

"""No limit of a plan was passed at any moment of the record."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from tests.faults.acting import Doings
from tests.faults.checks.jobs import lines
from tests.faults.checks.model import Check, Key


async def too_many_at_a_time(doings: Doings) -> Sequence[str]:
    return await lines(
        doings.town,
        """
        select r.user_id, r.at, r.running, p.max_concurrent_jobs from (
          select user_id, at, status, sum((status = 'RUNNING')::int - coalesce(was = 'RUNNING', false)::int)
                              over (partition by user_id order by number) as running
            from faults.changes) r
          join users u on u.id = r.user_id join plans p on p.id = u.plan_id
         where r.status = 'RUNNING' and r.running > p.max_concurrent_jobs
        """,
    )


async def too_many_open(doings: Doings) -> Sequence[str]:
    """Waiting and running together: what a plan lets run, and what it lets wait."""
    return await lines(
        doings.town,
        """
        select r.user_id, r.at, r.open from (
          select user_id, at, sum(case when was is null then 1
                                       when status in ('COMPLETED', 'FAILED', 'CANCELLED') then -1 else 0 end)
                              over (partition by user_id order by number) as open
            from faults.changes) r
          join users u on u.id = r.user_id join plans p on p.id = u.plan_id
         where r.open > p.max_concurrent_jobs + p.max_waiting_jobs
        """,
    )


async def too_much_a_day(doings: Doings) -> Sequence[str]:
    return await lines(
        doings.town,
        """
        select l.user_id, l.day, l.used, p.daily_token_limit from (
          select user_id, day, -sum(allowance_delta) over (partition by user_id, day order by seq) as used
            from billing.token_ledger) l
          join users u on u.id = l.user_id join plans p on p.id = u.plan_id
         where l.used > p.daily_token_limit
        """,
    )


async def too_fast(doings: Doings) -> Sequence[str]:
    """The rate, counted anew from the jobs: a burst of n, then one every 60/n seconds."""
    rows = await doings.town.db.fetch(
        """
        select j.user_id, j.id, j.created_at, p.requests_per_minute as rate
          from jobs j join users u on u.id = j.user_id join plans p on p.id = u.plan_id
         order by j.user_id, j.created_at, j.seq
        """
    )
    due: dict[int, datetime] = {}
    found = []
    for row in rows:
        every = timedelta(microseconds=-(-60_000_000 // row["rate"]))
        arrival = due.get(row["user_id"], row["created_at"])
        if row["created_at"] < arrival - every * (row["rate"] - 1):
            found.append(f"user {row['user_id']}: job {row['id']}")
        due[row["user_id"]] = max(arrival, row["created_at"]) + every
    return found


CHECKS = [
    Check(Key.LIMIT_BREAKS, "more jobs at a time than the plan allows", too_many_at_a_time),
    Check(Key.LIMIT_BREAKS, "more open jobs than the plan allows", too_many_open),
    Check(Key.LIMIT_BREAKS, "more tokens a day than the plan allows", too_much_a_day),
    Check(Key.LIMIT_BREAKS, "more requests a minute than the plan allows", too_fast),
]

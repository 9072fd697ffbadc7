"""What came, as the database remembers it."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import NamedTuple

import asyncpg

from scheduler.jobs.share import share_of


class Came(NamedTuple):
    at: float  # seconds since 1970
    user_id: int
    tier: str  # of the plan that the user has now
    model: str
    tokens: float  # of its user's share


async def jobs_that_came(connection: asyncpg.Connection, since: timedelta | None) -> AsyncIterator[Came]:
    """Those that joined the line within this time, in that order, but for those that ended without a start: they took
    no worker's time. What completed has its cost, everything else what was held for it, and what is free what it counts
    in the line."""
    async with connection.transaction(readonly=True):
        await connection.execute("set local enable_seqscan = on")  # it reads them all
        rows = connection.cursor(
            """
            select extract(epoch from j.queued_at)::float8 as at, j.user_id, p.tier, j.params ->> 'model' as model,
                   (case when j.status = 'COMPLETED' then j.cost_tokens else j.held_allowance + j.held_balance
                     end)::float8 as tokens,
                   j.capability, case when j.held_allowance + j.held_balance = 0 then j.params end as free
              from jobs j join users u on u.id = j.user_id join plans p on p.id = u.plan_id
             where j.queued_at >= coalesce(now() - $1::interval, '-infinity')
               and (j.ended_at is null or j.started_at is not null)
             order by j.queued_at, j.seq
            """,
            since,
            prefetch=5_000,
        )
        async for at, user_id, tier, model, tokens, capability, free in rows:
            yield Came(at, user_id, tier, model, share_of(tokens, capability, free) if free else tokens)

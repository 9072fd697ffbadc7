"""What came, as the database remembers it."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import NamedTuple

import asyncpg


class Came(NamedTuple):
    at: float  # seconds since 1970
    user_id: int
    tier: str  # of the plan that the user has now
    model: str
    tokens: float


async def jobs_that_came(connection: asyncpg.Connection, since: timedelta | None) -> AsyncIterator[Came]:
    """Those that joined the line within this time, in that order, but for those that ended without a start: they took
    no worker's time. What completed has its cost, everything else what was held for it."""
    async with connection.transaction(readonly=True):
        await connection.execute("set local enable_seqscan = on")  # it reads them all
        rows = connection.cursor(
            """
            select extract(epoch from j.queued_at)::float8 as at, j.user_id, p.tier, j.params ->> 'model' as model,
                   (case when j.status = 'COMPLETED' then j.cost_tokens else j.held_allowance + j.held_balance
                     end)::float8 as tokens
              from jobs j join users u on u.id = j.user_id join plans p on p.id = u.plan_id
             where j.queued_at >= coalesce(now() - $1::interval, '-infinity')
               and (j.ended_at is null or j.started_at is not null)
             order by j.queued_at, j.seq
            """,
            since,
            prefetch=5_000,
        )
        async for row in rows:
            yield Came(*row)

"""A database whose clock a test sets: what the scheduler asks for the time answers with it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

import asyncpg

HANDS = """
    create schema clock;
    create table clock.hands (ahead interval not null);
    insert into clock.hands values ('0');
    create function clock.clock_timestamp() returns timestamptz volatile language plpgsql as $$
    begin return pg_catalog.clock_timestamp() + (select ahead from clock.hands); end $$;
    create function clock.now() returns timestamptz volatile language plpgsql as $$
    begin return pg_catalog.now() + (select ahead from clock.hands); end $$;
"""


@dataclass(slots=True)
class Clock:
    """The database's; it goes on by itself, and further ahead when a test says so."""

    connection: asyncpg.Connection

    async def today(self) -> date:
        today: date = await self.connection.fetchval("select clock.clock_timestamp()::date")
        return today

    async def stands_before_midnight(self, seconds: float = 600.0) -> None:
        """So long before the next turn of the UTC day."""
        await self._move_to(-seconds)

    async def passes_midnight(self) -> None:
        """It is the new day now."""
        await self._move_to(1.0)

    async def _move_to(self, after_midnight: float) -> None:
        now: datetime = await self.connection.fetchval("select clock.clock_timestamp()")
        midnight = datetime.combine(now.date() + timedelta(days=1), time(), UTC)
        ahead = midnight + timedelta(seconds=after_midnight) - now
        await self.connection.execute("update clock.hands set ahead = ahead + $1", ahead)

    async def somebody_waits_for_a_lock(self) -> bool:
        waiting: bool = await self.connection.fetchval(
            "select count(*) > 0 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"
        )
        return waiting


@asynccontextmanager
async def open_clock(database_url: str) -> AsyncIterator[Clock]:
    """Before anybody else connects: sessions find its functions in front of PostgreSQL's own."""
    connection = await asyncpg.connect(database_url, server_settings={"TimeZone": "UTC"})
    try:
        await connection.execute(HANDS)
        name = await connection.fetchval("select current_database()")
        await connection.execute(f"alter database {name} set search_path = clock, pg_catalog, public")
        yield Clock(connection)
    finally:
        await connection.close()

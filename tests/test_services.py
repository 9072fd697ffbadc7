"""The fixtures themselves: no test sees what another one wrote."""

import asyncpg
import pytest
from redis.asyncio import Redis


@pytest.mark.parametrize("turn", [1, 2])
async def test_each_test_has_a_migrated_database_of_its_own(db: asyncpg.Pool, turn: int) -> None:
    assert await db.fetchval("select count(*) from plans") == 4
    assert await db.fetchval("show timezone") == "UTC"
    assert await db.fetchval("select to_regclass('mine')") is None
    await db.execute("create table mine ()")


@pytest.mark.parametrize("turn", [1, 2])
async def test_each_test_finds_redis_empty(redis_url: str, turn: int) -> None:
    async with Redis.from_url(redis_url) as redis:
        assert await redis.dbsize() == 0
        await redis.set("mine", turn)

"""The market: what was read last is what counts."""

import asyncio
from datetime import timedelta
from typing import Any, cast

import asyncpg
import pytest

from scheduler.catalogue import market
from scheduler.catalogue.market import MarketKeeper
from scheduler.fleet.queries import Offers
from scheduler.wire import MARKET_CHANNEL
from tests.scheduler.stage import Stage


async def test_a_slow_refresh_does_not_undo_a_later_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker was welcomed while the market was being read, and `tessera demo` was told that there was none."""
    offers = [Offers({}, {}, {}, {}), Offers({"painter": 2048}, {"painter": 2048}, {}, {})]
    has_read, may_go_on = asyncio.Event(), asyncio.Event()

    async def offered_models(*_: Any) -> Any:
        offer = offers.pop(0)
        if offers:
            has_read.set()
            await may_go_on.wait()
        return offer

    async def nothing(*_: Any) -> tuple[()]:
        return ()

    monkeypatch.setattr(market, "offered_models", offered_models)
    for name in ("all_models", "active_plans", "pauses"):
        monkeypatch.setattr(market, name, nothing)
    keeper = MarketKeeper(cast(asyncpg.Pool, None), timedelta(seconds=1))

    async with asyncio.TaskGroup() as group:
        group.create_task(keeper.refresh())
        await has_read.wait()
        group.create_task(keeper.refresh())
        await asyncio.sleep(0)  # nothing is waited for in it: it has ended, or it waits for its turn
        may_go_on.set()

    assert keeper.market.offered == {"painter": 2048}


async def test_the_others_hear_at_once_of_a_worker_that_joins(stage: Stage) -> None:
    async with stage.redis.pubsub() as pubsub:
        await pubsub.subscribe(MARKET_CHANNEL)
        await pubsub.get_message(timeout=5)  # that it is subscribed
        await stage.worker()

        assert await pubsub.get_message(timeout=5)

"""What can be asked for at this moment, read anew every few seconds and whenever somebody pauses a part of it."""

import asyncio
from collections.abc import Set
from datetime import timedelta

import structlog

from scheduler.bus import BRIEF_SECONDS, Redis, RedisError
from scheduler.catalogue.queries import all_models, pauses
from scheduler.database import Db
from scheduler.fleet.queries import offered_models
from scheduler.plans.choice import Market
from scheduler.plans.queries import active_plans
from scheduler.wire import MARKET_CHANNEL

log = structlog.get_logger(__name__)

REFRESH_SECONDS = 2.0


class MarketKeeper:
    """Holds the newest `Market`. `redis` carries the word of a change to the other schedulers; `wake` is set when such
    a word came."""

    def __init__(self, db: Db, alive_for: timedelta, redis: Redis | None = None) -> None:
        self.db = db
        self.alive_for = alive_for
        self.redis = redis
        self.wake = asyncio.Event()
        self.market = Market({}, (), {}, {}, {})
        self.reading = asyncio.Lock()

    async def refresh(self) -> bool:
        """One tick: read everything anew. One at a time, so that nothing older is put in the place of the newest."""
        async with self.reading:
            await self._read()
        return False

    async def as_of(self, paused: Set[str]) -> Market:
        """The market, read anew if something else was paused for an account that has just been read. It takes a
        connection: only few may hold one meanwhile."""
        if self.market.paused.keys() != paused:
            async with self.reading:
                if self.market.paused.keys() != paused:  # nobody has read it since
                    await self._read()
        return self.market

    async def _read(self) -> None:
        offers = await offered_models(self.db, self.alive_for)
        self.market = Market(
            models=await all_models(self.db),
            plans=await active_plans(self.db),
            offered=offers.ever,
            online=offers.online,
            paused={pause.subject: pause for pause in await pauses(self.db)},
            offered_from_picture=offers.ever_from_picture,
            online_from_picture=offers.online_from_picture,
        )

    async def changed(self) -> None:
        """It was changed here: read it anew, and let the others do so at once; who does not hear it reads it soon."""
        await self.refresh()
        if self.redis is None:
            return
        try:
            async with asyncio.timeout(BRIEF_SECONDS):
                await self.redis.publish(MARKET_CHANNEL, "changed")
        except (RedisError, OSError, TimeoutError) as error:
            log.warning("market.untold", error=type(error).__name__)

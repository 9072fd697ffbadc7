"""What can be asked for at this moment, read anew every few seconds and whenever an admin changes it."""

import asyncio
from datetime import timedelta

from scheduler.catalogue.queries import all_models, pauses
from scheduler.database import Db
from scheduler.fleet.queries import offered_models
from scheduler.plans.limits import Market
from scheduler.plans.queries import active_plans

REFRESH_SECONDS = 2.0


class MarketKeeper:
    """Holds the newest `Market`."""

    def __init__(self, db: Db, alive_for: timedelta) -> None:
        self.db = db
        self.alive_for = alive_for
        self.market = Market({}, (), {}, {}, {})
        self.reading = asyncio.Lock()

    async def refresh(self) -> bool:
        """One tick: read everything anew. One at a time, so that nothing older is put in the place of the newest."""
        async with self.reading:
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
        return False

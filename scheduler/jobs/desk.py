"""Where every submit is judged, whenever its job is to begin: by its account as it stands, and by the market."""

from collections.abc import Callable, Sequence
from datetime import datetime

import asyncpg

from scheduler.catalogue.market import MarketKeeper
from scheduler.database import Db
from scheduler.errors import Code, Refusal
from scheduler.jobs.decisions import Decisions
from scheduler.jobs.model import JobRequest
from scheduler.jobs.queries.admission import read_accounts
from scheduler.jobs.submits import Submit
from scheduler.plans.choice import Market
from scheduler.plans.limits import Admission
from scheduler.plans.model import Plan, Standing
from scheduler.plans.queries import KnownPlans

Rules = Callable[[JobRequest, Plan, Standing, Market, datetime], Admission | Refusal]


class Desk:
    def __init__(self, pool: asyncpg.Pool, market: MarketKeeper) -> None:
        self.pool = pool
        self.market = market
        self.plans = KnownPlans()

    async def read(self, db: Db, batch: Sequence[Submit]) -> Decisions:
        """The accounts, and what came before."""
        users, keys = [submit.caller.user_id for submit in batch], [submit.key for submit in batch]
        return Decisions(*await read_accounts(db, users, keys, self.plans))

    async def look(self, db: Db, batch: Sequence[Submit]) -> Decisions:
        """The same, with the market as of then; which may take another connection."""
        found = await self.read(db, batch)
        await self.market.as_of(found.paused)
        return found

    def judge(self, submit: Submit, found: Decisions, rules: Rules) -> Admission | Refusal:
        """The rules, for a request that did not come before."""
        account = found.accounts.get(submit.caller.user_id)
        if account is None:
            return Refusal(Code.UNAUTHORIZED)  # the user was deleted since the key was checked
        return rules(submit.shaped, account.plan, account.standing, self.market.market, found.now)

"""Whom the plans let in, by the live rules: requests a minute, then jobs that did not end."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from scheduler.errors import Code
from scheduler.plans.limits import interval, too_fast, too_many
from scheduler.plans.model import Plan, Standing

DAWN = datetime(2000, 1, 1, tzinfo=UTC)  # the zero of virtual time


class Door:
    """Remembers of each user what the account row does."""

    def __init__(self) -> None:
        self.standings: dict[int, Standing] = {}
        self.most = 1000

    def refusal(self, user_id: int, plan: Plan, seconds: float) -> Code | None:
        """Why somebody who asks at this moment is turned away; None: their job is open from now on."""
        now = DAWN + timedelta(seconds=seconds)
        standing = self.standings.get(user_id)
        if standing is None:
            standing = self._met(user_id, plan, now)
        if refusal := too_fast(plan, standing, (), now) or too_many(plan, standing, ()):
            return refusal.code
        standing.rate_tat = max(standing.rate_tat, now) + interval(plan)
        standing.open_jobs += 1
        return None

    def ended(self, user_id: int) -> None:
        """One of the user's jobs."""
        if standing := self.standings.get(user_id):
            standing.open_jobs -= 1

    def _met(self, user_id: int, plan: Plan, now: datetime) -> Standing:
        if len(self.standings) >= self.most:
            self._forget(now)
        standing = self.standings[user_id] = Standing(
            user_id, plan.id, Decimal(0), date.min, Decimal(0), open_jobs=0, rate_tat=now, banned=False, last_seq=0
        )
        return standing

    def _forget(self, now: datetime) -> None:
        """Those of whom nothing need be known."""
        self.standings = {
            user_id: standing
            for user_id, standing in self.standings.items()
            if standing.open_jobs or standing.rate_tat > now
        }
        self.most = 2 * len(self.standings) + 1000

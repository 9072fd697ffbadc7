"""Books jobs that join the line later: all limits but tokens are judged, and nothing is held."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import asyncpg

from scheduler.catalogue.market import MarketKeeper
from scheduler.database import Db
from scheduler.errors import Code, Refusal
from scheduler.jobs.admitter import count_of, note_refusals
from scheduler.jobs.agenda.model import Booking
from scheduler.jobs.agenda.queries import insert_booked
from scheduler.jobs.decisions import Decisions
from scheduler.jobs.herald import Herald
from scheduler.jobs.model import JobEvent, Status
from scheduler.jobs.queries.admission import KnownPlans, lock_accounts, read_accounts
from scheduler.jobs.submits import Admitted, Answer, Submit
from scheduler.plans.ahead import decide_ahead


class Bookings:
    """`on_booked` hears of a job once it is committed."""

    def __init__(
        self,
        pool: asyncpg.Pool,
        herald: Herald,
        market: MarketKeeper,
        claim: timedelta,
        on_booked: Callable[[UUID], None],
    ) -> None:
        self.pool = pool
        self.herald = herald
        self.market = market
        self.claim = claim
        self.on_booked = on_booked
        self.plans = KnownPlans()

    async def submit(self, submit: Submit, booking: Booking) -> Answer:
        """The answer is committed when this returns."""
        await self.market.as_of((await self._read(self.pool, submit)).paused)  # not while a connection is held
        async with self.pool.acquire() as connection, connection.transaction():
            await lock_accounts(connection, [submit.caller.user_id])
            found = await self._read(connection, submit)
            answer = found.before(submit) or self._judge(submit, booking, found)
            if isinstance(answer, Admitted):
                standing = found.accounts[submit.caller.user_id].standing
                await insert_booked(connection, answer.job, booking, standing, self.claim)
        self._tell(answer)
        return answer

    async def quote(self, submit: Submit, booking: Booking) -> Admitted | Refusal:
        """What the submit would be answered now, without effect."""
        found = await self._read(self.pool, submit)
        await self.market.as_of(found.paused)
        return self._judge(submit, booking, found)

    async def _read(self, db: Db, submit: Submit) -> Decisions:
        return Decisions(*await read_accounts(db, [submit.caller.user_id], [submit.key], self.plans))

    def _judge(self, submit: Submit, booking: Booking, found: Decisions) -> Admitted | Refusal:
        account = found.accounts.get(submit.caller.user_id)
        if account is None:
            return Refusal(Code.UNAUTHORIZED)  # the user was deleted since the key was checked
        decision = decide_ahead(submit.shaped, account.plan, account.standing, self.market.market, found.now)
        if isinstance(decision, Refusal):
            return decision
        return replace(found.admit(submit, decision, None), booking=booking)

    def _tell(self, answer: Answer) -> None:
        count_of(answer.code if isinstance(answer, Refusal) else type(answer).__name__.lower()).inc()
        note_refusals([answer])
        if isinstance(answer, Admitted):
            job = answer.job
            self.on_booked(job.id)
            event = JobEvent(kind="accepted", job_id=job.id, user=job.user, bot_id=job.bot_id, status=Status.CREATED)
            self.herald.say([event])

"""Books jobs that join the line later: all limits but tokens are judged, and nothing is held."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from scheduler.errors import Refusal
from scheduler.jobs.admitter import count_of, note_refusals
from scheduler.jobs.agenda.model import Booking
from scheduler.jobs.agenda.queries import insert_booked
from scheduler.jobs.decisions import Decisions
from scheduler.jobs.desk import Desk
from scheduler.jobs.herald import Herald
from scheduler.jobs.model import JobEvent, Status
from scheduler.jobs.queries.admission import lock_accounts
from scheduler.jobs.submits import Admitted, Answer, Submit
from scheduler.plans.ahead import decide_ahead


class Bookings:
    """`on_booked` hears of a job once it is committed."""

    def __init__(self, desk: Desk, herald: Herald, claim: timedelta, on_booked: Callable[[UUID], None]) -> None:
        self.desk = desk
        self.herald = herald
        self.claim = claim
        self.on_booked = on_booked

    async def submit(self, submit: Submit, booking: Booking) -> Answer:
        """The answer is committed when this returns."""
        await self.desk.look(self.desk.pool, [submit])  # for the market, which is not read while a connection is held
        async with self.desk.pool.acquire() as connection, connection.transaction():
            await lock_accounts(connection, [submit.caller.user_id])
            found = await self.desk.read(connection, [submit])
            answer = found.before(submit) or self._judge(submit, booking, found)
            if isinstance(answer, Admitted):
                standing = found.accounts[submit.caller.user_id].standing
                await insert_booked(connection, answer.job, booking, standing, self.claim)
        self._tell(answer)
        return answer

    async def quote(self, submit: Submit, booking: Booking) -> Admitted | Refusal:
        """What the submit would be answered now, without effect."""
        return self._judge(submit, booking, await self.desk.look(self.desk.pool, [submit]))

    def _judge(self, submit: Submit, booking: Booking, found: Decisions) -> Admitted | Refusal:
        decision = self.desk.judge(submit, found, decide_ahead)
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

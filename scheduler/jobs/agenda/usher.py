"""Shows jobs whose time has come into the line, if the limits of that moment let them; the others have failed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import asyncpg
import structlog

from scheduler.catalogue.market import MarketKeeper
from scheduler.database import CONTENTION, Db, is_outage
from scheduler.errors import Refusal
from scheduler.jobs.agenda.model import request_of
from scheduler.jobs.agenda.queries import Due, End, Joining, admit_due, due_jobs, end_created, lock_owners
from scheduler.jobs.decisions import hold_of, keep_until
from scheduler.jobs.model import Status
from scheduler.jobs.queries.admission import Account, read_accounts
from scheduler.jobs.queries.ending import Ended
from scheduler.plans.ahead import decide_due
from scheduler.plans.queries import KnownPlans
from scheduler.problems import sentence

log = structlog.get_logger(__name__)

AT_ONCE = 50  # jobs in one transaction


@dataclass(slots=True)
class Shown:
    """What became of jobs: those in line now, those that failed, those of which the database says something else or
    whose account is locked, and those that cannot be admitted though the database is well."""

    admitted: list[Due]
    ended: list[Ended]
    unclear: set[UUID]
    poisonous: set[UUID]


class Usher:
    """`keep_for`: how long a job is kept that no live worker can run."""

    def __init__(self, pool: asyncpg.Pool, market: MarketKeeper, keep_for: timedelta) -> None:
        self.pool = pool
        self.market = market
        self.keep_for = keep_for
        self.plans = KnownPlans()

    async def show(self, job_ids: Sequence[UUID]) -> Shown:
        """At most AT_ONCE jobs, in one transaction; when that fails though the database is there, one by one, so that a
        poisonous job, or one whose account is locked, harms nobody else."""
        try:
            return await self._show(job_ids)
        except Exception as error:
            if is_outage(error) and not isinstance(error, CONTENTION):
                raise
        shown = Shown([], [], set(), set())
        for job_id in job_ids:
            one = await self._show_alone(job_id)
            shown.admitted += one.admitted
            shown.ended += one.ended
            shown.unclear |= one.unclear
            shown.poisonous |= one.poisonous
        return shown

    async def _show_alone(self, job_id: UUID) -> Shown:
        try:
            return await self._show([job_id])
        except CONTENTION:
            return Shown([], [], {job_id}, set())
        except Exception as error:
            if is_outage(error):
                raise
            log.error("job.unadmittable", job=str(job_id), error=type(error).__name__)
            return Shown([], [], set(), {job_id})

    async def _show(self, job_ids: Sequence[UUID]) -> Shown:
        async with self.pool.acquire() as connection, connection.transaction():
            await lock_owners(connection, job_ids)
            due = await due_jobs(connection, job_ids)
            verdicts = await self._judge(connection, due)
            joining = [verdict for verdict in verdicts if isinstance(verdict, Joining)]
            ends = [verdict for verdict in verdicts if isinstance(verdict, End)]
            if joining:
                await admit_due(connection, joining)
            ended = await end_created(connection, ends) if ends else []
        admitted = [job for job, verdict in zip(due, verdicts, strict=True) if isinstance(verdict, Joining)]
        return Shown(admitted, ended, set(job_ids) - {job.id for job in due}, set())

    async def _judge(self, db: Db, due: Sequence[Due]) -> list[Joining | End]:
        users = [job.user_id for job in due]
        accounts, _, now, paused = await read_accounts(db, users, [None] * len(due), self.plans)
        await self.market.as_of(paused)
        return [self._verdict(job, accounts, now) for job in due]

    def _verdict(self, job: Due, accounts: Mapping[int, Account], now: datetime) -> Joining | End:
        """By the rules of a submit, after what was decided before it."""
        account, request, market = accounts[job.user_id], request_of(job.capability, job.params), self.market.market
        standing = account.standing
        decision = decide_due(request, account.plan, standing, market, now)
        if isinstance(decision, Refusal):
            log.info("job.refused_when_due", job=str(job.id), code=decision.code)
            return End(job.id, Status.FAILED, {"code": decision.code.value, "message": sentence(decision)})
        hold = hold_of(decision, standing, keep_until(decision, request, market, now, self.keep_for))
        return Joining(job.id, job.user_id, account.plan.priority, standing.allowance_used, hold)

"""Turns submits into jobs: those that wait while a transaction is written go together into the next one."""

import hashlib
import os
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import Any
from uuid import UUID

import asyncpg
import structlog

from scheduler.accounts.model import Caller
from scheduler.accounts.queries import database_now, standing_if_any
from scheduler.batch import Batcher
from scheduler.catalogue.market import MarketKeeper
from scheduler.errors import Code, Refusal
from scheduler.jobs.herald import Herald
from scheduler.jobs.model import SEED_LIMIT, Destination, JobEvent, JobRequest, Status
from scheduler.jobs.queries.admission import NewJob, Seen, insert_admitted, lock_standings, seen_keys
from scheduler.jobs.queries.open import NOBODY, OpenJob
from scheduler.observability import REGISTRY, Counter
from scheduler.plans.limits import Admission, decide, makes, renew_day, spendable
from scheduler.plans.model import Plan, Standing

log = structlog.get_logger(__name__)

SUBMITTED = Counter("tessera_submits", "Submits by what became of them", ["result"], registry=REGISTRY)


def new_id() -> UUID:
    """UUID version 7 (RFC 9562): new ids stand together at the end of every index, and their pages in memory."""
    milliseconds, chance = time.time_ns() // 1_000_000, int.from_bytes(os.urandom(10))
    return UUID(int=milliseconds << 80 | 0x7 << 76 | (chance >> 68) << 64 | 0b10 << 62 | chance & (1 << 62) - 1)


@dataclass(frozen=True, slots=True)
class Submit:
    """One request on its way in, with what must be chosen before the rules are asked."""

    caller: Caller
    request: JobRequest
    key: str | None
    destination: Destination | None
    parent_seed: int | None
    job_id: UUID = field(default_factory=new_id)
    seed: int = field(default_factory=lambda: random.randint(0, SEED_LIMIT))
    request_hash: bytes = field(init=False)

    def __post_init__(self) -> None:
        digest = hashlib.sha256(self.request.model_dump_json().encode()).digest()
        object.__setattr__(self, "request_hash", digest)


@dataclass(frozen=True, slots=True)
class Admitted:
    job: NewJob
    tokens_left: Decimal  # of the day's allowance and the balance


@dataclass(frozen=True, slots=True)
class Replayed:
    """The key came before; this is its job."""

    job_id: UUID


Answer = Admitted | Replayed | Refusal


class Admitter:
    """`keep_for`: how long a job is kept that no live worker can run. `on_admitted` hears of jobs once committed."""

    def __init__(
        self,
        pool: asyncpg.Pool,
        herald: Herald,
        market: MarketKeeper,
        claim: timedelta,
        keep_for: timedelta,
        on_admitted: Callable[[Sequence[OpenJob]], None],
    ) -> None:
        self.pool = pool
        self.herald = herald
        self.market = market
        self.claim = claim
        self.keep_for = keep_for
        self.on_admitted = on_admitted
        self.batcher: Batcher[Submit, Answer] = Batcher(self.admit)

    async def submit(self, submit: Submit) -> Answer:
        """The answer is committed when this returns."""
        answer = await self.batcher.put(submit)
        count_of(answer.code if isinstance(answer, Refusal) else type(answer).__name__.lower()).inc()
        return answer

    async def quote(self, submit: Submit) -> Admitted | Refusal:
        """What the submit would be answered now: the same rules on the account as it stands, and no effect."""
        account = await standing_if_any(self.pool, submit.caller.user_id)
        now = await database_now(self.pool)
        return self._judge(submit, Decisions(account, {}, now))

    async def admit(self, batch: Sequence[Submit]) -> list[Answer]:
        """Decide a batch under the lock of its accounts, in order of arrival, and write what was admitted."""
        async with self.pool.acquire() as connection, connection.transaction():
            accounts, now = await lock_standings(connection, (s.caller.user_id for s in batch))
            keys = [(s.caller.user_id, s.key) for s in batch if s.key]
            ledger = Decisions(accounts, await seen_keys(connection, keys) if keys else {}, now)
            answers = [self._decide(submit, ledger) for submit in batch]
            note_refusals(batch, answers)
            if ledger.new:
                numbers = await insert_admitted(connection, ledger.new, ledger.changed(), self.claim)
        if ledger.new:
            self.on_admitted([open_job(job, numbers[job.id], ledger.accounts[job.user_id][1]) for job in ledger.new])
            self.herald.say([accepted_event(job) for job in ledger.new])
        return answers

    def _decide(self, submit: Submit, ledger: "Decisions") -> Answer:
        user_id = submit.caller.user_id
        seen = ledger.seen.get((user_id, submit.key)) if submit.key else None
        if seen:
            same = seen.request_hash in (None, submit.request_hash)
            return Replayed(seen.job_id) if same else Refusal(Code.IDEMPOTENCY_MISMATCH)
        return self._judge(submit, ledger)

    def _judge(self, submit: Submit, ledger: "Decisions") -> Admitted | Refusal:
        """The rules, for a request that did not come before."""
        user_id = submit.caller.user_id
        if user_id not in ledger.accounts:
            return Refusal(Code.UNAUTHORIZED)  # the user was deleted since the key was checked
        standing, plan = ledger.accounts[user_id]
        decision = decide(submit.request, plan, standing, self.market.market, ledger.now)
        if isinstance(decision, Refusal):
            return decision
        awake = makes(decision.model, decision.width, decision.height, self.market.market.online)
        return ledger.admit(submit, decision, None if awake else ledger.now + self.keep_for)


@dataclass(slots=True)
class Decisions:
    """What one batch has decided so far."""

    accounts: dict[int, tuple[Standing, Plan]]
    seen: dict[tuple[int, str], Seen]
    now: datetime
    new: list[NewJob] = field(default_factory=list)

    def changed(self) -> list[Standing]:
        """The accounts to write back."""
        users = {job.user_id for job in self.new}
        return [self.accounts[user_id][0] for user_id in sorted(users)]

    def admit(self, submit: Submit, admission: Admission, wait_until: datetime | None) -> Admitted:
        standing, plan = self.accounts[submit.caller.user_id]
        params = params_of(submit, admission)
        destination = submit.destination
        bot_id = destination.bot_id if destination else None
        new = NewJob(
            id=submit.job_id,
            user_id=submit.caller.user_id,
            frontend=submit.caller.frontend,
            bot_id=bot_id,
            capability=submit.request.capability,
            priority=plan.priority,
            params=params,
            cost=admission.cost,
            key=submit.key,
            request_hash=submit.request_hash,
            parent_id=submit.request.parent_id,
            from_allowance=admission.from_allowance,
            from_balance=admission.from_balance,
            balance_after=standing.balance,
            seq=standing.last_seq,
            day=standing.allowance_day,
            wait_until=wait_until,
            address=destination.address if destination else None,
            process=destination.process if destination else None,
            created_at=self.now,
            user=submit.caller.ref,
        )
        self.new.append(new)
        if submit.key:
            self.seen[submit.caller.user_id, submit.key] = Seen(submit.job_id, submit.request_hash)
        left = spendable(plan, renew_day(standing, self.now.date()))
        return Admitted(new, left)


@cache
def count_of(result: str) -> Counter:
    """The counter of one result, found once."""
    return SUBMITTED.labels(result)


def note_refusals(batch: Sequence[Submit], answers: Sequence[Answer]) -> None:
    for submit, answer in zip(batch, answers, strict=True):
        if isinstance(answer, Refusal):
            log.info("job.refused", user_id=submit.caller.user_id, code=answer.code)


def params_of(submit: Submit, admission: Admission) -> dict[str, Any]:
    """What the worker is told, and what a repetition needs: nothing about the user."""
    request = submit.request
    params: dict[str, Any] = {
        "prompt": request.prompt.strip(),
        "model": admission.model.id,
        "width": admission.width,
        "height": admission.height,
        "seed": submit.seed if request.seed is None else request.seed,
        "count": request.count,
    }
    if request.strength is not None:
        params["strength"] = request.strength
    if submit.parent_seed is not None:
        params["parent_seed"] = submit.parent_seed
    return params


def open_job(job: NewJob, number: int, plan: Plan) -> OpenJob:
    """The job as the dispatcher keeps it, without reading it again."""
    return OpenJob(
        id=job.id,
        seq=number,
        user_id=job.user_id,
        user=job.user,
        limit=plan.max_concurrent_jobs,
        priority=job.priority,
        status=Status.QUEUED,
        capability=job.capability,
        model=job.params["model"],
        longest_side=max(job.params["width"], job.params["height"]),
        cost=float(job.cost),
        bot_id=job.bot_id,
        attempt=0,
        worker_id=None,
        avoid_workers=NOBODY,
        cancel_requested=False,
        wait_until=job.wait_until,
        running_seconds=None,
    )


def accepted_event(job: NewJob) -> JobEvent:
    return JobEvent(kind="accepted", job_id=job.id, user=job.user, bot_id=job.bot_id, status=Status.QUEUED)

"""Turns submits into jobs: those that wait while others are written go together into the next batch."""

import hashlib
import os
import random
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import Any
from uuid import UUID

import asyncpg
import structlog

from scheduler.accounts.model import Caller
from scheduler.batch import AGAIN, Again, Batcher
from scheduler.catalogue.market import MarketKeeper
from scheduler.database import Db
from scheduler.errors import Code, Refusal
from scheduler.jobs.herald import Herald
from scheduler.jobs.kinds import longest_side
from scheduler.jobs.model import SEED_LIMIT, WISHES, Destination, JobEvent, JobRequest, Status
from scheduler.jobs.queries.admission import (
    Account,
    KnownPlans,
    NewJob,
    Seen,
    insert_admitted,
    lock_accounts,
    read_accounts,
)
from scheduler.jobs.queries.open import NOBODY, OpenJob
from scheduler.observability import REGISTRY, Counter
from scheduler.plans.limits import Admission, decide, makes, renew_day, spendable
from scheduler.plans.model import Plan
from scheduler.uploads.model import Picture

WRITERS = 2  # batches under way: one is written while the next is decided

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
    picture: Picture | None = None  # that the request names
    job_id: UUID = field(default_factory=new_id)
    seed: int = field(default_factory=lambda: random.randint(0, SEED_LIMIT))
    request_hash: bytes = field(init=False)

    def __post_init__(self) -> None:
        later = (*WISHES, "picture")
        unsaid = {name for name in later if getattr(self.request, name) is None}  # as if there were no such fields
        digest = hashlib.sha256(self.request.model_dump_json(exclude=unsaid).encode()).digest()
        object.__setattr__(self, "request_hash", digest)

    @property
    def shaped(self) -> JobRequest:
        """The request; without a size of its own it has the shape of its picture."""
        request, picture = self.request, self.picture
        if picture is None or request.width or request.height:
            return request
        width, height = picture.shape()
        return request.model_copy(update={"width": width, "height": height})


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
        self.plans = KnownPlans()
        self.batcher: Batcher[Submit, Answer] = Batcher(
            self.admit, again=self.admit_alone, writers=WRITERS, owner=lambda submit: submit.caller.user_id
        )

    async def submit(self, submit: Submit) -> Answer:
        """The answer is committed when this returns."""
        answer = await self.batcher.put(submit)
        count_of(answer.code if isinstance(answer, Refusal) else type(answer).__name__.lower()).inc()
        return answer

    async def quote(self, submit: Submit) -> Admitted | Refusal:
        """What the submit would be answered now: the same rules on the account as it stands, and no effect."""
        accounts, _, now = await read_accounts(self.pool, [submit.caller.user_id], [None], self.plans)
        return self._judge(submit, Decisions(accounts, {}, now))

    async def admit(self, batch: Sequence[Submit]) -> list[Answer | Again]:
        """Decide a batch on the accounts as they stand, in order of arrival, and write what was admitted, unless its
        account was changed meanwhile: that, and whatever would be refused, is decided again under the lock."""
        ledger = await self._read(self.pool, batch)
        answers = [self._decide(submit, ledger) for submit in batch]
        opened = await self._write(self.pool, ledger)
        self._tell(opened)
        lost = {job.user_id for job in ledger.new} - {job.user_id for job in opened}
        told = [
            AGAIN if may_change(answer) or submit.caller.user_id in lost else answer
            for submit, answer in zip(batch, answers, strict=True)
        ]
        note_refusals(told)
        return told

    async def admit_alone(self, batch: Sequence[Submit]) -> list[Answer | Again]:
        """The same under the lock of the accounts, where nothing can change meanwhile."""
        async with self.pool.acquire() as connection, connection.transaction():
            await lock_accounts(connection, (submit.caller.user_id for submit in batch))
            ledger = await self._read(connection, batch)
            answers = [self._decide(submit, ledger) for submit in batch]
            opened = await self._write(connection, ledger)
        self._tell(opened)
        note_refusals(answers)
        return list(answers)

    async def _read(self, db: Db, batch: Sequence[Submit]) -> "Decisions":
        users = [submit.caller.user_id for submit in batch]
        return Decisions(*await read_accounts(db, users, [submit.key for submit in batch], self.plans))

    async def _write(self, db: Db, ledger: "Decisions") -> list[OpenJob]:
        """Returns what was written."""
        if not ledger.new:
            return []
        numbers = await insert_admitted(db, ledger.new, ledger.changed(), self.claim)
        return [
            open_job(job, numbers[job.id], ledger.accounts[job.user_id].plan) for job in ledger.new if job.id in numbers
        ]

    def _tell(self, opened: Sequence[OpenJob]) -> None:
        if opened:
            self.on_admitted(opened)
            self.herald.say([accepted_event(job) for job in opened])

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
        account = ledger.accounts[user_id]
        decision = decide(submit.shaped, account.plan, account.standing, self.market.market, ledger.now)
        if isinstance(decision, Refusal):
            return decision
        online = self.market.market.sides(from_picture=submit.picture is not None)
        awake = makes(decision.model, decision.width, decision.height, online)
        return ledger.admit(submit, decision, None if awake else ledger.now + self.keep_for)


@dataclass(slots=True)
class Decisions:
    """What one batch has decided so far."""

    accounts: dict[int, Account]
    seen: dict[tuple[int, str], Seen]
    now: datetime
    new: list[NewJob] = field(default_factory=list)

    def changed(self) -> list[Account]:
        """The accounts to write back."""
        users = {job.user_id for job in self.new}
        return [self.accounts[user_id] for user_id in sorted(users)]

    def admit(self, submit: Submit, admission: Admission, wait_until: datetime | None) -> Admitted:
        account = self.accounts[submit.caller.user_id]
        standing, plan = account.standing, account.plan
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


def may_change(answer: Answer) -> bool:
    """Whether another look at the account could give another answer: what came before has come."""
    return isinstance(answer, Refusal) and answer.code is not Code.IDEMPOTENCY_MISMATCH


@cache
def count_of(result: str) -> Counter:
    """The counter of one result, found once."""
    return SUBMITTED.labels(result)


def note_refusals(answers: Iterable[Answer | Again]) -> None:
    for answer in answers:
        if isinstance(answer, Refusal):
            log.info("job.refused", code=answer.code)  # nothing about a user reaches a log


def params_of(submit: Submit, admission: Admission) -> dict[str, Any]:
    """What the worker is told, and what a repetition needs: nothing about the user."""
    request = submit.request
    params: dict[str, Any] = {
        "prompt": request.prompt.strip(),
        "model": admission.model.id,
        "seed": submit.seed if request.seed is None else request.seed,
        "count": request.count,
    }
    if admission.width:
        params |= {"width": admission.width, "height": admission.height}
    params |= {name: wish for name in WISHES if (wish := getattr(request, name)) is not None}
    if admission.seconds:
        params["seconds"] = admission.seconds
    if admission.max_tokens:
        params["max_tokens"] = admission.max_tokens
    if request.strength is not None:
        params["strength"] = request.strength
    if submit.parent_seed is not None:
        params["parent_seed"] = submit.parent_seed
    if submit.picture is not None:
        params |= {"picture": str(submit.picture.id), "picture_path": submit.picture.path}
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
        longest_side=longest_side(job.params),
        cost=float(job.cost),
        bot_id=job.bot_id,
        attempt=0,
        worker_id=None,
        avoid_workers=NOBODY,
        cancel_requested=False,
        wait_until=job.wait_until,
        running_seconds=None,
        picture="picture" in job.params,
    )


def accepted_event(job: OpenJob) -> JobEvent:
    return JobEvent(kind="accepted", job_id=job.id, user=job.user, bot_id=job.bot_id, status=Status.QUEUED)

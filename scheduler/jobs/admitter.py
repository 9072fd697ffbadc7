"""Turns submits into jobs: those that wait while others are written go together into the next batch."""

from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from functools import cache

import structlog

from scheduler.batch import AGAIN, Again, Batcher
from scheduler.database import Db
from scheduler.errors import Code, Refusal
from scheduler.jobs.decisions import Decisions, accepted_event, keep_until
from scheduler.jobs.desk import Desk
from scheduler.jobs.events import running_event
from scheduler.jobs.herald import Herald
from scheduler.jobs.queries.admission import (
    NO_STARTS,
    NOTHING,
    Starts,
    Written,
    insert_admitted,
    lock_accounts,
)
from scheduler.jobs.queries.open import OpenJob
from scheduler.jobs.shortcut import Shortcut
from scheduler.jobs.submits import Admitted, Answer, Submit
from scheduler.observability import REGISTRY, Counter
from scheduler.plans.limits import decide

WRITERS = 2  # batches under way: one is written while the next is decided

log = structlog.get_logger(__name__)

SUBMITTED = Counter("tessera_submits", "Submits by what became of them", ["result"], registry=REGISTRY)


class Admitter:
    """`keep_for`: how long a job is kept that no live worker can run. `on_admitted` hears of jobs once committed."""

    def __init__(
        self,
        desk: Desk,
        herald: Herald,
        claim: timedelta,
        keep_for: timedelta,
        on_admitted: Callable[[Sequence[OpenJob]], None],
        shortcut: Shortcut,
    ) -> None:
        self.desk = desk
        self.herald = herald
        self.claim = claim
        self.keep_for = keep_for
        self.on_admitted = on_admitted
        self.shortcut = shortcut
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
        return self._judge(submit, await self.desk.look(self.desk.pool, [submit]))

    async def admit(self, batch: Sequence[Submit]) -> list[Answer | Again]:
        """Decide a batch on the accounts as they stand, in order of arrival, and write what was admitted, unless its
        account was changed meanwhile: then all that was decided on it is decided again under the lock. A refusal
        stands as of that look and of what the batch has written; where somebody is at the account, they are awaited."""
        async with self.desk.pool.acquire() as connection:
            ledger = await self.desk.look(connection, batch)
            answers = [self._decide(submit, ledger) for submit in batch]
            with self.shortcut.starting(ledger.opening) as starts:
                written = await self._write(connection, ledger, starts)
            self.shortcut.begun(starts, {job.id: job.params for job in ledger.new if job.id in written.begun})
        self._tell(ledger, written)
        lost = {job.user_id for job in ledger.new if job.id not in written.numbers}
        told = [
            AGAIN if (user := submit.caller.user_id) in lost or (ledger.is_held(user) and is_limit(answer)) else answer
            for submit, answer in zip(batch, answers, strict=True)
        ]
        note_refusals(told)
        return told

    async def admit_alone(self, batch: Sequence[Submit]) -> list[Answer | Again]:
        """The same under the lock of the accounts, where nothing can change meanwhile."""
        async with self.desk.pool.acquire() as connection, connection.transaction():
            await lock_accounts(connection, (submit.caller.user_id for submit in batch))
            ledger = await self.desk.look(connection, batch)
            answers = [self._decide(submit, ledger) for submit in batch]
            written = await self._write(connection, ledger)
        self._tell(ledger, written)
        note_refusals(answers)
        return list(answers)

    async def _write(self, db: Db, ledger: Decisions, starts: Starts = NO_STARTS) -> Written:
        if not ledger.new:
            return NOTHING
        return await insert_admitted(db, ledger.new, ledger.changed(), self.claim, starts)

    def _tell(self, ledger: Decisions, written: Written) -> None:
        opened = [ledger.opened(job, written.numbers[job.id]) for job in ledger.new if job.id in written.numbers]
        if waiting := [job for job in opened if job.id not in written.begun]:
            self.on_admitted(waiting)
        self.herald.say([accepted_event(job) for job in opened])
        self.herald.say([running_event(job, 1) for job in opened if job.id in written.begun])

    def _decide(self, submit: Submit, ledger: Decisions) -> Answer:
        return ledger.before(submit) or self._judge(submit, ledger)

    def _judge(self, submit: Submit, ledger: Decisions) -> Admitted | Refusal:
        decision = self.desk.judge(submit, ledger, decide)
        if isinstance(decision, Refusal):
            return decision
        until = keep_until(decision, submit.request, self.desk.market.market, ledger.now, self.keep_for)
        return ledger.admit(submit, decision, until)


def is_limit(answer: Answer) -> bool:
    """Whether it is a refusal that a change of the account could lift: what came before has come."""
    return isinstance(answer, Refusal) and answer.code is not Code.IDEMPOTENCY_MISMATCH


@cache
def count_of(result: str) -> Counter:
    """The counter of one result, found once."""
    return SUBMITTED.labels(result)


def note_refusals(answers: Iterable[Answer | Again]) -> None:
    for answer in answers:
        if isinstance(answer, Refusal):
            log.info("job.refused", code=answer.code)  # nothing about a user reaches a log

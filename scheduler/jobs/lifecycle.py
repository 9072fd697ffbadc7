"""Files how attempts ended, a batch in one transaction, then tells everybody: workers, bots, the dispatcher."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any, Protocol
from uuid import UUID

import asyncpg
import structlog
from pydantic import ValidationError
from redis.exceptions import ResponseError

from scheduler.artifacts.queries import sweep_again
from scheduler.batch import Batcher
from scheduler.bus import Redis, ensure_group
from scheduler.database import is_outage
from scheduler.fleet.breaking import TIMED_OUT
from scheduler.fleet.couriers import tell_workers
from scheduler.fleet.failures import note_failures
from scheduler.fleet.queries import too_small
from scheduler.jobs.agenda.queries import End, end_created
from scheduler.jobs.herald import Herald
from scheduler.jobs.model import JobEvent, Status
from scheduler.jobs.outcomes import OUT_OF_MEMORY, failed, given_up, took, verdict
from scheduler.jobs.queries.dispatch import Requeue, requeue_jobs
from scheduler.jobs.queries.ending import Ended, Ending, ask_to_cancel, end_jobs
from scheduler.jobs.queries.open import open_jobs
from scheduler.jobs.queries.tries import asked_of, tries_of
from scheduler.observability import REGISTRY, Counter
from scheduler.wire import REPORTS, REPORTS_GROUP, Acknowledged, Cancel, Outcome, unpacked

log = structlog.get_logger(__name__)

ENDED = Counter("tessera_jobs_ended", "Jobs by how they ended", ["status"], registry=REGISTRY)
REQUEUED = Counter("tessera_jobs_requeued", "Attempts that ended without ending their job", registry=REGISTRY)
READ_AT_ONCE = 20  # entries, each with what a worker said at one moment
NO_TIMES: Mapping[UUID, float | None] = {}
BLOCK_MILLISECONDS = 300  # how soon a stop is noticed


class Listener(Protocol):
    """Hears of jobs once what happened to them is committed."""

    def ended(self, ended: Sequence[tuple[Ended, float | None]]) -> None: ...
    def changed(self, job_ids: Sequence[UUID]) -> None: ...


class Lifecycle:
    """`listeners` in this process hear at once, everybody else by events."""

    def __init__(
        self,
        pool: asyncpg.Pool,
        redis: Redis,
        blocking_redis: Redis,
        name: str,
        keep_artifacts: timedelta,
        herald: Herald,
    ) -> None:
        self.pool = pool
        self.redis = redis
        self.blocking_redis = blocking_redis
        self.name = name
        self.keep_artifacts = keep_artifacts
        self.herald = herald
        self.listeners: list[Listener] = []
        self.batcher: Batcher[Outcome, None] = Batcher(self.file)

    async def read(self) -> bool:
        """One tick: take outcomes from the stream and file them. A lost one comes again from its worker. Two loops do
        it, so that one reads while the other waits for the database."""
        try:
            answer: Any = await self.blocking_redis.xreadgroup(
                REPORTS_GROUP, self.name, {REPORTS: ">"}, count=READ_AT_ONCE, block=BLOCK_MILLISECONDS, noack=True
            )
        except ResponseError as error:  # a flush removes the group
            if "NOGROUP" not in str(error):
                raise
            await ensure_group(self.redis, REPORTS, REPORTS_GROUP)
            return True
        outcomes = [outcome for _, entries in answer or () for entry in entries for outcome in parsed(entry)]
        await self._take(outcomes)
        return True

    async def _take(self, outcomes: Sequence[Outcome]) -> None:
        """File what came together, with whatever else waits, and acknowledge it: filed now, before, or superseded."""
        results = await self.batcher.put_all(outcomes)
        outages = [result for result in results if isinstance(result, BaseException) and is_outage(result)]
        for outcome, result in zip(outcomes, results, strict=True):
            if isinstance(result, BaseException) and result not in outages:
                log.error("outcome.unfileable", job=str(outcome.job_id), error=type(result).__name__)
                # it would be said for ever, so the job ends here
                await self.write([failed(outcome, "engine_failed", "The worker's answer could not be read.")])
        done = (o for o, result in zip(outcomes, results, strict=True) if result not in outages)
        await self.tell_all([(o.worker_id, Acknowledged(job_id=o.job_id, attempt=o.attempt)) for o in done])
        if outages:
            raise outages[0]  # the worker keeps these outcomes and says them again

    async def file(self, outcomes: Sequence[Outcome]) -> list[None]:
        """File a batch."""
        open_ended = [outcome.job_id for outcome in outcomes if outcome.status != "completed"]
        tries = await tries_of(self.pool, open_ended) if open_ended else {}
        starved = [(o.job_id, o.worker_id) for o in outcomes if o.error_code == OUT_OF_MEMORY]
        small = await too_small(self.pool, starved) if starved else {}
        measured = [outcome.job_id for outcome in outcomes if took(outcome)]
        asked = await asked_of(self.pool, measured) if measured else {}
        verdicts = [verdict(o, tries.get(o.job_id), small.get(o.job_id, ()), asked.get(o.job_id)) for o in outcomes]
        changed = await self.write(
            [v for v in verdicts if isinstance(v, Ending)],
            [v for v in verdicts if isinstance(v, Requeue)],
        )
        if broken := [o for o in outcomes if is_evidence(o) and o.job_id in changed]:
            await note_failures(self.pool, [(o.job_id, o.worker_id, o.error_code or "engine_failed") for o in broken])
        if late := [outcome.job_id for outcome in outcomes if outcome.job_id not in changed]:
            await sweep_again(self.pool, late)
        return [None] * len(outcomes)

    async def write(self, endings: Sequence[Ending], requeues: Sequence[Requeue] = ()) -> set[UUID]:
        """End and requeue in one transaction, then tell the world. Returns the jobs that changed."""
        if not endings and not requeues:
            return set()
        ended, moved = await self._commit(endings, requeues)
        self.tell_ended(ended, {ending.job_id: ending.run_seconds for ending in endings})
        for job_id in moved:
            REQUEUED.inc()
            log.info("job.requeued", job=str(job_id))
        for listener in self.listeners:
            listener.changed(list(moved))
        self.herald.say(await self._requeued_events(moved, requeues))
        return moved.keys() | {one.job_id for one in ended}

    async def end_created(self, ends: Sequence[End]) -> None:
        """End jobs that never were in line, then tell the world."""
        if ends:
            self.tell_ended(await end_created(self.pool, ends))

    def tell_ended(self, ended: Sequence[Ended], seconds: Mapping[UUID, float | None] = NO_TIMES) -> None:
        """Of jobs that have ended, once that is committed. `seconds`: how long they ran."""
        for one in ended:
            ENDED.labels(one.status).inc()
            log.info("job.ended", job=str(one.job_id), status=one.status, attempt=one.attempt)
        for listener in self.listeners:
            listener.ended([(one, seconds.get(one.job_id)) for one in ended])
        self.herald.say([ended_event(one) for one in ended])

    async def _commit(
        self, endings: Sequence[Ending], requeues: Sequence[Requeue]
    ) -> tuple[list[Ended], dict[UUID, bool]]:
        if not requeues:
            return await end_jobs(self.pool, endings, self.keep_artifacts), {}
        async with self.pool.acquire() as connection, connection.transaction():
            ended = await end_jobs(connection, endings, self.keep_artifacts) if endings else []
            return ended, await requeue_jobs(connection, requeues)

    async def _requeued_events(self, moved: Mapping[UUID, bool], requeues: Sequence[Requeue]) -> list[JobEvent]:
        why = {requeue.job_id: requeue.why for requeue in requeues}
        jobs = await open_jobs(self.pool, list(moved)) if moved else []
        return [
            JobEvent(
                kind="requeued",
                job_id=job.id,
                attempt=job.attempt,
                user=job.user,
                bot_id=job.bot_id,
                status=job.status,
                begun=moved[job.id],
                why=why.get(job.id),
            )
            for job in jobs
        ]

    async def cancel(self, job_id: UUID, user_id: int, *, begun: bool = True) -> None:
        """A waiting job of the user ends at once, a running one's worker is told; unless `begun`, one that has begun
        goes on."""
        found = await ask_to_cancel(self.pool, job_id, user_id, begun=begun)
        if found is None:
            return
        status, attempt, worker_id = found
        if status is Status.RUNNING and worker_id:
            await self.tell_all([(worker_id, Cancel(job_id=job_id, attempt=attempt))])
        elif status is Status.CREATED:
            await self.end_created([End(job_id, Status.CANCELLED)])
        else:
            await self.write([given_up(job_id, attempt, Status.CANCELLED, running=False)])

    async def tell_all(self, messages: Sequence[tuple[str, Cancel | Acknowledged]]) -> None:
        """Put messages into workers' inboxes; if Redis is away, the next beats bring them about."""
        await tell_workers(self.redis, messages)


def is_evidence(outcome: Outcome) -> bool:
    """Whether what went wrong may be the model's or the worker's fault, not the request's."""
    return outcome.status == "failed" and (outcome.retryable or outcome.error_code == TIMED_OUT)


def parsed(entry: tuple[bytes, dict[bytes, bytes]]) -> Iterator[Outcome]:
    """The outcomes in a stream entry; what cannot be read is dropped with a line in the log."""
    for message in unpacked(entry[1]):
        try:
            yield Outcome.model_validate_json(message)
        except ValidationError:
            log.warning("outcome.unreadable", entry=entry[0].decode())


def ended_event(ended: Ended) -> JobEvent:
    return JobEvent(
        kind="ended",
        job_id=ended.job_id,
        attempt=ended.attempt,
        user=ended.user,
        bot_id=ended.bot_id,
        status=ended.status,
    )

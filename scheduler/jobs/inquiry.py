"""Where a job stands, asked of the scheduler that leads: only it has the line in memory."""

import asyncio
import time
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import structlog
from pydantic import BaseModel, ValidationError

from scheduler.bus import BRIEF_SECONDS, Redis, RedisError
from scheduler.jobs.dispatcher import Dispatcher
from scheduler.jobs.entries import newcomer
from scheduler.jobs.events import EventHub
from scheduler.jobs.model import Wait
from scheduler.jobs.queries.admission import NewJob
from scheduler.jobs.queue import Waiting
from scheduler.wire import ANSWERS_PREFIX, ASKS

log = structlog.get_logger(__name__)

PATIENCE_SECONDS = 0.25  # for an answer
SILENT_SECONDS = 1.0  # without questions after one that was not answered
MOST_OPEN = 100  # questions; who asks more counts for themselves


class Question(BaseModel):
    """About a job; `entry`: it is not in line yet, maybe never will be, as when nothing is `promised`."""

    job_id: UUID
    entry: Waiting | None = None
    until: datetime | None = None
    promised: bool = True


class Asked(BaseModel):
    asker: str
    number: int
    questions: list[Question]
    user_id: int | None = None  # when one of this user's jobs ends


class Told(BaseModel):
    number: int
    waits: list[Wait | None]
    frees_in: float | None = None  # seconds


class Inquiry:
    """Its tick sends what was asked and told meanwhile. A leader asks nobody."""

    def __init__(self, redis: Redis, name: str, dispatcher: Dispatcher, hub: EventHub) -> None:
        self.redis = redis
        self.name = name
        self.dispatcher = dispatcher
        self.wake = asyncio.Event()
        self.outbox: dict[str, list[str]] = {}  # by channel
        self.open: dict[int, asyncio.Future[Told]] = {}
        self.asked = 0
        self.silent_until = 0.0
        hub.ears[ASKS] = self.on_asked
        hub.ears[ANSWERS_PREFIX + name] = self.on_told

    async def waits_of(self, job_ids: Sequence[UUID]) -> dict[UUID, Wait]:
        """Of those that wait, or are at hand of a worker; of none while nobody leads."""
        if self.dispatcher.leader:
            waits = [self.dispatcher.wait_of(job_id) for job_id in job_ids]
        else:
            waits = (await self._ask([Question(job_id=job_id) for job_id in job_ids])).waits if job_ids else []
        return {job_id: wait for job_id, wait in zip(job_ids, waits, strict=True) if wait}

    async def wait_for(self, job: NewJob, *, promised: bool = True) -> Wait | None:
        """Of a job that was admitted this moment, or would be: then nothing is promised."""
        entry = newcomer(job)
        if self.dispatcher.leader:
            return self.dispatcher.foretell(entry, job.hold.wait_until, promised=promised)
        question = Question(job_id=job.id, entry=entry, until=job.hold.wait_until, promised=promised)
        return (await self._ask([question])).waits[0]

    async def frees_in(self, user_id: int) -> float | None:
        """Seconds until about when one of the user's jobs ends; None where nobody knows, or nobody leads."""
        if self.dispatcher.leader:
            return self.dispatcher.frees_in(user_id)
        return (await self._ask([], user_id)).frees_in

    async def tick(self) -> None:
        sent, self.outbox = self.outbox, {}
        try:
            async with asyncio.timeout(BRIEF_SECONDS):
                for channel, lines in sent.items():
                    await self.redis.publish(channel, "\n".join(lines))
        except (RedisError, OSError, TimeoutError) as error:
            log.warning("inquiry.lost", error=type(error).__name__)

    def on_asked(self, data: bytes) -> None:
        if self.dispatcher.leader is None:
            return
        for line in data.splitlines():
            try:
                asked = Asked.model_validate_json(line)
            except ValidationError:
                log.warning("inquiry.unreadable")
                continue
            self._send(ANSWERS_PREFIX + asked.asker, self._answer(asked))

    def on_told(self, data: bytes) -> None:
        for line in data.splitlines():
            told = Told.model_validate_json(line)
            if (waiting := self.open.get(told.number)) and not waiting.done():
                waiting.set_result(told)

    async def _ask(self, questions: list[Question], user_id: int | None = None) -> Told:
        nothing = Told(number=0, waits=[None] * len(questions))
        if len(self.open) >= MOST_OPEN or time.monotonic() < self.silent_until:
            return nothing
        self.asked += 1
        number, waiting = self.asked, self.open.setdefault(self.asked, asyncio.get_running_loop().create_future())
        self._send(ASKS, Asked(asker=self.name, number=number, questions=questions, user_id=user_id))
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                return await waiting
        except TimeoutError:
            self.silent_until = time.monotonic() + SILENT_SECONDS
            return nothing
        finally:
            del self.open[number]

    def _answer(self, asked: Asked) -> Told:
        waits = [
            self.dispatcher.wait_of(one.job_id)
            if one.entry is None
            else self.dispatcher.foretell(one.entry, one.until, promised=one.promised)
            for one in asked.questions
        ]
        frees_in = None if asked.user_id is None else self.dispatcher.frees_in(asked.user_id)
        return Told(number=asked.number, waits=waits, frees_in=frees_in)

    def _send(self, channel: str, message: Asked | Told) -> None:
        self.outbox.setdefault(channel, []).append(message.model_dump_json())
        self.wake.set()

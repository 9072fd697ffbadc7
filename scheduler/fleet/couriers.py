"""Brings messages to the workers' inboxes: one entry for a worker, however many they are."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence

import structlog

from scheduler.bus import BRIEF_SECONDS, Redis, RedisError
from scheduler.fleet.model import Attempt
from scheduler.jobs.outcomes import folder_of
from scheduler.jobs.queries.dispatch import Started
from scheduler.jobs.queries.open import OpenJob
from scheduler.jobs.timeouts import time_for
from scheduler.wire import (
    LOADING_SECONDS,
    STREAM_LENGTH,
    Acknowledged,
    Assignment,
    Cancel,
    Recall,
    events_channel,
    inbox,
    packed,
)

log = structlog.get_logger(__name__)


Message = Assignment | Cancel | Recall | Acknowledged


async def tell_workers(redis: Redis, messages: Iterable[tuple[str, Message]]) -> None:
    """One round trip for all. What Redis loses is said again when beats show that it was missed."""
    letters: dict[str, list[str]] = {}
    for worker_id, message in messages:
        letters.setdefault(worker_id, []).append(message.model_dump_json())
    if not letters:
        return
    try:
        async with asyncio.timeout(BRIEF_SECONDS):
            await bring(redis, letters)
    except (RedisError, OSError, TimeoutError) as error:
        log.warning("workers.untold", count=sum(map(len, letters.values())), error=type(error).__name__)


async def bring(redis: Redis, letters: Mapping[str, Sequence[str]]) -> None:
    if len(letters) == 1:  # the way of a job that comes alone is as short as can be
        [(worker_id, texts)] = letters.items()
        await redis.xadd(inbox(worker_id), packed(texts), maxlen=STREAM_LENGTH, approximate=True)
        return
    async with redis.pipeline(transaction=False) as pipe:
        for worker_id, texts in letters.items():
            pipe.xadd(inbox(worker_id), packed(texts), maxlen=STREAM_LENGTH, approximate=True)
        await pipe.execute()


class Courier:
    """For those who cannot wait until it is brought: its tick brings all that was sent meanwhile."""

    def __init__(self, redis: Redis) -> None:
        self.redis = redis
        self.sent: list[tuple[str, Message]] = []
        self.wake = asyncio.Event()

    def send(self, messages: Iterable[tuple[str, Message]]) -> None:
        self.sent += messages
        self.wake.set()

    async def tick(self) -> None:
        now, self.sent = self.sent, []
        await tell_workers(self.redis, now)


async def send_assignments(redis: Redis, assignments: Sequence[tuple[OpenJob, Attempt, Started]]) -> None:
    """An assignment that is lost is sent again when two beats did not list it."""
    await tell_workers(redis, ((one.worker_id, assignment(job, started, one)) for job, one, started in assignments))


async def send_recalls(redis: Redis, attempts: Sequence[Attempt]) -> None:
    """One that is lost is sent again while there is still a reason."""
    await tell_workers(redis, ((one.worker_id, Recall(job_id=one.job_id, attempt=one.attempt)) for one in attempts))


def assignment(job: OpenJob, started: Started, attempt: Attempt | None) -> Assignment:
    """What a worker is told of an attempt; None: nobody keeps it any more."""
    seconds = attempt.timeout_seconds if attempt else time_for(job, None)
    return Assignment(
        job_id=started.job_id,
        attempt=started.attempt,
        lease_token=started.lease_token,
        capability=started.capability,
        model=str(started.params.get("model", "")),
        params=dict(started.params),
        folder=folder_of(started.job_id, started.attempt),
        timeout_seconds=LOADING_SECONDS + seconds,
        work_seconds=seconds,
        tokens=job.share,
        events_channel=events_channel(job.bot_id),
        pass_id=attempt.pass_id if attempt else job.id,
    )

"""Brings assignments and recalls to the workers' inboxes."""

import asyncio
from collections.abc import Sequence

import structlog

from scheduler.bus import BRIEF_SECONDS, Redis, RedisError
from scheduler.fleet.model import Attempt
from scheduler.jobs.line import TIMEOUT_SECONDS
from scheduler.jobs.outcomes import folder_of
from scheduler.jobs.queries.dispatch import Started
from scheduler.jobs.queries.open import OpenJob
from scheduler.wire import FIELD, STREAM_LENGTH, Assignment, Recall, events_channel, inbox

log = structlog.get_logger(__name__)


async def send_assignments(redis: Redis, assignments: Sequence[tuple[OpenJob, str, Started]]) -> None:
    """One that Redis loses is sent again when two beats did not list it."""
    await send(redis, [(worker_id, assignment(job, started)) for job, worker_id, started in assignments])


async def send_recalls(redis: Redis, attempts: Sequence[Attempt]) -> None:
    """One that Redis loses is sent again while there is still a reason."""
    await send(redis, [(one.worker_id, Recall(job_id=one.job_id, attempt=one.attempt)) for one in attempts])


async def send(redis: Redis, messages: Sequence[tuple[str, Assignment | Recall]]) -> None:
    """One round trip for all."""
    if not messages:
        return
    try:
        async with asyncio.timeout(BRIEF_SECONDS), redis.pipeline(transaction=False) as pipe:
            for worker_id, message in messages:
                text = message.model_dump_json()
                pipe.xadd(inbox(worker_id), {FIELD: text}, maxlen=STREAM_LENGTH, approximate=True)
            await pipe.execute()
    except (RedisError, OSError, TimeoutError) as error:
        log.warning("assignments.lost", count=len(messages), error=type(error).__name__)


def assignment(job: OpenJob, started: Started) -> Assignment:
    return Assignment(
        job_id=started.job_id,
        attempt=started.attempt,
        lease_token=started.lease_token,
        capability=started.capability,
        model=str(started.params.get("model", "")),
        params=dict(started.params),
        folder=folder_of(started.job_id, started.attempt),
        timeout_seconds=TIMEOUT_SECONDS[started.capability],
        events_channel=events_channel(job.bot_id),
    )

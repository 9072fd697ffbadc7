"""Brings assignments to the workers' inboxes."""

import asyncio
from collections.abc import Sequence

import structlog

from scheduler.bus import BRIEF_SECONDS, Redis, RedisError
from scheduler.jobs.line import TIMEOUT_SECONDS
from scheduler.jobs.outcomes import folder_of
from scheduler.jobs.queries.dispatch import Started
from scheduler.jobs.queries.open import OpenJob
from scheduler.wire import FIELD, STREAM_LENGTH, Assignment, events_channel, inbox

log = structlog.get_logger(__name__)


async def send_assignments(redis: Redis, assignments: Sequence[tuple[OpenJob, str, Started]]) -> None:
    """One round trip for all; an assignment that Redis loses is sent again when two beats did not list it."""
    if not assignments:
        return
    try:
        async with asyncio.timeout(BRIEF_SECONDS), redis.pipeline(transaction=False) as pipe:
            for job, worker_id, started in assignments:
                message = assignment(job, started).model_dump_json()
                pipe.xadd(inbox(worker_id), {FIELD: message}, maxlen=STREAM_LENGTH, approximate=True)
            await pipe.execute()
    except (RedisError, OSError, TimeoutError) as error:
        log.warning("assignments.lost", count=len(assignments), error=type(error).__name__)


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

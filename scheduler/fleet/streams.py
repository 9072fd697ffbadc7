"""Deletes what workers write into once its ids lie in the future: after the greatest id there is no next one."""

import structlog
from redis.exceptions import ResponseError

from scheduler.bus import Redis
from scheduler.wire import BEATS, REPORTS

log = structlog.get_logger(__name__)

CHECK_SECONDS = 2.0  # with the workers' next beat and the listener's next read well within a lease
FAR_MILLISECONDS = 3_600_000  # nearer ids harm nobody: those after them are greater by one


async def tick(redis: Redis) -> None:
    """Whatever was in such a stream is said again: beats always are, outcomes until they are acknowledged. Every
    scheduler looks; where two delete, what came between them is said again, too."""
    seconds, _ = await redis.time()
    for stream in (BEATS, REPORTS):
        if is_far_ahead(await last_id(redis, stream), seconds):
            await redis.delete(stream)
            log.warning("stream.from_the_future", stream=stream)


async def last_id(redis: Redis, stream: str) -> bytes:
    """The greatest id that there was, though its entry may be gone."""
    try:
        last: bytes = (await redis.xinfo_stream(stream))["last-generated-id"]
    except ResponseError as error:
        if "no such key" not in str(error):
            raise
        return b"0-0"
    return last


def is_far_ahead(entry_id: bytes, now_seconds: float) -> bool:
    """Whether an id, which begins with milliseconds, can hardly have been made by now."""
    return int(entry_id.partition(b"-")[0]) > now_seconds * 1000 + FAR_MILLISECONDS

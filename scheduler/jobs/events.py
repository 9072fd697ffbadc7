"""Live events: schedulers and workers publish them, every scheduler hears all and hands them to its listeners.

Nothing depends on an event arriving: who needs the truth reads the job.
"""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress

import structlog
from pydantic import ValidationError

from scheduler.bus import BRIEF_SECONDS, Redis, RedisError
from scheduler.jobs.model import JobEvent, Status
from scheduler.jobs.queries.open import OpenJob
from scheduler.wire import EVENTS_PREFIX, MARKET_CHANNEL, events_channel

log = structlog.get_logger(__name__)

MOST_UNREAD = 500  # events a listener may leave unread; then the oldest are dropped
LISTEN_SECONDS = 0.3  # how soon a stop is noticed


async def announce(redis: Redis, events: Sequence[JobEvent]) -> None:
    """Publish events, one message a channel; a Redis that is away loses them, and polls make up for it."""
    lines: dict[str, list[str]] = {}
    for event in events:
        lines.setdefault(events_channel(event.bot_id), []).append(event.model_dump_json(exclude_none=True))
    try:
        async with asyncio.timeout(BRIEF_SECONDS):
            for channel, told in lines.items():
                await redis.publish(channel, "\n".join(told))
    except (RedisError, OSError, TimeoutError) as error:
        log.warning("events.lost", count=len(events), error=type(error).__name__)


def running_event(job: OpenJob, attempt: int) -> JobEvent:
    """Its worker begins it."""
    return JobEvent(
        kind="running", job_id=job.id, attempt=attempt, user=job.user, bot_id=job.bot_id, status=Status.RUNNING
    )


class EventHub:
    """One subscription to all events, fanned out to listeners by bot."""

    def __init__(self, redis: Redis) -> None:
        self.redis = redis
        self.listeners: dict[str, set[asyncio.Queue[JobEvent]]] = {}
        self.hooks: list[Callable[[JobEvent], None]] = []
        self.ears: dict[str, Callable[[bytes], None]] = {}  # by channel: what is no event; set before it runs
        self.market_hooks: list[Callable[[], None]] = []
        self.closed = asyncio.Event()  # ends the event streams of this process

    @contextmanager
    def listen(self, bot_id: str | None) -> Iterator[asyncio.Queue[JobEvent]]:
        """A queue of the events of one bot's jobs (None: the API's), while the context lasts."""
        channel = events_channel(bot_id)
        queue: asyncio.Queue[JobEvent] = asyncio.Queue(MOST_UNREAD)
        self.listeners.setdefault(channel, set()).add(queue)
        try:
            yield queue
        finally:
            self.listeners[channel].discard(queue)
            if not self.listeners[channel]:
                del self.listeners[channel]

    def close(self) -> None:
        """End every event stream, so that the server can stop."""
        self.closed.set()

    async def run(self, stop: asyncio.Event) -> None:
        """Hear and hand on until `stop`; subscribe again whenever Redis was away."""
        while not stop.is_set():
            try:
                await self._hear(stop)
            except (RedisError, OSError, TimeoutError) as error:
                log.warning("events.interrupted", error=type(error).__name__)
                with suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), 0.5)

    async def _hear(self, stop: asyncio.Event) -> None:
        async with self.redis.pubsub() as pubsub:
            await pubsub.psubscribe(EVENTS_PREFIX + "*")
            if self.ears:
                await pubsub.subscribe(*self.ears)
            while not stop.is_set():
                message = await pubsub.get_message(ignore_subscribe_messages=True, timeout=LISTEN_SECONDS)
                if message:
                    self._sort(message["channel"].decode(), message["data"])

    def _sort(self, channel: str, data: bytes) -> None:
        if ear := self.ears.get(channel):
            ear(data)
        elif channel == MARKET_CHANNEL:
            for hook in self.market_hooks:
                hook()
        else:
            for line in data.splitlines():
                self._hand_on(channel, line)

    def _hand_on(self, channel: str, line: bytes) -> None:
        try:
            event = JobEvent.model_validate_json(line)
        except ValidationError:
            log.warning("events.unreadable", channel=channel)
            return
        for hook in self.hooks:
            hook(event)
        for queue in self.listeners.get(channel, ()):
            if queue.full():
                queue.get_nowait()
            queue.put_nowait(event)

"""Tells everybody what has happened, after the fact and aside: nobody who writes waits for it."""

import asyncio
from collections.abc import Sequence

from scheduler.bus import Redis
from scheduler.jobs.events import announce
from scheduler.jobs.model import JobEvent

MOST = 500  # events in one message
MOST_UNSAID = 20_000  # while Redis is away; then the oldest are dropped
BREATH_SECONDS = 0.004  # after a message; each costs as much as twenty submits, to say and to hear


class Herald:
    """Its tick is one message a channel, with all that was said meanwhile: at once after a silence, then by breaths."""

    def __init__(self, redis: Redis) -> None:
        self.redis = redis
        self.said: list[JobEvent] = []
        self.wake = asyncio.Event()

    def say(self, events: Sequence[JobEvent]) -> None:
        self.said += events
        if len(self.said) > MOST_UNSAID:
            del self.said[:-MOST_UNSAID]
        if events:
            self.wake.set()

    async def tick(self) -> bool:
        """Returns whether more was said than fits one message."""
        now, self.said = self.said[:MOST], self.said[MOST:]
        if now:
            await announce(self.redis, now)
            await asyncio.sleep(BREATH_SECONDS)
        return bool(self.said)

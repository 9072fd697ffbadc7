"""Whether Redis answers: said once when it stops and once when it is back, with growing pauses in between."""

import asyncio

import structlog

from scheduler import supervisor

log = structlog.get_logger(__name__)

FIRST_PAUSE_SECONDS = 0.05
LONGEST_PAUSE_SECONDS = 2.0  # less than the lease of an attempt by far: the outage shall end here when it ends there


class Link:
    """Shared by the loops that talk to Redis."""

    def __init__(self, closed: asyncio.Event) -> None:
        self._closed = closed
        self._failures: dict[str, int] = {}  # by loop, in a row

    def works(self, who: str) -> None:
        """A command of this loop was answered."""
        if self._failures.pop(who, 0) and not self._failures:
            log.info("redis.found")

    async def failed(self, who: str, error: Exception) -> None:
        """A command of this loop was not answered; returns when it may be tried again."""
        if self._closed.is_set():
            return
        if not self._failures:
            log.warning("redis.lost", error=type(error).__name__)
        failures = self._failures.get(who, 0)
        self._failures[who] = failures + 1
        pause_seconds = min(FIRST_PAUSE_SECONDS * 2 ** min(failures, 10), LONGEST_PAUSE_SECONDS)
        await supervisor.sleep(pause_seconds, self._closed)

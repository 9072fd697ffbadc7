"""The rig's time: the real one plus what a test skipped."""

import itertools
import time
from datetime import UTC, datetime

DISCORD_EPOCH_MS = 1_420_070_400_000


class Clock:
    """Wall clock in seconds that can be moved forward, and the source of snowflakes."""

    def __init__(self) -> None:
        self._skipped_seconds = 0.0
        self._serial = itertools.count()

    def now(self) -> float:
        return time.time() + self._skipped_seconds

    def advance(self, seconds: float) -> None:
        self._skipped_seconds += seconds

    def snowflake(self) -> str:
        """A new id; clients read the time of birth from its upper bits."""
        milliseconds = int(self.now() * 1000) - DISCORD_EPOCH_MS
        return str(milliseconds << 22 | next(self._serial) & 0x3FFFFF)


def iso(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat()

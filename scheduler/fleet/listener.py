"""Reads the workers' beats; every scheduler hears all of them."""

import time
from collections.abc import Callable
from typing import Any

import structlog
from pydantic import ValidationError

from scheduler.bus import Redis
from scheduler.fleet.streams import is_far_ahead
from scheduler.wire import BEAT_SECONDS, BEATS, FIELD, Beat

log = structlog.get_logger(__name__)

BLOCK_MILLISECONDS = 300  # how soon a stop is noticed
READ_AT_ONCE = 500
LONG_SILENCE = 20  # reads
NEW = b"$"  # whatever comes from now on


class BeatListener:
    """`on_beats` gets what one read brought, and an empty list when nothing came: then, too, Redis was heard."""

    def __init__(self, blocking_redis: Redis, on_beats: Callable[[list[Beat]], None]) -> None:
        self.redis = blocking_redis
        self.on_beats = on_beats
        self.last = b"%d-0" % int((time.time() - BEAT_SECONDS) * 1000)  # ids are the server's milliseconds
        self.silent = 0

    async def read(self) -> bool:
        """One tick. After a long silence it listens anew: a flush with a clock set back makes ids smaller. It does so
        at once if its last id is no time to wait for: such a stream is deleted."""
        answer: Any = await self.redis.xread({BEATS: self.last}, count=READ_AT_ONCE, block=BLOCK_MILLISECONDS)
        entries = answer[0][1] if answer else []
        self.silent = 0 if entries else self.silent + 1
        if entries:
            self.last = entries[-1][0]
        elif self.silent > LONG_SILENCE or (self.last != NEW and is_far_ahead(self.last, time.time())):
            self.last = NEW
        self.on_beats([beat for entry in entries if (beat := parsed(entry))])
        return True


def parsed(entry: tuple[bytes, dict[bytes, bytes]]) -> Beat | None:
    """The beat in a stream entry; what cannot be read, or be stored, is dropped with a line in the log."""
    try:
        raw = entry[1][FIELD.encode()]
        if b"\\u0000" in raw:  # PostgreSQL cannot store it, and one beat must not hold up the others
            raise KeyError
        return Beat.model_validate_json(raw)
    except (ValidationError, KeyError):
        log.warning("beat.unreadable", entry=entry[0].decode())
        return None

"""Reads the workers' beats; every scheduler hears all of them."""

from collections.abc import Callable
from typing import Any

import structlog
from pydantic import ValidationError

from scheduler.bus import Redis
from scheduler.wire import BEATS, FIELD, Beat

log = structlog.get_logger(__name__)

BLOCK_MILLISECONDS = 1000
READ_AT_ONCE = 500


class BeatListener:
    """`on_beats` gets what one read brought, and an empty list when nothing came: then, too, Redis was heard."""

    def __init__(self, blocking_redis: Redis, on_beats: Callable[[list[Beat]], None]) -> None:
        self.redis = blocking_redis
        self.on_beats = on_beats
        self.last = b"$"

    async def read(self) -> bool:
        """One tick. After a flush the stream starts anew with smaller ids, so a silence starts over at its end."""
        answer: Any = await self.redis.xread({BEATS: self.last}, count=READ_AT_ONCE, block=BLOCK_MILLISECONDS)
        entries = answer[0][1] if answer else []
        self.last = entries[-1][0] if entries else b"$"
        self.on_beats([beat for entry in entries if (beat := parsed(entry))])
        return True


def parsed(entry: tuple[bytes, dict[bytes, bytes]]) -> Beat | None:
    try:
        return Beat.model_validate_json(entry[1][FIELD.encode()])
    except (ValidationError, KeyError):
        log.warning("beat.unreadable", entry=entry[0].decode())
        return None

"""A worker that is there and busy: it takes one job and never ends it, so that what is submitted waits in line."""

import asyncio
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from scheduler import supervisor
from scheduler.bus import Redis
from scheduler.wire import BEAT_SECONDS, BEATS, FIELD, Assignment, AttemptRef, Beat, Offer, ToWorker, inbox, unpacked

PAINTER = Offer(model="painter", capability="image", max_side=4096)


class Sitter:
    def __init__(self, redis: Redis) -> None:
        self.redis = redis
        self.worker_id = f"sitter-{uuid4().hex[:8]}"
        self.holding: list[AttemptRef] = []

    async def run(self, stop: asyncio.Event) -> None:
        """Beat until `stop`, listing what came."""
        while not stop.is_set():
            await self.look()
            await self.beat()
            await supervisor.sleep(BEAT_SECONDS, stop)

    async def look(self) -> None:
        entries: Any = await self.redis.xrange(inbox(self.worker_id))
        messages = [ToWorker.validate_json(one) for _, fields in entries for one in unpacked(fields)]
        self.holding = [AttemptRef(job_id=m.job_id, attempt=m.attempt) for m in messages if isinstance(m, Assignment)]

    async def beat(self) -> None:
        beat = Beat(
            worker_id=self.worker_id,
            name="sitter",
            slots=1,
            offers=[PAINTER],
            holding=self.holding,
            sent_at=datetime.now(UTC),
        )
        await self.redis.xadd(BEATS, {FIELD: beat.model_dump_json()})

"""Tells the scheduler who is here, what is held and how attempts ended, until it is acknowledged."""

import time
from datetime import UTC, datetime

from scheduler.bus import Redis, RedisError
from scheduler.wire import BEATS, FIELD, REPORTS, STREAM_LENGTH, Beat, packed
from workers.holding import Holding
from workers.identity import Identity
from workers.link import Link

BEATS_KEPT = 10_000  # entries, roughly: only the newest beat of a worker matters
TOGETHER = 100  # outcomes in one entry


class Reporter:
    """Its tick is one beat, with the outcomes that are due; the first one registers the worker."""

    def __init__(self, redis: Redis, identity: Identity, holding: Holding, link: Link) -> None:
        self._redis = redis
        self._identity = identity
        self._holding = holding
        self._link = link

    async def tick(self) -> bool:
        """Returns whether to beat again at once: after a failure, when the pause is over."""
        try:
            await self.report()
        except RedisError as error:
            await self._link.failed("beat", error)
            return True
        self._link.works("beat")
        return False

    async def report(self) -> None:
        """One beat and the due outcomes in one round trip; raises RedisError, then all of it is due again."""
        due = self._holding.due(time.monotonic())
        # the beat first: a slot that an outcome frees is given away by what the beat says is warm
        async with self._redis.pipeline(transaction=False) as pipe:
            pipe.xadd(BEATS, {FIELD: self._beat()}, maxlen=BEATS_KEPT, approximate=True)
            for first in range(0, len(due), TOGETHER):
                fields = packed(kept.text for kept in due[first : first + TOGETHER])
                pipe.xadd(REPORTS, fields, maxlen=STREAM_LENGTH, approximate=True)
            await pipe.execute()
        for kept in due:
            kept.sent_at = time.monotonic()

    def _beat(self) -> str:
        identity, holding = self._identity, self._holding
        return Beat(
            worker_id=identity.worker_id,
            name=identity.name,
            slots=identity.slots,
            memory_gib=identity.memory_gib,
            offers=[offer for offer in identity.offers if offer.model not in holding.unready],
            warm=list(holding.warm),
            paces=holding.speeds.paces,
            load_seconds=holding.speeds.load_seconds,
            holding=holding.refs,
            waiting=holding.waiting,
            passes=holding.passes,
            looks_ahead=identity.looks_ahead,
            state=holding.state,
            version=identity.version,
            sent_at=datetime.now(UTC),
        ).model_dump_json()

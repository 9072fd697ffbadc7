"""A worker process that ends every job at once: `python -m tests.benchmarks.obedient REDIS_URL SLOTS`.

It speaks the wire as any worker does (inbox, beats, outcomes kept until acknowledged), but makes nothing: what is
measured beside it is the scheduler.
"""

import asyncio
import sys
import time
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import uvloop

from scheduler import bus, supervisor
from scheduler.wire import (
    BEAT_SECONDS,
    BEATS,
    FIELD,
    REPORTS,
    STREAM_LENGTH,
    Acknowledged,
    Assignment,
    AttemptRef,
    Beat,
    Made,
    Outcome,
    ToWorker,
    inbox,
    packed,
    unpacked,
)
from tests.benchmarks.sitter import PAINTER

BLOCK_SECONDS = 1.0
AT_ONCE = 500
AGAIN_SECONDS = 2.0  # without an acknowledgement: whoever took it from the stream may have been killed


class Obedient:
    def __init__(self, redis: bus.Redis, reading: bus.Redis, slots: int) -> None:
        self.redis = redis
        self.reading = reading
        self.slots = slots
        self.worker_id = f"obedient-{uuid4().hex[:8]}"
        self.outcomes: dict[AttemptRef, tuple[str, float]] = {}  # and when they were said
        self.last: bytes | str = "0"

    async def beat(self) -> None:
        """Here, and not acknowledged so far: those outcomes are said again."""
        beat = Beat(
            worker_id=self.worker_id,
            name="obedient",
            slots=self.slots,
            offers=[PAINTER],
            warm=[PAINTER.model],
            holding=list(self.outcomes),
            sent_at=datetime.now(UTC),
        )
        await self.redis.xadd(BEATS, {FIELD: beat.model_dump_json()})
        late = time.monotonic() - AGAIN_SECONDS
        if again := {ref: text for ref, (text, said_at) in self.outcomes.items() if said_at < late}:
            await self.redis.xadd(REPORTS, packed(list(again.values())), maxlen=STREAM_LENGTH, approximate=True)
            self.outcomes.update({ref: (text, time.monotonic()) for ref, text in again.items()})

    async def work(self) -> bool:
        """One read of the inbox, and all the answers to it in one round trip."""
        key = inbox(self.worker_id)
        answer: Any = await self.reading.xread({key: self.last}, count=AT_ONCE, block=int(BLOCK_SECONDS * 1000))
        entries = answer[0][1] if answer else []
        messages = [ToWorker.validate_json(one) for _, fields in entries for one in unpacked(fields)]
        said = [text for message in messages if (text := self.take(message))]
        if said:
            async with self.redis.pipeline(transaction=False) as pipe:
                pipe.xadd(REPORTS, packed(said), maxlen=STREAM_LENGTH, approximate=True)
                pipe.xtrim(key, minid=entries[-1][0])
                await pipe.execute()
        if entries:
            self.last = entries[-1][0]
        return True

    def take(self, message: object) -> str | None:
        """What to say about a message."""
        if isinstance(message, Acknowledged):
            self.outcomes.pop(AttemptRef(job_id=message.job_id, attempt=message.attempt), None)
        if not isinstance(message, Assignment):
            return None
        text = done(self.worker_id, message).model_dump_json()
        self.outcomes[AttemptRef(job_id=message.job_id, attempt=message.attempt)] = text, time.monotonic()
        return text


def done(worker_id: str, task: Assignment) -> Outcome:
    """The task, done."""
    made = Made(
        type="image",
        format="webp",
        path=f"{task.folder}/0.webp",
        thumbnail_path=f"{task.folder}/0.thumb.jpg",
        width=task.params["width"],
        height=task.params["height"],
        size_bytes=123_456,
        metadata={"seed": task.params["seed"], "model": task.model},
    )
    return Outcome(
        worker_id=worker_id,
        job_id=task.job_id,
        attempt=task.attempt,
        lease_token=task.lease_token,
        status="completed",
        run_seconds=1.5,
        artifacts=[made],
    )


async def main(redis_url: str, slots: int) -> None:
    stop = asyncio.Event()
    supervisor.stop_on_signals(stop)
    async with bus.commands(redis_url) as redis, bus.blocking(redis_url, BLOCK_SECONDS) as reading:
        worker = Obedient(redis, reading, slots)
        await worker.beat()
        print("ready", flush=True)
        loops = [
            supervisor.Loop("work", worker.work, every=0.0),
            supervisor.Loop("beat", worker.beat, every=BEAT_SECONDS),
        ]
        await supervisor.run(loops, stop)


if __name__ == "__main__":
    uvloop.run(main(sys.argv[1], int(sys.argv[2])))

"""The scheduler's side of the wire, strict: it speaks only `scheduler.wire`, and fails on what a worker must not do."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from redis.asyncio import Redis
from redis.exceptions import RedisError, ResponseError

from scheduler import bus, wire
from scheduler.wire import Acknowledged, Assignment, AttemptRef, Beat, Cancel, Outcome, Progress, Recall

CHANNEL = wire.events_channel("tests")
PATIENCE_SECONDS = 15.0
POLL_SECONDS = 0.05
GROUP = wire.REPORTS_GROUP


@dataclass(slots=True)
class FakeScheduler:
    """Files the first outcome of an attempt and counts the rest; acknowledges each while `acknowledging`."""

    redis: Redis
    listening: Redis
    store: Path
    acknowledging: bool = True
    beats: list[Beat] = field(default_factory=list)
    outcomes: dict[AttemptRef, Outcome] = field(default_factory=dict)
    repeats: dict[AttemptRef, int] = field(default_factory=dict)  # how often an outcome came
    progress: dict[AttemptRef, list[Progress]] = field(default_factory=dict)
    assigned: dict[AttemptRef, Assignment] = field(default_factory=dict)
    news: asyncio.Condition = field(default_factory=asyncio.Condition)
    failure: BaseException | None = None

    @property
    def beat(self) -> Beat:
        return self.beats[-1]

    async def worker(self) -> str:
        """The id of the worker, once it has registered."""
        await self.until(lambda: any(beat.state == "ready" for beat in self.beats))
        return self.beat.worker_id

    def job(
        self,
        *,
        job_id: UUID | None = None,
        attempt: int = 1,
        timeout: float = 60.0,
        tokens: float = 0.0,
        **params: Any,
    ) -> Assignment:
        job_id = job_id or uuid4()
        return Assignment(
            job_id=job_id,
            attempt=attempt,
            lease_token=uuid4(),
            capability="image",
            model="instant",
            params={"prompt": "a fox", "width": 64, "height": 64, "seed": 7, "count": 1, **params},
            folder=f"jobs/{job_id}/{attempt}",
            timeout_seconds=timeout,
            tokens=tokens,
            events_channel=CHANNEL,
        )

    async def assign(self, assignment: Assignment) -> AttemptRef:
        ref = AttemptRef(job_id=assignment.job_id, attempt=assignment.attempt)
        self.assigned[ref] = assignment
        await self.send(await self.worker(), assignment)
        return ref

    async def assign_together(self, assignments: Sequence[Assignment]) -> list[AttemptRef]:
        """In one entry."""
        refs = [AttemptRef(job_id=one.job_id, attempt=one.attempt) for one in assignments]
        self.assigned.update(zip(refs, assignments, strict=True))
        messages = wire.packed(one.model_dump_json() for one in assignments)
        await self.redis.xadd(wire.inbox(await self.worker()), messages)
        return refs

    async def cancel(self, ref: AttemptRef) -> None:
        await self.send(await self.worker(), Cancel(job_id=ref.job_id, attempt=ref.attempt))

    async def acknowledge(self, ref: AttemptRef) -> None:
        await self.send(self.beat.worker_id, Acknowledged(job_id=ref.job_id, attempt=ref.attempt))

    async def send(self, worker_id: str, message: Assignment | Cancel | Recall | Acknowledged) -> None:
        await self.redis.xadd(wire.inbox(worker_id), {wire.FIELD: message.model_dump_json()})

    async def outcome(self, ref: AttemptRef) -> Outcome:
        await self.until(lambda: ref in self.outcomes)
        return self.outcomes[ref]

    async def first_line(self, ref: AttemptRef) -> Progress:
        await self.until(lambda: ref in self.progress)
        return self.progress[ref][0]

    async def until(self, condition: Callable[[], bool], seconds: float = PATIENCE_SECONDS) -> None:
        async with asyncio.timeout(seconds), self.news:
            await self.news.wait_for(lambda: self.failure is not None or condition())
        if self.failure is not None:
            raise self.failure

    async def run(self, read: Callable[[], Awaitable[None]]) -> None:
        """Read until cancelled; what a worker does wrong ends it, and the test that waits."""
        try:
            await read()
        except Exception as error:  # noqa: BLE001 - raised again in the test
            self.failure = error
            await self.wake()

    async def wake(self) -> None:
        async with self.news:
            self.news.notify_all()

    async def read_beats(self) -> None:
        last = b"0"
        while True:
            try:
                answer: Any = await self.listening.xread({wire.BEATS: last}, block=500)
            except RedisError:
                await asyncio.sleep(POLL_SECONDS)
                continue
            for entry_id, fields in [entry for _, entries in answer or [] for entry in entries]:
                last = entry_id
                assert not self.beats or self.beat.state != "gone", "a worker that left has nothing to say"
                self.beats.append(Beat.model_validate_json(fields[wire.FIELD.encode()]))
                await self.wake()

    async def read_reports(self) -> None:
        while True:
            try:
                entries = await self._reports()
            except ResponseError:  # the stream was flushed away, and the group with it
                await bus.ensure_group(self.redis, wire.REPORTS, GROUP)
                continue
            except RedisError:
                await asyncio.sleep(POLL_SECONDS)
                continue
            for entry_id, fields in entries:
                assert set(fields) == {wire.FIELD.encode()}
                for message in wire.unpacked(fields):
                    await self._file(Outcome.model_validate_json(message))
                await self.redis.xack(wire.REPORTS, GROUP, entry_id)

    async def _reports(self) -> list[tuple[bytes, dict[bytes, bytes]]]:
        answer: Any = await self.listening.xreadgroup(GROUP, "fake", {wire.REPORTS: ">"}, block=500)
        return [entry for _, entries in answer or [] for entry in entries]

    async def _file(self, outcome: Outcome) -> None:
        ref = AttemptRef(job_id=outcome.job_id, attempt=outcome.attempt)
        assignment = self.assigned[ref]
        assert outcome.lease_token == assignment.lease_token
        for made in outcome.artifacts:
            assert made.path.startswith(f"{assignment.folder}/")
            assert (self.store / made.path).stat().st_size == made.size_bytes
            assert made.thumbnail_path is None or (self.store / made.thumbnail_path).exists()
            assert made.web is None or (self.store / made.web.path).stat().st_size == made.web.size_bytes
        earlier = self.outcomes.setdefault(ref, outcome)
        assert earlier == outcome, "an outcome may be repeated, never changed"
        self.repeats[ref] = self.repeats.get(ref, 0) + 1
        if self.acknowledging:
            await self.acknowledge(ref)
        await self.wake()

    async def read_progress(self) -> None:
        while True:
            try:
                async with self.redis.pubsub() as pubsub:
                    await pubsub.subscribe(CHANNEL)
                    async for message in pubsub.listen():
                        await self._hear(message)
            except RedisError:
                await asyncio.sleep(POLL_SECONDS)

    async def _hear(self, message: dict[str, Any]) -> None:
        if message["type"] != "message":
            return
        line = Progress.model_validate_json(message["data"])
        lines = self.progress.setdefault(AttemptRef(job_id=line.job_id, attempt=line.attempt), [])
        assert line.fraction >= (lines[-1].fraction if lines else 0.0), "progress never goes back"
        lines.append(line)
        await self.wake()


@asynccontextmanager
async def fake_scheduler(redis_url: str, store: Path) -> AsyncIterator[FakeScheduler]:
    redis, listening = bus.commands(redis_url), bus.blocking(redis_url, 1.0)
    scheduler = FakeScheduler(redis, listening, store)
    await bus.ensure_group(redis, wire.REPORTS, GROUP)
    reads = (scheduler.read_beats, scheduler.read_reports, scheduler.read_progress)
    tasks = [asyncio.create_task(scheduler.run(read)) for read in reads]
    try:
        yield scheduler
    finally:
        for task in tasks:
            while not task.done():  # redis-py swallows a cancel now and then, by `asyncio.wait_for` of Python 3.11
                task.cancel()
                await asyncio.wait([task], timeout=0.2)
        for client in (redis, listening):
            await client.aclose(close_connection_pool=True)
    if scheduler.failure is not None:
        raise scheduler.failure

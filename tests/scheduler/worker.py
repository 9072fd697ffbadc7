"""A tiny obedient worker: speaks scheduler/wire.py and does what it is told, when it is told."""

import asyncio
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

from scheduler.bus import Redis
from scheduler.wire import (
    BEATS,
    FIELD,
    REPORTS,
    Acknowledged,
    Assignment,
    AttemptRef,
    Beat,
    Cancel,
    Made,
    Offer,
    Outcome,
    Progress,
    Recall,
    Rendition,
    ToWorker,
    inbox,
    preview_key,
    unpacked,
)

T = TypeVar("T", Assignment, Cancel, Recall, Acknowledged)
PICTURE = b"\x89PNG\r\n\x1a\n of the tests"
THUMBNAIL = b"\xff\xd8\xff of the tests"
WEB = b"\xff\xd8\xff for screens, of the tests"
BLURHASH = "LEHV6nWB2yk8pyo0adR*.7kCMdnj"


@dataclass(slots=True)
class Worker:
    redis: Redis
    folder: Path  # the artifact store
    name: str = "gpu"
    slots: int = 1
    models: tuple[str, ...] = ("painter",)
    warm: tuple[str, ...] = ()
    max_side: int = 2048
    memory_gib: float = 0.0
    model_gib: float = 1.0  # 0: its models are on servers
    state: str = "ready"
    looks_ahead: bool = False
    takes_picture: bool = False
    needs_picture: bool = False
    batch: int = 1
    capability: str = "image"
    holding: list[AttemptRef] = field(default_factory=list)
    waiting: list[AttemptRef] = field(default_factory=list)  # of these, not begun yet
    worker_id: str = ""
    read_up_to: str = "0"

    def __post_init__(self) -> None:
        self.worker_id = f"{self.name}-{secrets.token_hex(4)}"

    async def beat(self, **changes: Any) -> None:
        beat = Beat(
            worker_id=self.worker_id,
            name=self.name,
            slots=self.slots,
            memory_gib=self.memory_gib,
            offers=[
                Offer(
                    model=model,
                    capability=self.capability,
                    max_side=self.max_side,
                    memory_gib=self.model_gib,
                    takes_picture=self.takes_picture,
                    needs_picture=self.needs_picture,
                    batch=self.batch,
                )
                for model in self.models
            ],
            holding=list(self.holding),
            waiting=list(self.waiting),
            looks_ahead=self.looks_ahead,
            warm=list(self.warm),
            state=self.state,
            sent_at=datetime.now(UTC),
        )
        await self.redis.xadd(BEATS, {FIELD: beat.model_copy(update=changes).model_dump_json()})

    async def inbox(self) -> list[Assignment | Cancel | Recall | Acknowledged]:
        """The messages that came since the last look."""
        entries: Any = await self.redis.xrange(inbox(self.worker_id), min=f"({self.read_up_to}")
        if entries:
            self.read_up_to = entries[-1][0].decode()
        return [ToWorker.validate_json(message) for _, entry in entries for message in unpacked(entry)]

    async def assignment(self) -> Assignment:
        """The one assignment that came; the worker holds it from now on."""
        [message] = [message for message in await self.inbox() if isinstance(message, Assignment)]
        self.holding.append(AttemptRef(job_id=message.job_id, attempt=message.attempt))
        return message

    async def assignments(self) -> list[Assignment]:
        """The assignments that came; the worker holds them from now on."""
        came = await self.inbox_of(Assignment)
        self.holding += [AttemptRef(job_id=task.job_id, attempt=task.attempt) for task in came]
        return came

    async def inbox_of(self, kind: type[T]) -> list[T]:
        """The messages of one kind that came since the last look."""
        return [message for message in await self.inbox() if isinstance(message, kind)]

    async def at_hand(self) -> Assignment:
        """The one assignment that came ahead; the worker holds it and has not begun it."""
        task = await self.assignment()
        self.waiting.append(self.holding[-1])
        return task

    def made(self, task: Assignment, **changes: Any) -> Made:
        """A stored picture of an assignment."""
        path = self.folder / task.folder
        path.mkdir(parents=True, exist_ok=True)
        (path / "0.png").write_bytes(PICTURE)
        (path / "0.thumb.jpg").write_bytes(THUMBNAIL)
        (path / "0.web.jpg").write_bytes(WEB)
        made = Made(
            type="image",
            format="png",
            path=f"{task.folder}/0.png",
            thumbnail_path=f"{task.folder}/0.thumb.jpg",
            web=Rendition(path=f"{task.folder}/0.web.jpg", width=32, height=32, size_bytes=len(WEB)),
            blurhash=BLURHASH,
            width=task.params.get("width"),
            height=task.params.get("height"),
            size_bytes=len(PICTURE),
            metadata={"seed": task.params["seed"]},
        )
        return made.model_copy(update=changes)

    def outcome(self, task: Assignment, status: str = "completed", **changes: Any) -> Outcome:
        fields = {
            "worker_id": self.worker_id,
            "job_id": task.job_id,
            "attempt": task.attempt,
            "lease_token": task.lease_token,
            "status": status,
            "run_seconds": 1.5,
            "artifacts": [self.made(task)] if status == "completed" else [],
        }
        return Outcome.model_validate(fields | changes)

    async def report(self, *outcomes: Outcome) -> None:
        for outcome in outcomes:
            await self.redis.xadd(REPORTS, {FIELD: outcome.model_dump_json()})

    async def finish(self, task: Assignment, status: str = "completed", **changes: Any) -> Outcome:
        outcome = self.outcome(task, status, **changes)
        await self.report(outcome)
        self.release(task.job_id)
        return outcome

    def release(self, job_id: UUID) -> None:
        self.holding = [ref for ref in self.holding if ref.job_id != job_id]
        self.waiting = [ref for ref in self.waiting if ref.job_id != job_id]

    async def progress(self, task: Assignment, fraction: float, picture: bytes = b"") -> None:
        if picture:
            await self.redis.set(preview_key(task.job_id), picture, ex=60)
        event = Progress(job_id=task.job_id, attempt=task.attempt, fraction=fraction, preview=1 if picture else None)
        await self.redis.publish(task.events_channel, event.model_dump_json())

    async def obey(self) -> None:
        """Beat and finish every assignment, until cancelled."""
        while True:
            await self.beat()
            for message in await self.inbox():
                if isinstance(message, Assignment):
                    await self.progress(message, 0.5)
                    await self.report(self.outcome(message))
            await asyncio.sleep(0.05)

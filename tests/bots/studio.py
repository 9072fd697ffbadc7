"""A scheduler in memory that keeps deliveries as the real one promises to, and a chat that can be told to fail."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from io import BytesIO
from time import monotonic
from typing import Any
from uuid import UUID, uuid4

from PIL import Image

from bots.files import Files
from bots.messenger import Address, Chat, Message, PictureLimits, Rate, Screen
from bots.post import Timing
from bots.postman import Postman
from scheduler.accounts.model import AccountView, TokensView, UsageDay
from scheduler.artifacts.model import ArtifactLink, ArtifactView, Variant
from scheduler.catalogue.model import Capability, ModelView
from scheduler.client.session import Scheduler, User
from scheduler.deliveries.model import Claim, Claimed, DeliveryState, DeliveryView, Report
from scheduler.errors import Code, Refused, Unreachable
from scheduler.jobs.model import Accepted, Destination, JobError, JobEvent, JobRequest, JobView, Status, Wait, Why
from scheduler.plans.model import PlanView
from scheduler.uploads.model import UploadView
from tests.bots.listening import Listeners


def a_jpeg() -> bytes:
    buffer = BytesIO()
    Image.new("RGB", (16, 16), "teal").save(buffer, "JPEG")
    return buffer.getvalue()


NOW = datetime(2026, 11, 21, 20, 40, tzinfo=UTC)
PNG = b"\x89PNG the picture"
MP4, MP3, WORDS = b"\0\0\0 ftypisom the film", b"ID3 the music", b"The Quiet of the Fox\nFox, Late"
FILES: dict[str, tuple[str, bytes]] = {
    "image": ("png", PNG), "video": ("mp4", MP4), "audio": ("mp3", MP3), "text": ("txt", WORDS),
}  # fmt: skip
FOR_SCREENS = {"image": a_jpeg(), "video": b"\0\0\0 ftypisom for screens"}
SMALL = b"\xff\xd8 small"
HURRY = Timing(claim=0.05, poll=0.05, listen_again=0.01, repeat=0.1, retry=0.1, failure=0.01, goodbye=2.0)
ADDRESS: Address = {"chat": 42}


def a_job(**changes: Any) -> JobView:
    values = {
        "id": uuid4(), "status": Status.QUEUED, "capability": Capability.IMAGE, "model": "painter",
        "prompt": "a red sunset over the sea", "width": 1024, "height": 1024, "seed": 7, "count": 1,
        "cost_tokens": Decimal(1), "bot_id": "telegram", "attempt": 0, "cancel_requested": False,
        "wait": Wait(position=1, seconds=2, why=Why.NEXT), "created_at": NOW, "started_at": None, "ended_at": None,
        "run_seconds": None, "error": None, "artifacts": [], "parent_id": None, "strength": None,
    }  # fmt: skip
    return JobView.model_validate(values | changes)


def an_artifact(job_id: UUID, **changes: Any) -> ArtifactView:
    values = {
        "id": uuid4(), "job_id": job_id, "position": 0, "type": "image", "format": "png", "width": 1024,
        "height": 1024, "duration_seconds": None, "size_bytes": 9, "seed": 7, "expires_at": None, "expired": False,
        "url": "/v1/artifacts/1",
    }  # fmt: skip
    return ArtifactView.model_validate(values | changes)


def an_account(**changes: Any) -> AccountView:
    plan = PlanView(
        name="Free", tier="free", daily_token_limit=20, requests_per_minute=5, max_concurrent_jobs=1,
        max_waiting_jobs=5, max_resolution=1024, max_pixels=1024**2, allowed_models=["sdxl", "painter"], price_cents=0,
    )  # fmt: skip
    tokens = TokensView(
        daily_limit=20, used_today=Decimal(1), left_today=Decimal(19), balance=Decimal(0), spendable=Decimal(19),
        refill_at=datetime(2026, 11, 22, tzinfo=UTC),
    )  # fmt: skip
    today = UsageDay(
        date=date(2026, 11, 21), tokens_used=Decimal(1), jobs_completed=1, jobs_failed=0, tokens_image=Decimal(1),
        tokens_video=Decimal(0), tokens_text=Decimal(0), tokens_audio=Decimal(0),
    )  # fmt: skip
    values = {
        "user": "telegram:42", "display_name": "Ann", "plan": plan, "tokens": tokens, "open_jobs": 0, "banned": False,
        "is_admin": False, "today": today, "has_api_key": False,
    }  # fmt: skip
    return AccountView.model_validate(values | changes)


@dataclass
class Delivery:
    """One row of the table."""

    job: JobView
    user: str
    address: Address
    claimed_by: str | None
    claim_until: float = 0.0
    message: Message | None = None
    state: DeliveryState = DeliveryState.WAITING
    due_at: float = 0.0
    tries: int = 0
    error: str | None = None

    @property
    def open(self) -> bool:
        return self.state in (DeliveryState.WAITING, DeliveryState.DUE)


class Studio(Scheduler):
    """The few calls that bots make."""

    def __init__(self) -> None:
        self.deliveries: dict[UUID, Delivery] = {}
        self.claim_seconds = 5.0
        self.listeners = Listeners()
        self.reachable = True
        self.key_fits = True
        self.account = an_account()
        self.expired = False
        self.released: list[str] = []
        self.reports: list[Report] = []
        self.keys: dict[str, UUID] = {}
        self.turned_away = 0  # calls that got nothing
        self.looks = 0  # at a job
        self.has_chat = False  # a language model is there
        self.uploads: dict[tuple[str, bytes], UploadView] = {}  # by user and content
        self.films = False  # a model makes videos from pictures
        self.shape: dict[str, Any] = {}  # of what is made: its sides, its bytes, its file for screens

    def check(self) -> None:
        self.turned_away += not (self.reachable and self.key_fits)
        if not self.reachable:
            raise Unreachable("down")
        if not self.key_fits:
            raise Refused.because(Code.UNAUTHORIZED)

    def acting_for(self, ref: str, **_: object) -> "StudioUser":
        return StudioUser(self, ref)

    def myself(self) -> "StudioUser":
        return StudioUser(self, "the bot")

    async def claim(self, claim: Claim) -> Claimed:
        self.check()
        now, taken, lost = monotonic(), [], []
        for job_id in claim.holding:
            row = self.deliveries.get(job_id)
            if row is None or not row.open or row.claimed_by != claim.process:
                lost.append(job_id)
                continue
            row.claim_until = now + self.claim_seconds
            if row.state is DeliveryState.DUE:
                taken.append(self.view(row))
        free = [
            row
            for row in self.deliveries.values()
            if row.open and row.due_at <= now and (row.claimed_by is None or row.claim_until < now)
            if row.state is DeliveryState.DUE or not claim.only_due
        ]
        for row in free[: claim.limit]:
            row.claimed_by, row.claim_until = claim.process, now + self.claim_seconds
            taken.append(self.view(row))
        return Claimed(deliveries=taken, lost=lost, claim_seconds=self.claim_seconds)

    def view(self, row: Delivery) -> DeliveryView:
        return DeliveryView(
            job=row.job, user=row.user, locale="en", bot_id="telegram", state=row.state, address=row.address,
            message=row.message, tries=row.tries,
        )  # fmt: skip

    async def report(self, job_id: UUID, report: Report) -> bool:
        self.check()
        self.reports.append(report)
        row = self.deliveries[job_id]
        if row.claimed_by != report.process or not row.open:
            return False
        row.message = report.message if report.message is not None else row.message
        row.address = report.address or row.address
        row.error = report.error
        if report.state in (DeliveryState.POSTED, DeliveryState.DEAD):
            row.state, row.claimed_by = report.state, None
        elif report.retry_after_seconds is not None:
            row.claimed_by, row.due_at, row.tries = None, monotonic() + report.retry_after_seconds, row.tries + 1
        return True

    async def release(self, bot_id: str, process: str) -> None:
        self.released.append(process)
        for row in self.deliveries.values():
            if row.claimed_by == process:
                row.claimed_by = None

    def bot_events(self, bot_id: str) -> AsyncIterator[JobEvent]:
        self.check()
        return self.listeners.heard()

    def tell(self, kind: str, job_id: UUID, **facts: Any) -> None:
        event = JobEvent.model_validate({"kind": kind, "job_id": job_id} | facts)
        self.listeners.tell(event)

    def change(self, job_id: UUID, **changes: Any) -> None:
        row = self.deliveries[job_id]
        row.job = row.job.model_copy(update=changes)

    def run(self, job_id: UUID) -> None:
        attempt = self.deliveries[job_id].job.attempt + 1
        self.change(job_id, status=Status.RUNNING, attempt=attempt, wait=None, started_at=NOW)
        self.tell("running", job_id, attempt=attempt)

    def progress(self, job_id: UUID, fraction: float, preview: int | None = None) -> None:
        attempt = self.deliveries[job_id].job.attempt
        self.tell("progress", job_id, attempt=attempt, fraction=fraction, seconds_left=1.0, preview=preview)

    def at_hand(self, job_id: UUID) -> None:
        """A worker has it at hand; no event says so."""
        attempt = self.deliveries[job_id].job.attempt + 1
        self.change(job_id, status=Status.RUNNING, attempt=attempt, wait=Wait(position=1, seconds=1, why=Why.NEXT))

    def requeue(self, job_id: UUID, *, begun: bool = True, why: str | None = None) -> None:
        self.change(job_id, status=Status.QUEUED, wait=Wait(position=1, seconds=3, why=Why.NEXT))
        self.tell("requeued", job_id, attempt=self.deliveries[job_id].job.attempt, begun=begun, why=why)

    def end(self, job_id: UUID, status: Status = Status.COMPLETED, *, silently: bool = False) -> None:
        done = status is Status.COMPLETED
        error = JobError(code="worker_lost", message="twice") if status is Status.FAILED else None
        made = self.deliveries[job_id].job.capability
        seconds = 6.0 if made in ("video", "audio") else None
        shape = {"type": made, "format": FILES[made][0], "duration_seconds": seconds, **self.shape}
        artifacts = [an_artifact(job_id, **shape)] if done else []
        cost, back = (Decimal(1), Decimal(0)) if done else (Decimal(0), Decimal(1))
        self.change(job_id, cost_tokens=cost, tokens_back=back)
        self.change(job_id, status=status, wait=None, error=error, artifacts=artifacts, ended_at=NOW)
        self.deliveries[job_id].state = DeliveryState.DUE
        if not silently:
            self.tell("ended", job_id, attempt=self.deliveries[job_id].job.attempt, status=status)

    def posted(self, job_id: UUID) -> bool:
        return self.deliveries[job_id].state is DeliveryState.POSTED


class StudioUser(User):
    """The calls made for one person."""

    def __init__(self, studio: Studio, ref: str) -> None:
        self.studio = studio
        self.ref = ref

    async def submit(self, request: JobRequest, *, key: str, destination: Destination | None = None) -> Accepted:
        self.studio.check()
        if key in self.studio.keys:
            row, replayed = self.studio.deliveries[self.studio.keys[key]], True
        else:
            assert destination is not None
            assert destination.address is not None
            row, replayed = (
                Delivery(
                    a_job(prompt=request.prompt, capability=request.capability),
                    self.ref,
                    destination.address,
                    destination.process,
                ),
                False,
            )
            row.claim_until = monotonic() + self.studio.claim_seconds
            self.studio.deliveries[row.job.id] = row
            self.studio.keys[key] = row.job.id
        owned = destination is not None and row.claimed_by == destination.process
        return Accepted(job=row.job, replayed=replayed, tokens_left=Decimal(19), owned=owned, message=row.message)

    async def job(self, job_id: UUID) -> JobView:
        self.studio.check()
        self.studio.looks += 1
        return self.studio.deliveries[job_id].job

    async def me(self) -> AccountView:
        self.studio.check()
        return self.studio.account

    async def models(self) -> list[ModelView]:
        painter = ModelView(
            id="painter", display_name="painter (no GPU)", description="", capability=Capability.IMAGE,
            price_tokens=Decimal(1), default_width=1024, default_height=1024, allowed=True, online=True, default=True,
        )  # fmt: skip
        chat: dict[str, Any] = {"id": "chat", "display_name": "chat", "capability": Capability.TEXT, "default": False}
        film = {"id": "animator", "capability": Capability.VIDEO, "takes_picture": True}
        there = [chat] * self.studio.has_chat + [film] * self.studio.films
        return [painter, *(painter.model_copy(update=each) for each in there)]

    async def upload(self, content: bytes, content_type: str = "image/jpeg") -> UploadView:
        self.studio.check()
        fresh = UploadView(
            id=uuid4(), content_type=content_type, width=8, height=8, size_bytes=len(content), expires_at=NOW
        )
        return self.studio.uploads.setdefault((self.ref, content), fresh)

    async def preview(self, job_id: UUID) -> bytes:
        return b"\xff\xd8 a preview"

    async def artifact_bytes(self, artifact: ArtifactView) -> bytes:
        self.studio.check()
        if self.studio.expired:
            raise Refused.because(Code.GONE, what="artifact")
        content = FILES[artifact.type][1]
        return content + b" " * max(0, (artifact.size_bytes or 0) - len(content))

    async def web_bytes(self, artifact: ArtifactView) -> bytes:
        self.studio.check()
        return FOR_SCREENS[artifact.type]

    async def thumbnail_bytes(self, artifact: ArtifactView) -> bytes:
        self.studio.check()
        return SMALL

    async def link(self, artifact_id: UUID, variant: Variant = Variant.ORIGINAL, hours: float = 24) -> ArtifactLink:
        return ArtifactLink(url=f"/links/{artifact_id}/{variant}?signature=abc", expires_at=in_seconds(hours * 3600))


@dataclass
class Shown:
    """A message in the chat, and everything it ever showed."""

    number: int
    chat: int
    screens: list[Screen] = field(default_factory=list)

    @property
    def text(self) -> str:
        return self.screens[-1].text

    @property
    def is_result(self) -> bool:
        picture = self.screens[-1].picture
        return picture is not None and picture.final


class FakeMessenger:
    """Keeps what a person would see. `failures` are raised by the next calls, after what they say has landed or not."""

    platform = "telegram"

    def __init__(self) -> None:
        self.rate = Rate(1000, 1.0)
        self.limits = PictureLimits(10 * 2**20, 10_000)
        self.chat_rate = Rate(1000, 1.0)
        self.preview_seconds = 0.0
        self.shown: dict[int, Shown] = {}
        self.calls: list[tuple[float, str, Screen]] = []
        self.failures: deque[Exception | None] = deque()
        self.landing: deque[bool] = deque()  # whether the call that fails takes effect all the same
        self.gate: asyncio.Event | None = None  # calls wait for it
        self.in_flight: dict[int, int] = {}

    def chat(self, address: Address) -> Chat:
        return Chat(str(address["chat"]), self.chat_rate, self.preview_seconds)

    def limits_at(self, address: Address) -> PictureLimits:
        return self.limits

    async def send(self, address: Address, screen: Screen) -> Message:
        def land() -> Message:
            shown = Shown(len(self.shown) + 1, address["chat"], [screen])
            self.shown[shown.number] = shown
            return {"number": shown.number}

        return await self.call("send", 0, screen, land)

    async def edit(self, address: Address, message: Message, screen: Screen) -> Message:
        shown = self.shown[message["number"]]

        def land() -> Message:
            shown.screens.append(screen)
            return message

        return await self.call("edit", shown.number, screen, land)

    async def call(self, kind: str, number: int, screen: Screen, land: Callable[[], Message]) -> Message:
        assert not (number and self.in_flight.get(number)), "two edits of one message in flight"
        self.in_flight[number] = self.in_flight.get(number, 0) + 1
        try:
            self.calls.append((monotonic(), kind, screen))
            if self.gate is not None:
                await self.gate.wait()
            failure = self.failures.popleft() if self.failures else None
            if failure is None:
                return land()
            if self.landing and self.landing.popleft():
                land()
            raise failure
        finally:
            self.in_flight[number] -= 1

    def finals(self) -> list[Screen]:
        return [screen for _, _, screen in self.calls if screen.picture is not None and screen.picture.final]


@asynccontextmanager
async def serving(
    studio: Studio, messenger: FakeMessenger, timing: Timing = HURRY, files: Files | None = None
) -> AsyncIterator[Postman]:
    """A postman at work."""
    postman = Postman(messenger, studio, "telegram", timing=timing, files=files)
    stop = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        group.create_task(postman.run(stop))
        await until(lambda: bool(studio.listeners) or not studio.reachable)
        try:
            yield postman
        finally:
            stop.set()


async def until(condition: Callable[[], bool], seconds: float = 5.0) -> None:
    """Wait for a condition; fails when it does not come."""
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.002)


def in_seconds(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)

"""A scheduler in memory as the web chat sees it: visitors with their jobs, and events as things happen to them."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from io import BytesIO
from typing import Any
from uuid import UUID, uuid4

from PIL import Image

from scheduler.accounts.model import AccountView, TokensView, UsageDay, UsageList
from scheduler.artifacts.checks import Unfit, checked_picture
from scheduler.artifacts.model import ArtifactView, Variant, WebView
from scheduler.catalogue.model import Capability, ModelView
from scheduler.client import Scheduler, User
from scheduler.client.artifacts import PIECE_BYTES, File
from scheduler.errors import Code, Refused, Unreachable
from scheduler.jobs.model import (
    Accepted,
    Destination,
    JobError,
    JobEvent,
    JobList,
    JobRequest,
    JobView,
    Status,
    Wait,
    Why,
)
from scheduler.plans.model import PlanView
from scheduler.uploads.model import UploadView
from tests.bots.listening import Listeners

BLURHASH = "LEHV6nWB2yk8pyo0adR*.7kCMdnj"
START = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
Paint = Callable[[JobView, float], bytes]  # the job and how far it is: a JPEG on the way, a PNG at 1.0


def flat(job: JobView, fraction: float) -> bytes:
    """A quick, small picture: a plain gradient whose colour depends on the seed."""
    file = BytesIO()
    size = ((job.width or 512) // 8, (job.height or 512) // 8)
    hue = (job.seed or 0) * 37 % 256
    image = Image.merge("HSV", [Image.new("L", size, hue), Image.new("L", size, 120), gradient(size)]).convert("RGB")
    image.save(file, "PNG" if fraction == 1.0 else "JPEG")
    return file.getvalue()


def gradient(size: tuple[int, int]) -> Image.Image:
    return Image.linear_gradient("L").resize(size).point(lambda value: 100 + value // 2)


@dataclass
class Person:
    """What the scheduler keeps of one visitor."""

    ref: str
    jobs: list[JobView] = field(default_factory=list)  # oldest first
    keys: dict[str, UUID] = field(default_factory=dict)
    destinations: list[Destination] = field(default_factory=list)
    requests: list[JobRequest] = field(default_factory=list)
    used: int = 0
    contacts: list[dict[str, str | None]] = field(default_factory=list)


class Studio(Scheduler):
    """`reachable` False: nobody answers. `refusals` are what the next submits are turned down with."""

    def __init__(self, paint: Paint = flat) -> None:
        self.paint = paint
        self.people: dict[str, Person] = {}
        self.listeners = Listeners()
        self.reachable = True
        self.refusals: list[Refused] = []
        self.door: Refused | None = None  # why nobody comes in
        self.lost_replies = 0  # of the next submits: they take effect, but their answer does not come
        self.previews: dict[UUID, bytes] = {}
        self.files: dict[UUID, tuple[str, bytes]] = {}
        self.submitted: asyncio.Queue[UUID] = asyncio.Queue()
        self.calls: dict[str, int] = defaultdict(int)
        self.uploads: dict[UUID, bytes] = {}
        self.films = False  # a model makes videos of pictures
        self.for_screens: WebView | None = None  # each picture has such a file

    def acting_for(
        self, ref: str, *, name: str | None = None, locale: str | None = None, address: str | None = None
    ) -> "Visitor":
        person = self.people.setdefault(ref, Person(ref))
        person.contacts.append({"name": name, "locale": locale, "address": address})
        return Visitor(self, person)

    def bot_events(self, bot_id: str) -> AsyncIterator[JobEvent]:
        self.check()
        return self.listeners.heard()

    def check(self) -> None:
        if not self.reachable:
            raise Unreachable("down")

    def cut(self) -> None:
        """The scheduler goes away."""
        self.reachable = False
        self.listeners.tell(None)

    async def pieces(self, content: bytes) -> AsyncIterator[bytes]:
        for at in range(0, len(content), PIECE_BYTES):
            self.calls["piece"] += 1
            yield content[at : at + PIECE_BYTES]

    # what happens to a job

    def owner(self, job_id: UUID) -> Person:
        return next(person for person in self.people.values() if any(job.id == job_id for job in person.jobs))

    def find(self, job_id: UUID) -> JobView:
        return next(job for job in self.owner(job_id).jobs if job.id == job_id)

    def change(self, job_id: UUID, **changes: Any) -> JobView:
        jobs = self.owner(job_id).jobs
        at = next(at for at, job in enumerate(jobs) if job.id == job_id)
        jobs[at] = jobs[at].model_copy(update=changes)
        return jobs[at]

    def tell(self, kind: str, job: JobView, **facts: Any) -> None:
        named = {} if kind == "progress" else {"user": self.owner(job.id).ref, "status": job.status}
        event = JobEvent.model_validate(
            {"kind": kind, "job_id": job.id, "attempt": job.attempt, "bot_id": "web", **named, **facts}
        )
        self.listeners.tell(event)

    def start(self, job_id: UUID) -> None:
        attempt = self.find(job_id).attempt + 1
        job = self.change(job_id, status=Status.RUNNING, attempt=attempt, wait=None, started_at=datetime.now(UTC))
        self.tell("running", job)

    def progress(self, job_id: UUID, fraction: float, preview: int | None = None) -> None:
        job = self.find(job_id)
        if preview is not None:
            self.previews[job_id] = self.paint(job, min(0.99, fraction))
        self.tell("progress", job, fraction=fraction, seconds_left=round(4 * (1 - fraction), 1), preview=preview)

    def finish(self, job_id: UUID) -> None:
        job = self.find(job_id)
        artifacts = [self.artifact(job, position) for position in range(job.count)]
        job = self.change(job_id, status=Status.COMPLETED, artifacts=artifacts, ended_at=datetime.now(UTC))
        self.previews.pop(job_id, None)
        self.tell("ended", job)

    def artifact(self, job: JobView, position: int) -> ArtifactView:
        artifact_id, seed = uuid4(), (job.seed or 0) + position
        self.files[artifact_id] = (
            self.owner(job.id).ref,
            self.paint(job.model_copy(update={"seed": seed}), 1.0),
        )
        return ArtifactView(
            id=artifact_id, job_id=job.id, position=position, type="image", format="png", width=job.width,
            height=job.height, duration_seconds=None, size_bytes=1, seed=seed, expires_at=None, expired=False,
            url=f"/v1/artifacts/{artifact_id}", blurhash=BLURHASH, web=self.for_screens,
        )  # fmt: skip

    def fail(self, job_id: UUID) -> None:
        error = JobError(code="worker_lost", message="twice")
        self.owner(job_id).used -= 1
        self.tell("ended", self.change(job_id, status=Status.FAILED, error=error, ended_at=datetime.now(UTC)))

    def expire(self, job_id: UUID) -> None:
        gone = [artifact.model_copy(update={"expired": True}) for artifact in self.find(job_id).artifacts]
        self.change(job_id, artifacts=gone)


class Visitor(User):
    """The calls made for one visitor."""

    def __init__(self, studio: Studio, person: Person) -> None:
        self.studio = studio
        self.person = person

    async def submit(self, request: JobRequest, *, key: str, destination: Destination | None = None) -> Accepted:
        self.studio.check()
        self.studio.calls["submit"] += 1
        if self.studio.refusals:
            raise self.studio.refusals.pop(0)
        replayed = key in self.person.keys
        if not replayed:
            self.accept(request, key, destination)
        if self.studio.lost_replies:
            self.studio.lost_replies -= 1
            raise Unreachable("the reply was lost")
        job = self.studio.find(self.person.keys[key])
        return Accepted(job=job, replayed=replayed, tokens_left=Decimal(1), owned=False, message=None)

    def accept(self, request: JobRequest, key: str, destination: Destination | None) -> None:
        number = len(self.person.jobs)
        ahead = sum(not job.status.ended for job in self.person.jobs)
        job = JobView(
            id=uuid4(), status=Status.QUEUED, capability=Capability.IMAGE, model=request.model or "painter",
            prompt=request.prompt, width=request.width or 1024, height=request.height or 1024,
            seed=request.seed if request.seed is not None else number + 7, count=request.count,
            strength=request.strength, cost_tokens=Decimal(request.count), bot_id="web", attempt=0,
            cancel_requested=False,
            wait=Wait(position=ahead + 1, seconds=2.0 + 4 * ahead, why=Why.OWN_JOBS if ahead else Why.NEXT),
            created_at=START + timedelta(seconds=number), started_at=None, ended_at=None, run_seconds=None, error=None,
            artifacts=[],
        )  # fmt: skip
        self.person.jobs.append(job)
        self.person.keys[key] = job.id
        self.person.requests.append(request)
        self.person.used += request.count
        if destination is not None:
            self.person.destinations.append(destination)
        self.studio.tell("accepted", job)
        self.studio.submitted.put_nowait(job.id)

    async def job(self, job_id: UUID) -> JobView:
        self.studio.check()
        for job in self.person.jobs:
            if job.id == job_id:
                return job
        raise Refused.because(Code.NOT_FOUND, what="job")

    async def jobs(self, *, limit: int = 20, before: str | None = None, open_only: bool = False) -> JobList:
        self.studio.check()
        end = int(before) if before else len(self.person.jobs)
        kept = [job for job in self.person.jobs[:end] if not open_only or not job.status.ended]
        page = kept[-limit:]
        return JobList(jobs=page[::-1], next=str(end - limit) if len(kept) > limit else None)

    async def cancel(self, job_id: UUID) -> JobView:
        job = await self.job(job_id)
        if job.status is Status.QUEUED:
            self.person.used -= 1
            job = self.studio.change(
                job_id, status=Status.CANCELLED, wait=None, ended_at=datetime.now(UTC), cost_tokens=Decimal(0),
                tokens_back=job.cost_tokens,
            )  # fmt: skip
            self.studio.tell("ended", job)
        elif not job.status.ended:
            job = self.studio.change(job_id, cancel_requested=True)
        return job

    async def preview(self, job_id: UUID) -> bytes:
        await self.job(job_id)
        if job_id not in self.studio.previews:
            raise Refused.because(Code.NOT_FOUND, what="preview")
        return self.studio.previews[job_id]

    async def upload(self, content: bytes, content_type: str = "image/jpeg") -> UploadView:
        self.studio.check()
        try:
            picture = checked_picture(content)
        except Unfit as unfit:
            raise Refused.because(Code.PICTURE_UNFIT, fault=unfit.fault.value, **unfit.facts) from None
        upload = UploadView(
            id=uuid4(), content_type=content_type, width=picture.width, height=picture.height,
            size_bytes=len(content), expires_at=START + timedelta(days=3),
        )  # fmt: skip
        self.studio.uploads[upload.id] = content
        return upload

    @asynccontextmanager
    async def file(
        self, artifact_id: UUID, variant: Variant = Variant.ORIGINAL, wanted: str | None = None
    ) -> AsyncIterator[File]:
        self.studio.check()
        self.studio.calls[f"file {variant}"] += 1
        owner, content = self.studio.files.get(artifact_id, ("", b""))
        if owner != self.person.ref:
            raise Refused.because(Code.NOT_FOUND, what="artifact")
        try:
            yield File("image/png", len(content), None, self.studio.pieces(content))
        finally:
            self.studio.calls["file left"] += 1

    async def me(self) -> AccountView:
        self.studio.check()
        if self.studio.door:
            raise self.studio.door
        left = Decimal(20 - self.person.used)
        return AccountView(
            user=self.person.ref, display_name=None, open_jobs=0, banned=False, is_admin=False, has_api_key=False,
            plan=PlanView(
                name="Free", tier="free", daily_token_limit=20, requests_per_minute=5, max_concurrent_jobs=1,
                max_waiting_jobs=5, max_resolution=1024, max_pixels=1024**2, allowed_models=["painter"], price_cents=0,
            ),
            tokens=TokensView(
                daily_limit=20, used_today=20 - left, left_today=left, balance=Decimal(0), spendable=left,
                refill_at=datetime.now(UTC) + timedelta(hours=3, minutes=20),
            ),
            today=self.day(),
        )  # fmt: skip

    async def usage(self, days: int = 30) -> UsageList:
        return UsageList(days=[self.day()])

    def day(self) -> UsageDay:
        done = sum(job.status is Status.COMPLETED for job in self.person.jobs)
        return UsageDay(
            date=START.date(), tokens_used=Decimal(self.person.used), jobs_completed=done, jobs_failed=0,
            tokens_image=Decimal(0), tokens_video=Decimal(0), tokens_text=Decimal(0), tokens_audio=Decimal(0),
        )  # fmt: skip

    async def models(self) -> list[ModelView]:
        self.studio.calls["models"] += 1
        film = a_model("animator", "animator (no GPU)").model_copy(
            update={"capability": Capability.VIDEO, "takes_picture": True}
        )
        return [film] * self.studio.films + [
            a_model("painter", "painter (no GPU)", default=True),
            a_model("sdxl", "SDXL"),
            a_model("flux-dev", "FLUX", online=False),
        ]


def a_model(name: str, display_name: str, *, online: bool = True, default: bool = False) -> ModelView:
    return ModelView(
        id=name, display_name=display_name, description="", capability=Capability.IMAGE, price_tokens=Decimal(1),
        default_width=1024, default_height=1024, allowed=True, online=online, default=default,
    )  # fmt: skip

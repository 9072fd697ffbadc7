"""The scheduler in memory as the Telegram bot's tests need it: requests kept whole, owners, refusals, pictures."""

import asyncio
import io
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from time import monotonic
from typing import Any
from uuid import UUID

from PIL import Image

from scheduler.accounts.model import AccountView, AdminUserView, SystemStatus, UsageList
from scheduler.artifacts.model import ArtifactView
from scheduler.errors import Code, Refusal, Refused
from scheduler.jobs.model import WISHES, Accepted, Destination, JobList, JobRequest, JobView, Status
from tests.bots.studio import FILES, Delivery, Studio, StudioUser, a_job, an_account


@dataclass
class Asked:
    """A submit as it came: admitted or not, repeated or not."""

    user: str
    key: str
    request: JobRequest


@dataclass
class Granted:
    ref: str
    tokens: Decimal
    key: str | None


class TelegramStudio(Studio):
    """`refusal` turns every submit down; `admins` may call the admin's methods."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[Asked] = []
        self.requests: dict[UUID, JobRequest] = {}
        self.cancelled: list[UUID] = []
        self.granted: list[Granted] = []
        self.refusal: Refusal | None = None
        self.admins: set[str] = set()
        self.locales: dict[str, str | None] = {}
        self.acted_for: set[str] = set()  # the scheduler registers each of them
        self.gate: asyncio.Event | None = None  # submits hang until it is set
        self.answers: asyncio.Event | None = None  # submits take effect, and hang until it is set

    def acting_for(self, ref: str, **facts: object) -> "TelegramUser":
        self.acted_for.add(ref)
        if isinstance(locale := facts.get("locale"), str):
            self.locales[ref] = locale
        return TelegramUser(self, ref)

    @property
    def jobs(self) -> list[UUID]:
        return list(self.deliveries)

    def finish(self, job_id: UUID) -> None:
        """The worker starts, shows a preview and is done."""
        self.run(job_id)
        self.progress(job_id, 0.6, preview=1)
        self.end(job_id)


@dataclass
class TelegramUser(StudioUser):
    studio: TelegramStudio
    ref: str
    found: list[JobView] = field(default_factory=list)

    async def submit(self, request: JobRequest, *, key: str, destination: Destination | None = None) -> Accepted:
        studio = self.studio
        studio.check()
        if studio.gate:
            await studio.gate.wait()
        studio.asked.append(Asked(self.ref, key, request))
        name = f"{self.ref} {key}"
        if name in studio.keys:
            row = studio.deliveries[studio.keys[name]]
            assert studio.requests[row.job.id] == request, "the same key with another body"
            assert destination
            if row.claimed_by is None or row.claim_until < monotonic():
                row.claimed_by = destination.process
            owned = row.claimed_by == destination.process
            return Accepted(job=row.job, replayed=True, tokens_left=Decimal(19), owned=owned, message=row.message)
        if studio.refusal:
            raise Refused(studio.refusal)
        if request.parent_id is not None:
            assert request.parent_id in studio.deliveries  # somebody's that was posted
        chosen = {"model": request.model or "painter", "width": request.width or 1024, "height": request.height or 1024}
        chosen |= {"seed": 7 if request.seed is None else request.seed, "strength": request.strength}
        chosen |= {"picture": request.picture}
        chosen |= {"capability": request.capability} | {name: getattr(request, name) for name in WISHES}
        job = a_job(prompt=request.prompt, count=request.count, parent_id=request.parent_id, **chosen)
        assert destination
        assert destination.address is not None
        row = Delivery(job, self.ref, destination.address, destination.process, monotonic() + studio.claim_seconds)
        studio.deliveries[job.id], studio.keys[name], studio.requests[job.id] = row, job.id, request
        if studio.answers:
            await studio.answers.wait()
        return Accepted(job=job, replayed=False, tokens_left=Decimal(19), owned=True, message=None)

    async def job(self, job_id: UUID) -> JobView:
        self.studio.check()
        row = self.studio.deliveries.get(job_id)
        if row is None or row.user != self.ref:
            raise Refused.because(Code.NOT_FOUND, what="job")
        return row.job

    async def jobs(self, *, limit: int = 20, before: str | None = None, open_only: bool = False) -> JobList:
        self.studio.check()
        mine = [row.job for row in reversed(self.studio.deliveries.values()) if row.user == self.ref]
        return JobList(jobs=[job for job in mine if not (open_only and job.status.ended)][:limit], next=None)

    async def cancel(self, job_id: UUID) -> JobView:
        job = await self.job(job_id)
        self.studio.cancelled.append(job_id)
        if not job.status.ended:
            self.studio.end(job_id, Status.CANCELLED)
        return await self.job(job_id)

    async def me(self) -> AccountView:
        self.studio.check()
        return an_account(user=self.ref, is_admin=self.ref in self.studio.admins)

    async def usage(self, days: int = 30) -> UsageList:
        self.studio.check()
        return UsageList(days=[an_account().today])

    async def preview(self, job_id: UUID) -> bytes:
        return picture("JPEG", 256)

    async def artifact_bytes(self, artifact: ArtifactView) -> bytes:
        self.studio.check()
        if artifact.type != "image":
            return FILES[artifact.type][1]
        return picture("PNG", artifact.width or 1024, artifact.height or 1024)

    async def admin_status(self) -> SystemStatus:
        return SystemStatus(
            queued=3, running=1, completed_today=5, failed_today=0, oldest_wait_seconds=None, workers=[], pauses=[],
            deliveries_due=0, deliveries_dead=0, leader="one",
        )  # fmt: skip

    async def admin_user(self, ref: str) -> AdminUserView:
        return AdminUserView(account=an_account(user=ref), recent_jobs=[])

    async def admin_grant(
        self, ref: str, tokens: Decimal, note: str | None = None, key: str | None = None
    ) -> AccountView:
        self.studio.granted.append(Granted(ref, tokens, key))
        return an_account(user=ref)

    async def admin_ban(self, ref: str, reason: str) -> AccountView:
        return an_account(user=ref, banned=True)


@cache
def picture(kind: str, width: int, height: int | None = None) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (width, height or width), "crimson").save(buffer, kind)
    return buffer.getvalue()


def refusal(code: Code, **facts: Any) -> Refusal:
    return Refusal(code, facts)

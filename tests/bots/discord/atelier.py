"""The scheduler in memory, for people on Discord: slow, out of reach or refusing when it is told to be."""

import asyncio
from decimal import Decimal
from typing import Any
from uuid import UUID

from scheduler.accounts.model import AccountView, AdminUserView, Pause, PauseList, SystemStatus, UsageList
from scheduler.catalogue.model import Capability, ModelView
from scheduler.deliveries.model import DeadLetters, Revived
from scheduler.errors import Code, Refused
from scheduler.jobs.model import Accepted, Destination, JobList, JobRequest, JobView, Status
from tests.bots.studio import Studio, StudioUser, an_account

SYSTEM = SystemStatus(
    queued=1, running=0, completed_today=2, failed_today=0, oldest_wait_seconds=None, workers=[], pauses=[],
    deliveries_due=0, deliveries_dead=0, leader=None,
)  # fmt: skip


class Atelier(Studio):
    """Remembers what was asked; `gate` holds submits back, `refusal` is raised by them."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[JobRequest] = []
        self.refusal: Refused | None = None
        self.gate: asyncio.Event | None = None
        self.admins: set[str] = set()
        self.grants: list[tuple[str, Decimal, str | None]] = []
        self.pauses: list[Pause] = []

    def acting_for(self, ref: str, **_: object) -> "Visitor":
        return Visitor(self, ref)

    @property
    def only(self) -> UUID:
        """The one job there is."""
        (job_id,) = self.deliveries
        return job_id

    @property
    def latest(self) -> UUID:
        return list(self.deliveries)[-1]


class Visitor(StudioUser):
    def __init__(self, studio: Atelier, ref: str) -> None:
        super().__init__(studio, ref)
        self.atelier = studio

    async def submit(self, request: JobRequest, *, key: str, destination: Destination | None = None) -> Accepted:
        if self.atelier.gate is not None:
            await self.atelier.gate.wait()
        self.atelier.check()
        if self.atelier.refusal is not None:
            raise self.atelier.refusal
        accepted = await super().submit(request, key=key, destination=destination)
        if not accepted.replayed:
            self.atelier.asked.append(request)
        return accepted

    async def job(self, job_id: UUID) -> JobView:
        if job_id not in self.atelier.deliveries or self.atelier.deliveries[job_id].user != self.ref:
            raise Refused.because(Code.NOT_FOUND, what="job")
        return await super().job(job_id)

    async def jobs(self, *, limit: int = 20, before: str | None = None, open_only: bool = False) -> JobList:
        mine = [row.job for row in self.atelier.deliveries.values() if row.user == self.ref]
        found = [job for job in reversed(mine) if not (open_only and job.status.ended)]
        return JobList(jobs=found[:limit], next=None)

    async def cancel(self, job_id: UUID) -> JobView:
        if (await self.job(job_id)).status is Status.QUEUED:
            self.atelier.end(job_id, Status.CANCELLED)
        return await self.job(job_id)

    async def me(self) -> AccountView:
        self.atelier.check()
        return an_account(user=self.ref, is_admin=self.ref in self.atelier.admins)

    async def usage(self, days: int = 30) -> UsageList:
        return UsageList(days=[an_account().today])

    async def models(self) -> list[ModelView]:
        self.atelier.check()
        painter, *others_there = await super().models()
        more: list[tuple[str, dict[str, Any]]] = [
            ("sdxl", {"default": False}),
            ("flux-dev", {"default": False, "allowed": False}),
            ("singer", {"default": True, "capability": Capability.AUDIO}),
        ]
        others = [painter.model_copy(update={"id": name, "display_name": name} | facts) for name, facts in more]
        return [*others, painter, *others_there]

    async def admin_status(self) -> SystemStatus:
        return SYSTEM

    async def admin_user(self, ref: str) -> AdminUserView:
        return AdminUserView(account=an_account(user=ref), recent_jobs=[])

    async def admin_grant(
        self, ref: str, tokens: Decimal, note: str | None = None, key: str | None = None
    ) -> AccountView:
        self.atelier.grants.append((ref, tokens, note))
        return an_account(user=ref)

    async def admin_purchase(self, ref: str, tokens: Decimal, reference: str, note: str | None = None) -> AccountView:
        self.atelier.grants.append((ref, tokens, reference))
        return an_account(user=ref)

    async def admin_correct(self, ref: str, tokens: Decimal, reason: str, key: str | None = None) -> AccountView:
        assert key
        self.atelier.grants.append((ref, tokens, reason))
        return an_account(user=ref)

    async def admin_ban(self, ref: str, reason: str) -> AccountView:
        return an_account(user=ref, banned=True)

    async def admin_unban(self, ref: str, reason: str | None = None) -> AccountView:
        return an_account(user=ref)

    async def admin_pause(self, subject: str = "all", reason: str | None = None) -> PauseList:
        self.atelier.pauses.append(Pause(subject=subject, reason=reason))
        return PauseList(pauses=self.atelier.pauses)

    async def admin_resume(self, subject: str = "all") -> PauseList:
        self.atelier.pauses = [pause for pause in self.atelier.pauses if pause.subject != subject]
        return PauseList(pauses=self.atelier.pauses)

    async def admin_letters(self) -> DeadLetters:
        return DeadLetters(letters=[])

    async def admin_retry(self, job_id: UUID | None = None) -> Revived:
        return Revived(count=1 if job_id else 2)

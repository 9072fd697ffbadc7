"""The HTTP API that only users of the Admin plan may call; each act is written to the audit log."""

from typing import Any

import asyncpg
from aiohttp import web

from scheduler.accounts.doorkeeper import Doorkeeper
from scheduler.accounts.model import AdminUserView, Caller, PauseList, PauseOrder, SystemStatus
from scheduler.accounts.queries import write_audit
from scheduler.accounts.routes import account_view
from scheduler.admin.named import UserPath, named
from scheduler.admin.queries import job_figures
from scheduler.catalogue import queries as catalogue
from scheduler.catalogue.market import MarketKeeper
from scheduler.deliveries.letters import dead_letters, open_counts, revive
from scheduler.deliveries.model import DeadLetters, Revival, Revived
from scheduler.errors import Code, Refused
from scheduler.fleet.queries import live_workers
from scheduler.jobs.queries.views import list_jobs
from scheduler.leadership.queries import leader
from scheduler.openapi import Empty, Operation

SHOWN_JOBS = 5
SHOWN_LETTERS = 100


class AdminRoutes:
    def __init__(self, pool: asyncpg.Pool, door: Doorkeeper, market: MarketKeeper) -> None:
        self.pool = pool
        self.door = door
        self.market = market

    def operations(self) -> list[Operation]:
        unknown = [Code.UNKNOWN_MODEL]
        return [
            Operation("GET", "/v1/admin/status", self.read_status, SystemStatus),
            Operation("GET", "/v1/admin/users/{ref}", self.read_user, AdminUserView, in_path=UserPath),
            Operation("POST", "/v1/admin/pauses", self.pause, PauseList, PauseOrder, refusals=unknown),
            Operation("POST", "/v1/admin/resumes", self.resume, PauseList, PauseOrder),
            Operation("GET", "/v1/admin/letters", self.read_letters, DeadLetters),
            Operation(
                "POST", "/v1/admin/letters/retry", self.retry_letters, Revived, Revival, refusals=[Code.NOT_FOUND]
            ),
        ]

    async def read_status(self, request: web.Request, path: Empty, query: Empty, body: None) -> SystemStatus:
        """How the system is doing."""
        await self.door.admin(request.headers)
        figures = await job_figures(self.pool)
        due, dead = await open_counts(self.pool)
        return SystemStatus(
            queued=figures.queued,
            running=figures.running,
            completed_today=figures.completed_today,
            failed_today=figures.failed_today,
            oldest_wait_seconds=figures.oldest_wait_seconds,
            workers=await live_workers(self.pool),
            pauses=await catalogue.pauses(self.pool),
            deliveries_due=due,
            deliveries_dead=dead,
            leader=await leader(self.pool),
        )

    async def read_user(self, request: web.Request, path: UserPath, query: Empty, body: None) -> AdminUserView:
        """A user's account and newest jobs, without prompts."""
        admin = await self.door.admin(request.headers)
        user = await named(self.pool, path.ref)
        await self._note(self.pool, admin, "user", user.ref, {})
        jobs = await list_jobs(self.pool, user.id, SHOWN_JOBS, None, open_only=False)
        return AdminUserView(
            account=await account_view(self.pool, user.platform, user.platform_user_id),
            recent_jobs=[
                {
                    "id": str(job.id),
                    "status": job.status,
                    "model": job.model,
                    "created_at": job.created_at.isoformat(),
                    "error": job.error.code if job.error else None,
                }
                for job in jobs
            ],
        )

    async def pause(self, request: web.Request, path: Empty, query: Empty, body: PauseOrder) -> PauseList:
        """Stop admission and dispatch of all, of `capability:image`, or of `model:sdxl`."""
        admin = await self.door.admin(request.headers)
        self._check_subject(body.subject)
        async with self.pool.acquire() as connection, connection.transaction():
            await catalogue.pause(connection, body.subject, body.reason, admin.user_id)
            await self._note(connection, admin, "pause", body.subject, {"reason": body.reason})
        return await self._pauses()

    async def resume(self, request: web.Request, path: Empty, query: Empty, body: PauseOrder) -> PauseList:
        """End a pause; `all` ends every pause."""
        admin = await self.door.admin(request.headers)
        async with self.pool.acquire() as connection, connection.transaction():
            if await catalogue.resume(connection, body.subject):
                await self._note(connection, admin, "resume", body.subject, {})
        return await self._pauses()

    async def read_letters(self, request: web.Request, path: Empty, query: Empty, body: None) -> DeadLetters:
        """Results that could not be posted, the newest first."""
        await self.door.admin(request.headers)
        return DeadLetters(letters=await dead_letters(self.pool, SHOWN_LETTERS))

    async def retry_letters(self, request: web.Request, path: Empty, query: Empty, body: Revival) -> Revived:
        """Have one of them, or all, tried again by their bots."""
        admin = await self.door.admin(request.headers)
        subject = str(body.job_id) if body.job_id else "all"
        async with self.pool.acquire() as connection, connection.transaction():
            count = await revive(connection, body.job_id)
            if count:
                await self._note(connection, admin, "retry", subject, {"letters": count})
        if body.job_id and not count:
            raise Refused.because(Code.NOT_FOUND, what="dead letter")
        return Revived(count=count)

    async def _pauses(self) -> PauseList:
        await self.market.changed()
        return PauseList(pauses=await catalogue.pauses(self.pool))

    def _check_subject(self, subject: str) -> None:
        kind, _, name = subject.partition(":")
        if subject == "all" or (kind == "capability" and name in ("image", "video", "text", "audio")):
            return
        if kind == "model" and name in self.market.market.models:
            return
        if kind == "model":
            raise Refused.because(Code.UNKNOWN_MODEL, model=name)
        wrong = {"loc": "subject", "msg": "must be all, capability:NAME or model:NAME"}
        raise Refused.because(Code.INVALID_REQUEST, errors=[dict(wrong)])

    async def _note(self, db: Any, admin: Caller, action: str, subject: str, details: dict[str, Any]) -> None:
        await write_audit(db, admin.user_id, admin.ref, action, subject, details)

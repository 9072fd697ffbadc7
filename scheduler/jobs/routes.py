"""The HTTP API of jobs: submit, read, list, cancel, watch."""

from datetime import UTC, datetime
from uuid import UUID

import asyncpg
from aiohttp import web
from pydantic import BaseModel, Field

from scheduler.accounts.doorkeeper import Doorkeeper
from scheduler.accounts.model import Caller
from scheduler.accounts.queries import database_now, standing_of
from scheduler.bus import Redis
from scheduler.deliveries.queries import claim_one
from scheduler.errors import Code, Refusal, Refused
from scheduler.jobs.admitter import Admitter
from scheduler.jobs.agenda.bookings import Bookings
from scheduler.jobs.events import EventHub
from scheduler.jobs.intake import Intake
from scheduler.jobs.lifecycle import Lifecycle
from scheduler.jobs.model import Accepted, Destination, JobEvent, JobList, JobView, Quote, Status, Submission
from scheduler.jobs.sse import stream
from scheduler.jobs.submits import Admitted
from scheduler.jobs.views import Viewer
from scheduler.openapi import Empty, Operation
from scheduler.plans.limits import renew_day, spendable
from scheduler.wire import preview_key

LOOK_AGAIN_SECONDS = 5.0

SUBMIT_REFUSALS = [
    Code.PROMPT_EMPTY,
    Code.PROMPT_TOO_LONG,
    Code.UNKNOWN_MODEL,
    Code.IDEMPOTENCY_MISMATCH,
    Code.BANNED,
    Code.MODEL_NOT_IN_PLAN,
    Code.RESOLUTION_TOO_HIGH,
    Code.DURATION_TOO_LONG,
    Code.RATE_LIMITED,
    Code.TOO_MANY_WAITING,
    Code.OUT_OF_TOKENS,
    Code.CAPABILITY_PAUSED,
    Code.NO_WORKER,
    Code.PICTURE_NOT_TAKEN,
    Code.PICTURE_MISSING,
    Code.FILM_MISSING,
    Code.GONE,
    Code.NOT_FOUND,
    Code.TOO_FAR_AHEAD,
    Code.PARENT_FAILED,
    Code.OVERLOADED,
]


class JobPath(BaseModel):
    job_id: UUID


class Page(BaseModel):
    limit: int = Field(20, ge=1, le=100)
    before: str | None = Field(None, max_length=100)
    open: bool = False


class JobRoutes:
    def __init__(
        self,
        pool: asyncpg.Pool,
        redis: Redis,
        door: Doorkeeper,
        admitter: Admitter,
        bookings: Bookings,
        lifecycle: Lifecycle,
        viewer: Viewer,
        hub: EventHub,
    ) -> None:
        self.pool = pool
        self.redis = redis
        self.door = door
        self.intake = Intake(pool, door, admitter, bookings, viewer)
        self.admitter = admitter
        self.lifecycle = lifecycle
        self.viewer = viewer
        self.hub = hub

    def operations(self) -> list[Operation]:
        one = "/v1/jobs/{job_id}"
        return [
            Operation(
                "POST",
                "/v1/jobs",
                self.submit_job,
                Accepted,
                Submission,
                status=201,
                refusals=SUBMIT_REFUSALS,
                headers=["Idempotency-Key"],
            ),
            Operation("POST", "/v1/jobs:quote", self.quote_job, Quote, Submission, refusals=SUBMIT_REFUSALS),
            Operation("GET", "/v1/jobs", self.list_jobs, JobList, query=Page),
            Operation("GET", one, self.read_job, JobView, in_path=JobPath),
            Operation("POST", one + "/cancel", self.cancel_job, JobView, in_path=JobPath),
            Operation("GET", one + "/events", self.job_events, "events", in_path=JobPath),
            Operation("GET", one + "/preview", self.job_preview, "jpeg", in_path=JobPath),
        ]

    async def submit_job(self, request: web.Request, path: Empty, query: Empty, body: Submission) -> Accepted:
        """Ask for a job.
        With an Idempotency-Key a repetition gives the first answer's job and costs nothing."""
        caller, answer = await self.intake.submit(request, body)
        if isinstance(answer, Refusal):
            raise Refused(answer)
        if isinstance(answer, Admitted):
            job, booked = answer.job, answer.booking
            return Accepted(
                job=await (self._job(job.id, caller) if booked else self.viewer.admitted(job)),
                replayed=False,
                tokens_left=answer.tokens_left,
                owned=job.address is not None,
                message=None,
            )
        return await self._replayed(answer.job_id, caller, body.destination)

    async def quote_job(self, request: web.Request, path: Empty, query: Empty, body: Submission) -> Quote:
        """Ask what a job would cost.
        The answer, refusals included, is what a submit of the same body would get now; nothing else happens."""
        answer = await self.intake.quote(request, body)
        if isinstance(answer, Refusal):
            raise Refused(answer)
        job = answer.job
        return Quote(
            model=job.params["model"],
            width=job.params.get("width"),
            height=job.params.get("height"),
            seconds=job.params.get("seconds"),
            count=job.params["count"],
            cost_tokens=job.hold.cost,
            from_allowance=job.hold.from_allowance,
            from_balance=job.hold.from_balance,
            tokens_left=answer.tokens_left,
            wait=answer.booking.wait() if answer.booking else await self.viewer.foretold(job),
        )

    async def _replayed(self, job_id: UUID, caller: Caller, destination: Destination | None) -> Accepted:
        """The first answer's job as it is now; a bot that repeats itself takes over the message it may have lost."""
        owned, message = False, None
        if destination:
            owned, message = await claim_one(self.pool, job_id, destination.process, self.admitter.claim)
        standing, plan = await standing_of(self.pool, caller.user_id)
        left = spendable(plan, renew_day(standing, (await database_now(self.pool)).date()))
        job = await self.viewer.with_wait(await self._job(job_id, caller))
        return Accepted(job=job, replayed=True, tokens_left=left, owned=owned, message=message)

    async def _job(self, job_id: UUID, caller: Caller) -> JobView:
        job = await self.viewer.view(job_id, caller.user_id)
        if job is None:
            raise Refused.because(Code.NOT_FOUND, what="job")
        return job

    async def list_jobs(self, request: web.Request, path: Empty, query: Page, body: None) -> JobList:
        """The caller's jobs, newest first."""
        caller = await self.door.caller(request.headers)
        jobs = await self.viewer.page(caller.user_id, query.limit, cursor(query.before), query.open)
        last = jobs[-1] if len(jobs) == query.limit else None
        return JobList(jobs=jobs, next=f"{last.created_at.isoformat()}_{last.id}" if last else None)

    async def read_job(self, request: web.Request, path: JobPath, query: Empty, body: None) -> JobView:
        """One job."""
        return await self._job(path.job_id, await self.door.caller(request.headers))

    async def cancel_job(self, request: web.Request, path: JobPath, query: Empty, body: None) -> JobView:
        """Cancel a job.
        A waiting one ends at once with all tokens back; a running one is asked to stop; an ended one stays as it is."""
        caller = await self.door.caller(request.headers)
        await self.lifecycle.cancel(path.job_id, caller.user_id)
        return await self._job(path.job_id, caller)

    async def job_events(self, request: web.Request, path: JobPath, query: Empty, body: None) -> web.StreamResponse:
        """Live events of one job until its end; the first says how it stands."""
        caller = await self.door.caller(request.headers)
        job = await self._job(path.job_id, caller)

        async def stands() -> JobEvent:
            return event_of(await self._job(path.job_id, caller), caller.ref)

        mine = path.job_id
        return await stream(request, self.hub, job.bot_id, lambda e: e.job_id == mine, stands, LOOK_AGAIN_SECONDS)

    async def job_preview(self, request: web.Request, path: JobPath, query: Empty, body: None) -> web.Response:
        """The newest preview of a running job (JPEG)."""
        await self._job(path.job_id, await self.door.caller(request.headers))
        picture = await self.redis.get(preview_key(path.job_id))
        if picture is None:
            raise Refused.because(Code.NOT_FOUND, what="preview")
        return web.Response(body=picture, content_type="image/jpeg", headers={"Cache-Control": "no-store"})


def cursor(before: str | None) -> tuple[datetime, UUID] | None:
    """Where a page starts, as `next` of the page before said it."""
    if before is None:
        return None
    at, _, job_id = before.partition("_")
    try:
        return datetime.fromisoformat(at).astimezone(UTC), UUID(job_id)
    except (ValueError, OverflowError):
        raise Refused.because(Code.INVALID_REQUEST, errors=[{"loc": "before", "msg": "is not a page"}]) from None


def event_of(job: JobView, user: str) -> JobEvent:
    """How a job stands, as an event."""
    begun = job.status is Status.RUNNING and not job.is_next
    kind = "ended" if job.status.ended else "running" if begun else "accepted"
    return JobEvent.model_validate(
        {
            "kind": kind,
            "job_id": job.id,
            "attempt": job.attempt,
            "user": user,
            "bot_id": job.bot_id,
            "status": job.status,
        }
    )

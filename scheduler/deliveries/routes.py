"""The HTTP API that only bots call, with their service keys."""

from datetime import timedelta
from functools import partial
from uuid import UUID

import asyncpg
import structlog
from aiohttp import web
from pydantic import BaseModel, Field

from scheduler.accounts.doorkeeper import Doorkeeper
from scheduler.accounts.model import Platform, Scope
from scheduler.deliveries import queries
from scheduler.deliveries.model import Claim, Claimed, DeliveryState, DeliveryView, Report, Reported
from scheduler.errors import Code
from scheduler.jobs.events import EventHub
from scheduler.jobs.model import JobEvent, JobView
from scheduler.jobs.sse import stream
from scheduler.jobs.views import Viewer
from scheduler.observability import REGISTRY, Counter
from scheduler.openapi import Empty, Operation

log = structlog.get_logger(__name__)

DELIVERED = Counter("tessera_deliveries", "Deliveries by how they ended", ["state"], registry=REGISTRY)
ENDS = frozenset({DeliveryState.POSTED, DeliveryState.UNCERTAIN, DeliveryState.DEAD})


class BotPath(BaseModel):
    bot_id: str = Field(max_length=50)


class DeliveryPath(BaseModel):
    job_id: UUID


class Nothing(BaseModel):
    """Done."""


class DeliveryRoutes:
    def __init__(self, pool: asyncpg.Pool, door: Doorkeeper, hub: EventHub, viewer: Viewer, claim: timedelta) -> None:
        self.pool = pool
        self.door = door
        self.hub = hub
        self.viewer = viewer
        self.claim = claim

    def operations(self) -> list[Operation]:
        refusals = [Code.UNAUTHORIZED]
        return [
            Operation("GET", "/v1/bots/{bot_id}/events", self.bot_events, "events", in_path=BotPath),
            Operation("POST", "/v1/deliveries/claim", self.claim_deliveries, Claimed, Claim, refusals=refusals),
            Operation("POST", "/v1/deliveries/release", self.release_deliveries, Nothing, Claim, refusals=refusals),
            Operation(
                "POST", "/v1/deliveries/{job_id}/report", self.report_delivery, Reported, Report, in_path=DeliveryPath
            ),
        ]

    async def bot_events(self, request: web.Request, path: BotPath, query: Empty, body: None) -> web.StreamResponse:
        """Live events of all jobs of one bot.
        Progress is lost when nobody listens; poll the deliveries beside it."""
        service = await self.door.service(request.headers, Scope.DELIVER, path.bot_id)
        return await stream(request, self.hub, path.bot_id, partial(is_of, service.platform))

    async def claim_deliveries(self, request: web.Request, path: Empty, query: Empty, body: Claim) -> Claimed:
        """Renew the claims on deliveries and take free ones of the bot."""
        platform = (await self.door.service(request.headers, Scope.DELIVER, body.bot_id)).platform
        bot, kept = (body.bot_id, platform), set[UUID]()
        if body.holding:
            kept = await queries.renew(self.pool, body.process, body.holding, self.claim, *bot)
        process, limit, only_due = body.process, body.limit, body.only_due
        taken = await queries.take(self.pool, body.bot_id, process, limit, self.claim, platform, only_due=only_due)
        found = await queries.deliveries(self.pool, list(kept | taken))
        news = [one for one in found if one.job_id in taken or one.state is DeliveryState.DUE]
        jobs = await self.viewer.views([one.job_id for one in news])
        return Claimed(
            deliveries=[view(one, jobs[one.job_id]) for one in news if one.job_id in jobs],
            lost=sorted(set(body.holding) - kept - taken),
            claim_seconds=self.claim.total_seconds(),
        )

    async def release_deliveries(self, request: web.Request, path: Empty, query: Empty, body: Claim) -> Nothing:
        """Give every claim of a process back, as it stops."""
        platform = (await self.door.service(request.headers, Scope.DELIVER, body.bot_id)).platform
        await queries.release(self.pool, body.bot_id, body.process, platform)
        return Nothing()

    async def report_delivery(self, request: web.Request, path: DeliveryPath, query: Empty, body: Report) -> Reported:
        """Say what became of a delivery; kept only while the process owns it."""
        service = await self.door.service(request.headers, Scope.DELIVER)
        bot = service.bot_id, service.platform
        kept = await queries.keep_report(self.pool, path.job_id, body, *bot)
        if kept and body.state in ENDS:
            DELIVERED.labels(body.state).inc()
        if kept and body.state is DeliveryState.DEAD:
            log.warning("delivery.dead", job=str(path.job_id), error=body.error)
        return Reported(kept=kept)


def is_of(platform: Platform | None, event: JobEvent) -> bool:
    """Whether an event may be heard by who serves this platform; progress names no user."""
    return platform is None or event.user is None or event.user.startswith(f"{platform}:")


def view(delivery: queries.Delivery, job: JobView) -> DeliveryView:
    return DeliveryView(
        job=job,
        user=delivery.user,
        locale=delivery.locale,
        bot_id=delivery.bot_id,
        state=delivery.state,
        address=delivery.address,
        message=delivery.message,
        tries=delivery.tries,
    )

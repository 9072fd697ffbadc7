"""The HTTP API of the catalogue."""

import asyncpg
from aiohttp import web

from scheduler.accounts.doorkeeper import Doorkeeper
from scheduler.accounts.model import ACT_FOR, Scope
from scheduler.accounts.queries import standing_of
from scheduler.catalogue.market import MarketKeeper
from scheduler.catalogue.model import Capability, ModelList, ModelView
from scheduler.errors import Code, Refusal, Refused
from scheduler.jobs.model import JobRequest
from scheduler.openapi import Empty, Operation
from scheduler.plans.choice import choose_model
from scheduler.plans.model import Plan


class CatalogueRoutes:
    def __init__(self, pool: asyncpg.Pool, door: Doorkeeper, keeper: MarketKeeper) -> None:
        self.pool = pool
        self.door = door
        self.keeper = keeper

    def operations(self) -> list[Operation]:
        return [Operation("GET", "/v1/models", self.list_models, ModelList)]

    async def list_models(self, request: web.Request, path: Empty, query: Empty, body: None) -> ModelList:
        """The models, their prices, and whether the caller may use them: a bot that asks for no user may use none."""
        plan = await self._plan(request)
        market = self.keeper.market
        chosen = [choose_model(JobRequest(capability=c, prompt="x"), plan, market) for c in Capability] if plan else []
        defaults = {model.id for model in chosen if not isinstance(model, Refusal)}
        return ModelList(
            models=[
                ModelView(
                    id=model.id,
                    display_name=model.display_name,
                    description=model.description,
                    capability=model.capability,
                    price_tokens=model.price_tokens,
                    default_width=model.default_width,
                    default_height=model.default_height,
                    default_seconds=model.default_seconds,
                    max_seconds=model.max_seconds,
                    max_tokens=model.max_tokens,
                    max_steps=model.max_steps,
                    allowed=plan is not None and plan.allows(model.id),
                    online=model.id in market.online or model.id in market.online_from_picture,
                    default=model.id in defaults,
                    takes_picture=model.id in market.offered_from_picture,
                    needs_picture=model.id in market.offered_from_picture and model.id not in market.offered,
                )
                for model in market.models.values()
                if model.is_available
            ]
        )

    async def _plan(self, request: web.Request) -> Plan | None:
        try:
            caller = await self.door.caller(request.headers)
        except Refused as refused:
            if ACT_FOR in request.headers or refused.refusal.code is not Code.UNAUTHORIZED:
                raise
            await self.door.service(request.headers, Scope.ACT)
            return None
        return (await standing_of(self.pool, caller.user_id))[1]

"""The HTTP API of the caller's own account."""

from datetime import timedelta

import asyncpg
from aiohttp import web
from pydantic import BaseModel, Field

from scheduler.accounts import queries
from scheduler.accounts.doorkeeper import Doorkeeper, digest, new_key
from scheduler.accounts.model import AccountView, ApiKey, Scope, TokensView, UsageList
from scheduler.errors import Code, Refused
from scheduler.openapi import Empty, Operation
from scheduler.plans.limits import allowance_left, next_midnight, renew_day, spendable
from scheduler.plans.queries import plan_view


class Days(BaseModel):
    days: int = Field(30, ge=1, le=366)


class AccountRoutes:
    def __init__(self, pool: asyncpg.Pool, door: Doorkeeper) -> None:
        self.pool = pool
        self.door = door

    def operations(self) -> list[Operation]:
        return [
            Operation("GET", "/v1/me", self.read_account, AccountView),
            Operation("GET", "/v1/me/usage", self.read_usage, UsageList, query=Days),
            Operation("POST", "/v1/me/api-key", self.make_api_key, ApiKey, status=201, refusals=[Code.BANNED]),
        ]

    async def read_account(self, request: web.Request, path: Empty, query: Empty, body: None) -> AccountView:
        """The caller's plan, tokens and use of today."""
        caller = await self.door.caller(request.headers)
        return await account_view(self.pool, caller.platform, caller.platform_user_id)

    async def read_usage(self, request: web.Request, path: Empty, query: Days, body: None) -> UsageList:
        """The caller's use, a day a line, newest first."""
        caller = await self.door.caller(request.headers)
        today = (await queries.database_now(self.pool)).date()
        since = today - timedelta(days=query.days - 1)
        return UsageList(days=await queries.usage_days(self.pool, caller.user_id, since))

    async def make_api_key(self, request: web.Request, path: Empty, query: Empty, body: None) -> ApiKey:
        """Make a new API key for the caller.
        It is shown this once; the key before it ends. For an admin a bot makes one only with the scope `admin`."""
        caller = await self.door.guest(request.headers)
        maker = await self.door.service(request.headers, Scope.ACT) if caller.via_service else None
        key = new_key()
        async with self.pool.acquire() as connection, connection.transaction():
            user = await queries.locked_user(connection, caller.user_id)
            if maker and user.is_admin and Scope.ADMIN not in maker.scopes:  # the key would do more than its maker may
                raise Refused.because(Code.FORBIDDEN)
            await queries.set_api_key(connection, user.id, digest(key))
            if maker:
                await queries.write_audit(connection, user.id, f"bot {maker.name}", "api key", user.ref, {})
        self.door.forget()
        self.door.expect(key, user.id)
        return ApiKey(key=key)


async def account_view(pool: asyncpg.Pool, platform: str, platform_user_id: str) -> AccountView:
    """One account as its owner, or an admin, sees it. The user must exist."""
    user = await queries.find_user(pool, platform, platform_user_id)
    if user is None:
        raise LookupError(f"{platform}:{platform_user_id}")
    standing, plan = await queries.standing_of(pool, user.id)
    now = await queries.database_now(pool)
    today = renew_day(standing, now.date())
    days = await queries.usage_days(pool, user.id, now.date())
    return AccountView(
        user=user.ref,
        display_name=user.display_name,
        plan=plan_view(plan),
        tokens=TokensView(
            daily_limit=plan.daily_token_limit,
            used_today=today.allowance_used,
            left_today=allowance_left(plan, today),
            balance=today.balance,
            spendable=spendable(plan, today),
            refill_at=next_midnight(now),
        ),
        open_jobs=standing.open_jobs,
        banned=standing.banned,
        is_admin=user.is_admin,
        today=days[0] if days else queries.no_usage(now.date()),
        has_api_key=user.has_api_key,
    )

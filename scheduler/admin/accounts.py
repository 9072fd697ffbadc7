"""What admins do to an account: tokens given, bought or corrected, a ban and its end; each once, and noted."""

from collections.abc import Mapping
from typing import Any

import asyncpg
from aiohttp import web

from scheduler.accounts.doorkeeper import Doorkeeper
from scheduler.accounts.model import AccountView, Ban, Caller, Correction, Grant, Purchase, Unban
from scheduler.accounts.queries import User, set_banned, write_audit
from scheduler.accounts.routes import account_view
from scheduler.admin.named import UserPath, named
from scheduler.errors import Code, Refused
from scheduler.jobs.intake import idempotency_key
from scheduler.jobs.lifecycle import Lifecycle
from scheduler.jobs.queries.views import waiting_jobs
from scheduler.ledger.cashier import book
from scheduler.ledger.model import Move, Reason
from scheduler.openapi import Empty, Operation

KEYED = ["Idempotency-Key"]


class AdminAccountRoutes:
    def __init__(self, pool: asyncpg.Pool, door: Doorkeeper, lifecycle: Lifecycle) -> None:
        self.pool = pool
        self.door = door
        self.lifecycle = lifecycle

    def operations(self) -> list[Operation]:
        user = "/v1/admin/users/{ref}"
        other, low, taken = Code.IDEMPOTENCY_MISMATCH, Code.BALANCE_TOO_LOW, Code.REFERENCE_TAKEN
        return [
            Operation("POST", path, act, AccountView, body, in_path=UserPath, refusals=refusals, headers=headers)
            for path, act, body, refusals, headers in (
                (f"{user}/grants", self.grant_tokens, Grant, [other], KEYED),
                (f"{user}/purchases", self.book_purchase, Purchase, [taken], ()),
                (f"{user}/corrections", self.correct_balance, Correction, [other, low], KEYED),
                (f"{user}/ban", self.ban, Ban, (), ()),
                (f"{user}/unban", self.unban, Unban, (), ()),
            )
        ]

    async def grant_tokens(self, request: web.Request, path: UserPath, query: Empty, body: Grant) -> AccountView:
        """Add tokens to a user's balance, once per Idempotency-Key."""
        admin, user = await self._both(request, path)
        reference = f"grant:{admin.user_id}:{required_key(request)}"
        note = {"tokens": str(body.tokens), "note": body.note}
        return await self._book(admin, user, Move(user.id, Reason.GRANT, reference, body.tokens, body.note), note)

    async def book_purchase(self, request: web.Request, path: UserPath, query: Empty, body: Purchase) -> AccountView:
        """Add tokens that a user has paid for elsewhere, once per reference of the payment."""
        admin, user = await self._both(request, path)
        move = Move(user.id, Reason.PURCHASE, f"purchase:{body.reference}", body.tokens, body.note)
        note = {"tokens": str(body.tokens), "reference": body.reference, "note": body.note}
        return await self._book(admin, user, move, note)

    async def correct_balance(
        self, request: web.Request, path: UserPath, query: Empty, body: Correction
    ) -> AccountView:
        """Add to a balance or take from it, once per Idempotency-Key; never below zero."""
        admin, user = await self._both(request, path)
        reference = f"correction:{admin.user_id}:{required_key(request)}"
        note = {"tokens": str(body.tokens), "reason": body.reason}
        move = Move(user.id, Reason.CORRECTION, reference, body.tokens, body.reason)
        return await self._book(admin, user, move, note)

    async def ban(self, request: web.Request, path: UserPath, query: Empty, body: Ban) -> AccountView:
        """Refuse whatever a user asks for from now on.
        What has not begun is cancelled, with its tokens back, also what a worker has at hand; what runs goes on, and
        its result is still theirs, but where it would have to be run again it is cancelled, too."""
        admin, user = await self._both(request, path)
        if user.id == admin.user_id:
            raise Refused.because(Code.FORBIDDEN)
        await self._set_banned(admin, user, body.reason, banned=True)
        for job_id in await waiting_jobs(self.pool, user.id):
            await self.lifecycle.cancel(job_id, user.id, begun=False)  # it may have begun by now
        return await self._view(user)

    async def unban(self, request: web.Request, path: UserPath, query: Empty, body: Unban) -> AccountView:
        """Let a user ask for things again."""
        admin, user = await self._both(request, path)
        await self._set_banned(admin, user, body.reason, banned=False)
        return await self._view(user)

    async def _both(self, request: web.Request, path: UserPath) -> tuple[Caller, User]:
        """Who acts, and on whom."""
        admin = await self.door.admin(request.headers)
        return admin, await named(self.pool, path.ref)

    async def _book(self, admin: Caller, user: User, move: Move, note: Mapping[str, Any]) -> AccountView:
        async with self.pool.acquire() as connection, connection.transaction():
            if await book(connection, move):
                await write_audit(connection, admin.user_id, admin.ref, move.reason, user.ref, note)
        return await self._view(user)

    async def _set_banned(self, admin: Caller, user: User, reason: str | None, *, banned: bool) -> None:
        async with self.pool.acquire() as connection, connection.transaction():
            if await set_banned(connection, user.id, banned):
                act = "ban" if banned else "unban"
                await write_audit(connection, admin.user_id, admin.ref, act, user.ref, {"reason": reason})

    async def _view(self, user: User) -> AccountView:
        return await account_view(self.pool, user.platform, user.platform_user_id)


def required_key(request: web.Request) -> str:
    key = idempotency_key(request)
    if key is None:
        wrong = {"loc": "Idempotency-Key", "msg": "is required"}
        raise Refused.because(Code.INVALID_REQUEST, errors=[dict(wrong)])
    return key

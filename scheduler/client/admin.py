"""What only users of the Admin plan may call."""

from decimal import Decimal
from uuid import UUID, uuid4

from pydantic import BaseModel

from scheduler.accounts.model import (
    AccountView,
    AdminUserView,
    Ban,
    Correction,
    Grant,
    PauseList,
    PauseOrder,
    Purchase,
    SystemStatus,
    Unban,
)
from scheduler.client.transport import Actor, Transport
from scheduler.deliveries.model import DeadLetters, Revival, Revived


class Admin:
    transport: Transport
    actor: Actor | None

    async def admin_status(self) -> SystemStatus:
        return await self.transport.call("GET", "/v1/admin/status", SystemStatus, actor=self.actor, repeatable=True)

    async def admin_user(self, ref: str) -> AdminUserView:
        """`ref` is "telegram:42"."""
        return await self.transport.call(
            "GET", f"/v1/admin/users/{ref}", AdminUserView, actor=self.actor, repeatable=True
        )

    async def admin_grant(
        self, ref: str, tokens: Decimal, note: str | None = None, key: str | None = None
    ) -> AccountView:
        """Add to a user's balance, once per key."""
        return await self._on_account(ref, "grants", Grant(tokens=tokens, note=note), key)

    async def admin_purchase(self, ref: str, tokens: Decimal, reference: str, note: str | None = None) -> AccountView:
        """Add what a user has paid for elsewhere, once per reference of the payment."""
        return await self._on_account(ref, "purchases", Purchase(tokens=tokens, reference=reference, note=note))

    async def admin_correct(self, ref: str, tokens: Decimal, reason: str, key: str | None = None) -> AccountView:
        """Add to a user's balance or take from it, once per key."""
        return await self._on_account(ref, "corrections", Correction(tokens=tokens, reason=reason), key)

    async def admin_ban(self, ref: str, reason: str) -> AccountView:
        """Refuse whatever a user asks for; what waits is cancelled."""
        return await self._on_account(ref, "ban", Ban(reason=reason))

    async def admin_unban(self, ref: str, reason: str | None = None) -> AccountView:
        return await self._on_account(ref, "unban", Unban(reason=reason))

    async def _on_account(self, ref: str, act: str, body: BaseModel, key: str | None = None) -> AccountView:
        return await self.transport.call(
            "POST",
            f"/v1/admin/users/{ref}/{act}",
            AccountView,
            actor=self.actor,
            body=body,
            headers={"Idempotency-Key": key or str(uuid4())},
            repeatable=True,
        )

    async def admin_pause(self, subject: str = "all", reason: str | None = None) -> PauseList:
        """Stop admission and dispatch of all, of `capability:image` or of `model:sdxl`."""
        return await self.transport.call(
            "POST",
            "/v1/admin/pauses",
            PauseList,
            actor=self.actor,
            body=PauseOrder(subject=subject, reason=reason),
            repeatable=True,
        )

    async def admin_resume(self, subject: str = "all") -> PauseList:
        return await self.transport.call(
            "POST", "/v1/admin/resumes", PauseList, actor=self.actor, body=PauseOrder(subject=subject), repeatable=True
        )

    async def admin_letters(self) -> DeadLetters:
        """Results that could not be posted, the newest first."""
        return await self.transport.call("GET", "/v1/admin/letters", DeadLetters, actor=self.actor, repeatable=True)

    async def admin_retry(self, job_id: UUID | None = None) -> Revived:
        """Have one of them, or all, tried again by their bots. A repetition whose first answer was lost counts none."""
        return await self.transport.call(
            "POST", "/v1/admin/letters/retry", Revived, actor=self.actor, body=Revival(job_id=job_id)
        )

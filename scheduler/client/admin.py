"""What only users of the Admin plan may call."""

from decimal import Decimal
from uuid import UUID, uuid4

from scheduler.accounts.model import AccountView, AdminUserView, Grant, PauseList, PauseOrder, SystemStatus
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
        return await self.transport.call(
            "POST",
            f"/v1/admin/users/{ref}/grants",
            AccountView,
            actor=self.actor,
            body=Grant(tokens=tokens, note=note),
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

"""The caller's own account."""

from scheduler.accounts.model import AccountView, ApiKey, UsageList
from scheduler.client.transport import Actor, Transport


class Accounts:
    transport: Transport
    actor: Actor | None

    async def me(self) -> AccountView:
        return await self.transport.call("GET", "/v1/me", AccountView, actor=self.actor, repeatable=True)

    async def usage(self, days: int = 30) -> UsageList:
        return await self.transport.call(
            "GET", "/v1/me/usage", UsageList, actor=self.actor, query={"days": str(days)}, repeatable=True
        )

    async def new_api_key(self) -> str:
        """Make a new API key for the user; the old one ends. Shown once."""
        return (await self.transport.call("POST", "/v1/me/api-key", ApiKey, actor=self.actor)).key

"""What a bot process needs: its event stream, and the deliveries it owns."""

from collections.abc import AsyncIterator
from uuid import UUID

from scheduler.client.sse import events
from scheduler.client.transport import Transport
from scheduler.deliveries.model import Claim, Claimed, Report, Reported
from scheduler.jobs.model import JobEvent


class Deliveries:
    transport: Transport

    async def bot_events(self, bot_id: str) -> AsyncIterator[JobEvent]:
        """Live events of all jobs of one bot. Ends or raises Unreachable when cut off: poll `claim` beside it."""
        async with self.transport.stream(f"/v1/bots/{bot_id}/events") as content:
            async for event in events(content):
                yield event

    async def claim(self, claim: Claim) -> Claimed:
        """Renew what is held and take what is free."""
        return await self.transport.call("POST", "/v1/deliveries/claim", Claimed, body=claim, repeatable=True)

    async def report(self, job_id: UUID, report: Report) -> bool:
        """Say what became of a delivery; False when it is no longer this process's."""
        reported = await self.transport.call(
            "POST", f"/v1/deliveries/{job_id}/report", Reported, body=report, repeatable=True
        )
        return reported.kept

    async def release(self, bot_id: str, process: str) -> None:
        """Give every claim of a process back, as it stops."""
        await self.transport.exchange(
            "POST", "/v1/deliveries/release", body=Claim(bot_id=bot_id, process=process, limit=0), repeatable=True
        )

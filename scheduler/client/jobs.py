"""Submitting, reading and cancelling jobs."""

from collections.abc import AsyncIterator
from uuid import UUID

from scheduler.client.sse import events
from scheduler.client.transport import Actor, Transport
from scheduler.jobs.model import Accepted, Destination, JobEvent, JobList, JobRequest, JobView, Quote, Submission


class Jobs:
    transport: Transport
    actor: Actor | None

    async def submit(self, request: JobRequest, *, key: str, destination: Destination | None = None) -> Accepted:
        """Ask for a job. `key` is made of what the platform guarantees to be stable; it makes repeating harmless."""
        return await self.transport.call(
            "POST",
            "/v1/jobs",
            Accepted,
            actor=self.actor,
            body=Submission(request=request, destination=destination),
            headers={"Idempotency-Key": key},
            repeatable=True,
        )

    async def quote(self, request: JobRequest) -> Quote:
        """What `submit` would answer now, refusals included; nothing happens."""
        body = Submission(request=request)
        return await self.transport.call("POST", "/v1/jobs:quote", Quote, actor=self.actor, body=body, repeatable=True)

    async def job(self, job_id: UUID) -> JobView:
        return await self.transport.call("GET", f"/v1/jobs/{job_id}", JobView, actor=self.actor, repeatable=True)

    async def jobs(self, *, limit: int = 20, before: str | None = None, open_only: bool = False) -> JobList:
        """The user's jobs, newest first."""
        query = {"limit": str(limit)} | ({"before": before} if before else {}) | ({"open": "true"} if open_only else {})
        return await self.transport.call("GET", "/v1/jobs", JobList, actor=self.actor, query=query, repeatable=True)

    async def cancel(self, job_id: UUID) -> JobView:
        """A waiting job ends at once; a running one is asked to stop. A job that has ended stays as it is."""
        return await self.transport.call(
            "POST", f"/v1/jobs/{job_id}/cancel", JobView, actor=self.actor, repeatable=True
        )

    async def preview(self, job_id: UUID) -> bytes:
        """The newest preview picture (JPEG) of a running job; refused as not_found while there is none."""
        return await self.transport.exchange("GET", f"/v1/jobs/{job_id}/preview", actor=self.actor, repeatable=True)

    async def job_events(self, job_id: UUID) -> AsyncIterator[JobEvent]:
        """Live events of one job until it has ended; the first says how it stands. Raises Unreachable when cut off."""
        async with self.transport.stream(f"/v1/jobs/{job_id}/events", actor=self.actor) as content:
            async for event in events(content):
                yield event

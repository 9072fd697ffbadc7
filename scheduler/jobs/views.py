"""Jobs as their owners see them, with where the waiting ones stand."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import asyncpg

from scheduler.catalogue.model import Capability
from scheduler.jobs.inquiry import Inquiry
from scheduler.jobs.model import WISHES, JobView, Status, Wait, Why
from scheduler.jobs.queries.admission import NewJob
from scheduler.jobs.queries.views import list_jobs, read_job, read_jobs, waiting_before


def admitted_view(job: NewJob, wait: Wait | None) -> JobView:
    """A job as it was admitted, without reading what was just written."""
    params = job.params
    return JobView(
        id=job.id,
        status=Status.QUEUED,
        capability=Capability(job.capability),
        model=params["model"],
        prompt=params["prompt"],
        width=params.get("width"),
        height=params.get("height"),
        seed=params["seed"],
        count=params["count"],
        strength=params.get("strength"),
        picture=params.get("picture"),
        **{name: params.get(name) for name in WISHES},
        film=params.get("film"),
        parent_id=job.parent_id,
        cost_tokens=job.hold.cost,
        bot_id=job.bot_id,
        attempt=0,
        cancel_requested=False,
        wait=wait,
        created_at=job.created_at,
        started_at=None,
        ended_at=None,
        run_seconds=None,
        error=None,
        artifacts=[],
    )


class Viewer:
    """The leader knows a job's place; while nobody leads it is counted by class and order of admission."""

    def __init__(self, pool: asyncpg.Pool, inquiry: Inquiry) -> None:
        self.pool = pool
        self.inquiry = inquiry

    async def view(self, job_id: UUID, user_id: int) -> JobView | None:
        job = await read_job(self.pool, job_id, user_id)
        return await self.with_wait(job) if job else None

    async def views(self, job_ids: Sequence[UUID]) -> dict[UUID, JobView]:
        found = await read_jobs(self.pool, job_ids) if job_ids else {}
        return {job.id: job for job in await self._with_waits(list(found.values()))}

    async def page(
        self, user_id: int, limit: int, before: tuple[datetime, UUID] | None, open_only: bool
    ) -> list[JobView]:
        return await self._with_waits(await list_jobs(self.pool, user_id, limit, before, open_only))

    async def admitted(self, job: NewJob) -> JobView:
        """A job that was admitted this moment, with its place in line."""
        return admitted_view(job, await self.inquiry.wait_for(job) or await self._counted(job.id))

    async def foretold(self, job: NewJob) -> Wait | None:
        """Where a job would stand."""
        return await self.inquiry.wait_for(job, promised=False)

    async def frees_in(self, user_id: int) -> float | None:
        """Seconds until about when one of the user's jobs ends, if that is known."""
        return await self.inquiry.frees_in(user_id)

    async def with_wait(self, job: JobView) -> JobView:
        """The same job; one that was not begun with its place in line."""
        return (await self._with_waits([job]))[0]

    async def _with_waits(self, jobs: Sequence[JobView]) -> list[JobView]:
        waits = await self.inquiry.waits_of([job.id for job in jobs if not has_begun(job)])
        return [job if has_begun(job) else await self._with(job, waits.get(job.id)) for job in jobs]

    async def _with(self, job: JobView, wait: Wait | None) -> JobView:
        if wait is None and job.status is Status.RUNNING:  # at hand of a worker
            wait = Wait(position=1, seconds=None, why=Why.NEXT)
        return job.model_copy(update={"wait": wait or await self._counted(job.id)})

    async def _counted(self, job_id: UUID) -> Wait:
        before = await waiting_before(self.pool, job_id)
        return Wait(position=before + 1, seconds=None, why=Why.TURN if before else Why.NEXT)


def has_begun(job: JobView) -> bool:
    """Or is in no line yet."""
    return job.status is not Status.QUEUED and (job.status is not Status.RUNNING or job.started_at is not None)

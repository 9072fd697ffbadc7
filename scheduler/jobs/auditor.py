"""Compares the leader's memory with the database: what runs each time, of what waits a slice, so that a long line costs
no more than a short one; and mends what lost messages left behind."""

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from uuid import UUID

import asyncpg

from scheduler.jobs.lifecycle import Lifecycle
from scheduler.jobs.line import Line
from scheduler.jobs.model import Status
from scheduler.jobs.outcomes import given_up
from scheduler.jobs.queries.open import OpenJob, Standing, open_jobs, queued_after, standings
from scheduler.jobs.queries.tries import tries_of

SLICE = 2_000  # jobs; a line that is not longer is compared as a whole
PAUSE_SECONDS = 2.0


class Auditor:
    """Goes through the waiting jobs of the database by their number, and through those in memory, round after round."""

    def __init__(self, pool: asyncpg.Pool, lifecycle: Lifecycle, line: Line) -> None:
        self.pool = pool
        self.lifecycle = lifecycle
        self.line = line
        self.next_at = 0.0
        self.doubts: dict[UUID, OpenJob | None] = {}  # with the job where its user stays charged
        self.after = 0  # the number of the last job that was looked at
        self.known: Iterator[UUID] = iter(())

    async def place(self, job_ids: set[UUID]) -> None:
        """Put jobs where the database says they are; others of these have ended."""
        found = {job.id: job for job in await open_jobs(self.pool, list(job_ids))}
        for job_id in job_ids - found.keys():
            self.line.remove(job_id, time.monotonic())
        for job in sorted(found.values(), key=lambda one: one.seq):
            self.line.place(job, time.monotonic())

    def start(self, now: float) -> None:
        """This scheduler leads from now on; the line has just come from the database."""
        self.doubts.clear()
        self.next_at = now + PAUSE_SECONDS

    def doubt(self, jobs: Sequence[OpenJob], *, may_run: bool) -> None:
        """The next round puts these, which were chosen, where the database says they are. What did not start costs
        nobody a share, and what `may_run` does until it turns out not to."""
        for job in jobs:
            if may_run and job.id in self.line.running:
                self.doubts[job.id] = job
                self.line.remove(job.id, time.monotonic())
            else:
                self.doubts.setdefault(job.id)
                self.line.withdraw(job.id, time.monotonic())
        if jobs:
            self.next_at = 0.0

    @property
    def doubtful(self) -> bool:
        """There are jobs of which nobody knows where they are: until the next round nothing is started."""
        return self.next_at == 0.0

    async def audit(self) -> None:
        """One round, when it is due."""
        if time.monotonic() < self.next_at:
            return
        due, self.next_at = self.next_at, time.monotonic() + PAUSE_SECONDS
        doubts, self.doubts = self.doubts, {}
        try:
            standing, gone = await self._look(doubts)
            in_vain = await self._in_vain(doubts, standing) if doubts else ()
        except BaseException:
            self.next_at, self.doubts = due, doubts | self.doubts
            raise
        for job_id in gone:
            self.line.remove(job_id, time.monotonic())
        for job in in_vain:
            self.line.refund(job)
        now = time.monotonic()
        if differing := {one.job_id for one in standing.values() if not self.line.agrees(one, now)}:
            await self.place(differing)
        for one in standing.values():
            self.line.queue.set_limit(one.user_id, one.limit, time.monotonic())
        self.line.queue.forget_idle()
        await self.lifecycle.write(
            [
                given_up(one.job_id, one.attempt, Status.CANCELLED, running=False)
                for one in standing.values()
                if one.status is Status.QUEUED and (one.cancel_requested or one.banned)
            ]  # whoever took the cancel, or the ban, stopped before it was ended, or it ran then and waits again
        )

    async def _look(self, doubts: Iterable[UUID]) -> tuple[dict[UUID, Standing], set[UUID]]:
        """How the jobs of this round stand, and which of those in memory neither wait nor run any more."""
        asked = self._known()
        found = {one.job_id: one for one in await standings(self.pool, [*asked, *doubts])}
        waiting = await queued_after(self.pool, self.after, SLICE)
        self.after = waiting[-1].seq if len(waiting) == SLICE else 0
        return found | {one.job_id: one for one in waiting}, set(asked) - found.keys()

    async def _in_vain(self, doubts: Mapping[UUID, OpenJob | None], standing: Mapping[UUID, Standing]) -> list[OpenJob]:
        """Those of the doubtful jobs that are charged though they did not run."""
        charged = [job for job in doubts.values() if job]
        over = await tries_of(self.pool, [job.id for job in charged if job.id not in standing])
        ran = {job_id for job_id, tries in over.items() if tries.attempt}
        ran |= {job.id for job in charged if job.id in standing and standing[job.id].status is Status.RUNNING}
        return [job for job in charged if job.id not in ran]

    def _known(self) -> list[UUID]:
        """Without those that are being written this moment."""
        pending = {job_id for job_id, attempt in self.line.running.items() if attempt.attempt == 0}
        return [job_id for job_id in self._asked() if job_id not in pending]

    def _asked(self) -> list[UUID]:
        if len(self.line.jobs) <= SLICE:
            return list(self.line.jobs)
        asked = list(islice(self.known, SLICE))
        if len(asked) < SLICE:
            self.known = iter(list(self.line.jobs))
        return [*asked, *self.line.running]

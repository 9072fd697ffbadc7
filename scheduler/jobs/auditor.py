"""Compares the leader's memory with the database: what runs each time, of what waits a slice, so that a long line costs
no more than a short one."""

from collections.abc import Iterator
from itertools import islice
from uuid import UUID

import asyncpg

from scheduler.jobs.line import Line
from scheduler.jobs.queries.dispatch import Standing, queued_after, standings

SLICE = 5_000  # jobs; a line that is not longer is compared as a whole


class Auditor:
    """Goes through the waiting jobs of the database by their number, and through those in memory, round after round."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self.pool = pool
        self.after = 0  # the number of the last job that was looked at
        self.known: Iterator[UUID] = iter(())

    async def look(self, line: Line) -> tuple[dict[UUID, Standing], set[UUID]]:
        """How the jobs of this round stand, and which of those in memory neither wait nor run any more."""
        asked = self._known(line)
        found = {one.job_id: one for one in await standings(self.pool, asked)}
        waiting = await queued_after(self.pool, self.after, SLICE)
        self.after = waiting[-1].seq if len(waiting) == SLICE else 0
        return found | {one.job_id: one for one in waiting}, set(asked) - found.keys()

    def _known(self, line: Line) -> list[UUID]:
        if len(line.jobs) <= SLICE:
            return list(line.jobs)
        asked = list(islice(self.known, SLICE))
        if len(asked) < SLICE:
            self.known = iter(list(line.jobs))
        return [*asked, *line.running]

"""The leader's loop: keeps what waits and runs in memory and gives free slots the right jobs.

All state changes in `tick`, one after the other. Others only leave notes: what was admitted, ended or requeued, and the
workers' beats. Every note may be lost, because an audit compares memory with the database every few seconds.
"""

import asyncio
import time
from collections.abc import Sequence
from contextlib import aclosing, suppress
from datetime import datetime, timedelta
from uuid import UUID

import asyncpg
import structlog

from scheduler import collector
from scheduler.bus import Redis
from scheduler.catalogue.market import MarketKeeper
from scheduler.database import OUTAGES
from scheduler.fleet.breaker import Breaker
from scheduler.fleet.couriers import Courier
from scheduler.fleet.lately import Lately
from scheduler.fleet.warden import Warden
from scheduler.jobs.auditor import Auditor
from scheduler.jobs.entries import newcomer
from scheduler.jobs.gauges import show
from scheduler.jobs.handout import Handout
from scheduler.jobs.lifecycle import Lifecycle
from scheduler.jobs.line import Line
from scheduler.jobs.model import JobEvent, Wait
from scheduler.jobs.notes import Notes
from scheduler.jobs.outlook import Outlook
from scheduler.jobs.queries.admission import NewJob
from scheduler.jobs.queries.dispatch import Leader
from scheduler.jobs.queries.ending import Ended
from scheduler.jobs.queries.open import OpenJob, all_open_jobs
from scheduler.jobs.queue import Waiting
from scheduler.jobs.shortcut import Shortcut
from scheduler.leadership.queries import lapses_in, lead, step_down
from scheduler.wire import Beat

log = structlog.get_logger(__name__)

LEAD = timedelta(seconds=2.5)
RENEW_SECONDS = 0.8
LAPSED_SECONDS = 0.01  # after the end of a lead it is surely over


class Dispatcher:
    """`lease`: how long a worker may be silent before its attempts are lost; `keep_for`: how long a job is kept that no
    live worker can run."""

    def __init__(
        self,
        pool: asyncpg.Pool,
        redis: Redis,
        name: str,
        lease: timedelta,
        keep_for: timedelta,
        market: MarketKeeper,
        lifecycle: Lifecycle,
    ) -> None:
        self.pool = pool
        self.name = name
        self.market = market
        self.line = Line()
        self.outlook = Outlook(self.line)
        self.wake = asyncio.Event()
        self.auditor = Auditor(pool, lifecycle, self.line)
        self.warden = Warden(pool, redis, lease, keep_for, market, lifecycle, self.line)
        self.breaker = Breaker(pool, market, self.line)
        self.handout = Handout(pool, redis, lease, market, self.line, self.auditor, lifecycle.herald, self.wake)
        self.courier = Courier(redis)
        self.shortcut = Shortcut(
            self.line, self.auditor, self.handout, self.courier, lease, self._caught_up, self.changed
        )
        self.leader: Leader | None = None
        self.notes = Notes()
        self.next_lead = 0.0
        self.stands_by: asyncio.TimerHandle | None = None
        self.lately = Lately()

    # Notes, left from anywhere in this process.

    def admitted(self, jobs: Sequence[OpenJob]) -> None:
        """Jobs were admitted by this scheduler."""
        self.notes.admitted.update({job.id: job for job in jobs})
        self.wake.set()

    def changed(self, job_ids: Sequence[UUID]) -> None:
        """Jobs were admitted elsewhere, or requeued."""
        self.notes.changed.update(job_ids)
        self.wake.set()

    def ended(self, ended: Sequence[tuple[Ended, float | None]]) -> None:
        for one, seconds in ended:
            self.line.note_speed(one.job_id, one.status, seconds)
            self.notes.ended.add(one.job_id)
        self.wake.set()

    def heard(self, event: JobEvent) -> None:
        """An event of any scheduler; what this one announced itself says nothing new."""
        if event.kind == "ended" and event.job_id in self.line.jobs:
            self.notes.ended.add(event.job_id)
        elif (event.kind == "accepted" and not self._knows(event.job_id)) or (
            event.kind == "requeued" and event.job_id not in self.line.queue.jobs
        ):
            self.notes.changed.add(event.job_id)
        else:
            return
        self.wake.set()

    def _knows(self, job_id: UUID) -> bool:
        return job_id in self.line.jobs or job_id in self.notes.admitted or job_id in self.notes.ended

    def beats(self, beats: Sequence[Beat]) -> None:
        """Beats, or none: Redis was heard."""
        now = time.monotonic()
        self.warden.heard(now)
        self.notes.beats.update({beat.worker_id: beat for beat in beats})
        self.lately.note(beats, now)
        if beats:
            self.wake.set()

    def wait_of(self, job_id: UUID) -> Wait | None:
        """Where a waiting job stands, if this scheduler leads."""
        return self.outlook.wait_of(job_id, time.monotonic()) if self.leader else None

    def wait_for(self, job: NewJob, *, promised: bool = True) -> Wait | None:
        """The same for a job that was admitted this moment, or would be: then nothing is promised."""
        return self.foretell(newcomer(job), job.hold.wait_until, promised=promised)

    def foretell(self, entry: Waiting, until: datetime | None, *, promised: bool = True) -> Wait | None:
        """The same; the loop may have been faster, then it is in line already."""
        if self.leader is None:
            return None
        return self.wait_of(entry.id) or self.outlook.expected(entry, until, time.monotonic(), promised=promised)

    def frees_in(self, user_id: int) -> float | None:
        """About when one of the user's jobs ends, if this scheduler leads."""
        return self.outlook.frees_in(user_id, time.monotonic()) if self.leader else None

    # The loop.

    async def tick(self) -> bool:
        """One round; the leader dispatches, the others only try to lead."""
        self.shortcut.close()
        if time.monotonic() >= self.next_lead:
            await self._lead()
        leader = self.leader
        if leader is None:
            self.notes = Notes()
            self.lately.known(time.monotonic())
            return False
        await self._take_notes()
        await self.auditor.audit()
        await self.warden.reap(time.monotonic())
        await self.breaker.look(time.monotonic())
        if self.auditor.doubtful:
            return True
        chosen = self.handout.choose()
        if self.leader is leader:
            self.shortcut.open(leader)
        more = await self.handout.start(chosen, leader)
        show(self.line)
        return more

    async def keep_lead(self) -> bool:
        """The tick of a loop of its own: renew the lead, however long the other takes, which takes up what was lost."""
        leader = self.leader
        if leader:
            self.next_lead = time.monotonic() + RENEW_SECONDS
            if await lead(self.pool, self.name, LEAD) != leader.term and self.leader is leader:
                self.leader, self.next_lead = None, 0.0
                self.shortcut.close()
        return False

    async def resign(self) -> None:
        """Let a standby take over at once."""
        if self.leader:
            self.leader = None
            self.shortcut.close()
            with suppress(*OUTAGES):  # the lead runs out by itself
                await step_down(self.pool, self.name)

    async def _lead(self) -> None:
        term = await lead(self.pool, self.name, LEAD)
        self.next_lead = time.monotonic() + RENEW_SECONDS
        if term is None:
            self.leader = None
            await self._stand_by()
        elif self.leader is None or self.leader.term != term:
            log.info("leader.elected", name=self.name, term=term)
            self.leader = None
            if await self._rebuild(term):
                self.leader = Leader(self.name, term)

    async def _stand_by(self) -> None:
        """Ask again when the lead lapses, unless it is renewed before."""
        seconds = min(await lapses_in(self.pool) + LAPSED_SECONDS, RENEW_SECONDS)
        self.next_lead = time.monotonic() + seconds
        if self.stands_by:
            self.stands_by.cancel()
        self.stands_by = asyncio.get_running_loop().call_later(seconds, self.wake.set)

    async def _rebuild(self, term: int) -> bool:
        """Start from the database; what ran under the last leader gets a lease's time to be heard of. A long line takes
        longer than the lead lasts: returns whether it was kept."""
        with collector.filling():
            self.line.reset()
            self.handout.owed.clear()
            if not await self._fill(term):
                return False
        now = time.monotonic()
        self.warden.start(now)
        self.auditor.start(now)
        self.notes.beats = self.lately.known(now) | self.notes.beats
        return True

    async def _fill(self, term: int) -> bool:
        async with aclosing(all_open_jobs(self.pool)) as pages:
            async for jobs in pages:
                for job in jobs:
                    self.line.place(job, time.monotonic())
                if time.monotonic() >= self.next_lead:
                    if await lead(self.pool, self.name, LEAD) != term:
                        return False
                    self.next_lead = time.monotonic() + RENEW_SECONDS
        return True

    def _caught_up(self) -> bool:
        """Take notes outside of a round; whether that could be done without asking the database."""
        if self.notes.changed or self.notes.beats:
            return False
        if self.notes:
            notes, self.notes = self.notes, Notes()
            notes.bring_into(self.line, time.monotonic())
        return True

    async def _take_notes(self) -> None:
        notes, self.notes = self.notes, Notes()
        notes.bring_into(self.line, time.monotonic())
        if changed := notes.changed - notes.ended:
            await self.auditor.place(changed)
        if notes.beats:
            await self.warden.hear(list(notes.beats.values()), time.monotonic())

"""Keeps the agenda of the scheduler that leads: a loop beside the dispatcher's.

The agenda comes from the database and is read anew every few seconds, which makes up for whatever was not heard: jobs
that were booked elsewhere, parents that ended. What follows from it is guarded by the database alone: another scheduler
may do the same at the same moment.
"""

import asyncio
import time
from collections.abc import Collection, Iterator, Sequence
from contextlib import aclosing, contextmanager
from uuid import UUID

import asyncpg
import structlog

from scheduler.database import CONTENTION, is_outage
from scheduler.jobs.agenda.model import PARENT_FAILED
from scheduler.jobs.agenda.queries import Due, End, Entry, all_entries, ended_among, entries
from scheduler.jobs.agenda.usher import AT_ONCE, Usher
from scheduler.jobs.apart import Apart
from scheduler.jobs.dispatcher import Dispatcher
from scheduler.jobs.gauges import BOOKED
from scheduler.jobs.lifecycle import Lifecycle
from scheduler.jobs.model import JobEvent, Status
from scheduler.jobs.queries.dispatch import Leader
from scheduler.jobs.queries.ending import Ended
from scheduler.jobs.queue import Agenda

log = structlog.get_logger(__name__)

PAUSE_SECONDS = 2.0  # between two looks at all that is booked
LOOKING = 0.05  # of the time, at most: a long agenda is read less often


class Secretary:
    def __init__(self, pool: asyncpg.Pool, usher: Usher, lifecycle: Lifecycle, dispatcher: Dispatcher) -> None:
        self.pool = pool
        self.usher = usher
        self.lifecycle = lifecycle
        self.dispatcher = dispatcher
        self.agenda = Agenda()
        self.leader: Leader | None = None  # as which the agenda is kept
        self.reads = False  # what ends meanwhile may concern what is being read
        self.came: set[UUID] = set()  # notes: jobs to be read
        self.over: set[UUID] = set()  # notes: jobs that are said to have ended
        self.apart = Apart()
        self.next_look = 0.0
        self.wake = asyncio.Event()
        self.alarm: asyncio.TimerHandle | None = None

    # Notes, left from anywhere in this process.

    def booked(self, job_id: UUID) -> None:
        if self.leader:
            self.came.add(job_id)
            self.wake.set()

    def ended(self, ended: Sequence[tuple[Ended, float | None]]) -> None:
        for one, _ in ended:
            self._over(one.job_id)

    def changed(self, job_ids: Sequence[UUID]) -> None:
        """Jobs were requeued: they have not ended."""

    def heard(self, event: JobEvent) -> None:
        """An event of any scheduler."""
        if event.kind == "accepted" and event.status is Status.CREATED:
            self.booked(event.job_id)
        elif event.kind == "ended":
            self._over(event.job_id)

    def _over(self, job_id: UUID) -> None:
        if self.leader and (self.reads or self.agenda.concerns(job_id)):
            self.over.add(job_id)
            self.wake.set()

    # The loop.

    async def tick(self) -> bool:
        """One round, if this scheduler leads; says whether there is more to do."""
        if self.leader != self.dispatcher.leader:
            self.leader, self.next_look = self.dispatcher.leader, 0.0
        if self.leader is None:
            self.agenda = Agenda()
            return False
        try:
            if time.monotonic() >= self.next_look:
                await self._look()
            await self._take_notes()
            ready = self.agenda.ready(time.monotonic()).ready
            for first in range(0, len(ready), AT_ONCE):
                await self._admit(ready[first : first + AT_ONCE])
        except BaseException:
            self.next_look = 0.0  # what was under way may be committed or not
            raise
        self._set_alarm()
        BOOKED.set(len(self.agenda))
        return bool(self.came)

    async def _look(self) -> None:
        """Read the whole agenda anew."""
        began, agenda, ends = time.monotonic(), Agenda(), list[End]()
        self.came.clear()
        self.over.clear()
        with self._reading():
            async with aclosing(all_entries(self.pool)) as pages:
                async for page in pages:
                    ends += self._enter(agenda, page)
        now = time.monotonic()
        self.agenda, self.next_look = agenda, now + max(PAUSE_SECONDS, (now - began) / LOOKING)
        await self._end(ends)

    async def _take_notes(self) -> None:
        """Of what ended first: what is read after it knows."""
        over, self.over = self.over, set()
        came, self.came = self.came, set()
        ends = [End(child, Status.FAILED, PARENT_FAILED) for child in await self._cross_out(over)]
        if came:
            with self._reading():
                ends += self._enter(self.agenda, await entries(self.pool, list(came)))
        await self._end(ends)

    async def _end(self, ends: Sequence[End]) -> None:
        """At most AT_ONCE in one statement; when that fails though the database is there, one by one, so that one that
        cannot be ended, or whose account is locked, harms nobody else: the next look finds it again."""
        for first in range(0, len(ends), AT_ONCE):
            together = ends[first : first + AT_ONCE]
            try:
                await self.lifecycle.end_created(together)
            except Exception as error:
                if is_outage(error) and not isinstance(error, CONTENTION):
                    raise
                for one in together:
                    await self._end_alone(one)

    async def _end_alone(self, one: End) -> None:
        try:
            await self.lifecycle.end_created([one])
        except Exception as error:
            if is_outage(error) and not isinstance(error, CONTENTION):
                raise
            log.warning("job.not_ended", job=str(one.job_id), error=type(error).__name__)

    async def _cross_out(self, over: Collection[UUID]) -> list[UUID]:
        """Jobs that ended, as the database has it, and whoever waited for them; returns those that never can begin."""
        concerned, hopeless = [job_id for job_id in over if self.agenda.concerns(job_id)], list[UUID]()
        ended = await ended_among(self.pool, concerned) if concerned else {}
        for job_id, status in ended.items():
            self.agenda.discard(job_id)
            hopeless += self.agenda.ended(job_id, completed=status is Status.COMPLETED).hopeless
        return hopeless

    def _enter(self, agenda: Agenda, read: Sequence[Entry]) -> list[End]:
        """Put jobs on the agenda; returns those that end here."""
        now, ends = time.monotonic(), []
        for entry in read:
            if entry.cancelled:  # whoever took the cancel stopped before the job was ended
                ends.append(End(entry.id, Status.CANCELLED))
            elif entry.hopeless:
                ends.append(End(entry.id, Status.FAILED, PARENT_FAILED))
            elif not self.apart.has(entry.id, now):
                agenda.discard(entry.id)
                agenda.add(entry.id, now + entry.seconds, entry.waits_for)
        return ends

    async def _admit(self, job_ids: Sequence[UUID]) -> None:
        shown = await self.usher.show(job_ids)
        self.lifecycle.tell_ended(shown.ended)
        self.dispatcher.changed([job.id for job in shown.admitted])
        self.lifecycle.herald.say([accepted_event(job) for job in shown.admitted])
        self.came |= shown.unclear
        for job_id in shown.poisonous:
            self.apart.put(job_id, time.monotonic())

    def _set_alarm(self) -> None:
        """The loop is woken by the next start time, however far its own rounds are apart."""
        if self.alarm:
            self.alarm.cancel()
        at = min(self.next_look, self.agenda.next_at() or self.next_look)
        self.alarm = asyncio.get_running_loop().call_later(max(0.0, at - time.monotonic()), self.wake.set)

    @contextmanager
    def _reading(self) -> Iterator[None]:
        self.reads = True
        try:
            yield
        finally:
            self.reads = False


def accepted_event(job: Due) -> JobEvent:
    """It is in line now."""
    return JobEvent(kind="accepted", job_id=job.id, user=job.user, bot_id=job.bot_id, status=Status.QUEUED)

"""One stream of events from the scheduler, fanned out to the browser tabs of the visitors they belong to."""

import asyncio
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from enum import Enum
from uuid import UUID

import structlog

from scheduler import supervisor
from scheduler.client import Scheduler
from scheduler.errors import Refused, Unreachable
from scheduler.jobs.model import JobEvent, JobView

log = structlog.get_logger(__name__)

TAB_BACKLOG = 200  # events a tab may fall behind
TABS_OF_A_VISITOR = 24
PAUSE_SECONDS = 1.0


class Sign(Enum):
    """What a tab is told beside events."""

    GAP = "gap"  # events may have been missed: look again
    END = "end"  # the stream of this tab is over
    BYE = "bye"  # this process stops: come back at once, to another


class Tab:
    """The events that wait for one browser tab; one that falls behind is ended and comes back by itself."""

    def __init__(self) -> None:
        self.waiting: asyncio.Queue[JobEvent | Sign] = asyncio.Queue(TAB_BACKLOG)

    def put(self, item: JobEvent | Sign) -> None:
        try:
            self.waiting.put_nowait(item)
        except asyncio.QueueFull:
            self.end()

    def end(self, *last: Sign) -> None:
        while not self.waiting.empty():
            self.waiting.get_nowait()
        for sign in (*last, Sign.END):
            self.waiting.put_nowait(sign)

    async def next(self) -> JobEvent | Sign:
        return await self.waiting.get()


class Live:
    """The open tabs of this process. Jobs are remembered only while a tab of their visitor is open."""

    def __init__(self, scheduler: Scheduler, bot_id: str) -> None:
        self.scheduler = scheduler
        self.bot_id = bot_id
        self.tabs: dict[str, list[Tab]] = {}
        self.owners: dict[UUID, str] = {}  # open jobs
        self.leaving = False

    @contextmanager
    def tab(self, visitor: str) -> Iterator[Tab]:
        """A tab that hears of the visitor's jobs while the context is open."""
        tab = Tab()
        tabs = self.tabs.setdefault(visitor, [])
        tabs.append(tab)
        if self.leaving:
            tab.end(Sign.BYE)
        if len(tabs) > TABS_OF_A_VISITOR:
            tabs[0].end()
        try:
            yield tab
        finally:
            tabs.remove(tab)
            if not tabs:
                self.forget(visitor)

    def forget(self, visitor: str) -> None:
        self.tabs.pop(visitor, None)
        for job_id in [job_id for job_id, owner in self.owners.items() if owner == visitor]:
            del self.owners[job_id]

    def note(self, visitor: str, jobs: Iterable[JobView]) -> None:
        """Whose the open jobs are: progress events do not say."""
        if visitor in self.tabs:
            self.owners.update({job.id: visitor for job in jobs if not job.status.ended})

    def deliver(self, event: JobEvent) -> None:
        """Hand an event to the tabs of its visitor."""
        visitor = event.user.partition(":")[2] if event.user else self.owners.get(event.job_id)
        if visitor not in self.tabs:
            return
        if event.kind == "ended":
            self.owners.pop(event.job_id, None)
        else:
            self.owners[event.job_id] = visitor
        for tab in list(self.tabs[visitor]):
            tab.put(event)

    def open_tabs(self) -> list[Tab]:
        return [tab for tabs in self.tabs.values() for tab in tabs]

    def leave(self) -> None:
        """End every tab's stream, and each that comes yet."""
        self.leaving = True
        for tab in self.open_tabs():
            tab.end(Sign.BYE)

    async def follow(self, stop: asyncio.Event) -> None:
        """Listen until `stop`, then leave."""
        async with asyncio.TaskGroup() as group:
            listener = group.create_task(self.listen(stop), name=f"{self.bot_id}.events")
            await stop.wait()
            self.leave()
            listener.cancel()

    async def listen(self, stop: asyncio.Event) -> None:
        """Stay on the scheduler's stream; the tabs are told of each gap in it."""
        silent = False
        while not stop.is_set():
            try:
                async for event in self.scheduler.bot_events(self.bot_id):
                    silent = False
                    self.deliver(event)
            except (Unreachable, Refused) as error:
                if not silent:
                    log.warning("web.events_cut", bot=self.bot_id, error=str(error))
                silent = True
            for tab in self.open_tabs():
                tab.put(Sign.GAP)
            await supervisor.sleep(PAUSE_SECONDS, stop)

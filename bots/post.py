"""One status message that this process owns: what is known of its job, and what it shows."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime

from bots.messenger import Address, Message, Screen
from bots.replies import progress
from bots.replies.translator import Translator
from scheduler.jobs.model import JobEvent, JobView, Status

Shown = tuple[object, ...]
Clock = Callable[[], float]  # seconds that only go forward


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds; tests are in more of a hurry."""

    claim: float = 5.0  # between two claims, unless something has ended
    poll: float = 5.0  # between two looks at a waiting job's place in line
    listen_again: float = 1.0  # after the event stream was cut off
    repeat: float = 10.0  # after an edit of unknown outcome
    retry: float = 30.0  # before a delivery that was handed back comes due again, doubled each time
    failure: float = 0.5  # after a failure of our own, doubled each time
    goodbye: float = 7.0  # for calls in flight when the process is told to stop


class Released(Exception):
    """The message is no longer this process's, or the process stops: leave it as it is."""


@dataclass(slots=True)
class Post:
    """Written to by the postman, read by the one task that edits the message."""

    job: JobView
    user: str  # "telegram:42"
    tr: Translator
    address: Address
    message: Message | None
    renewed_at: float  # when the claim was last renewed
    stored: bool  # whether the scheduler knows the message
    address_stored: bool = True  # False: it changed, and the scheduler does not know yet
    tries: int = 0
    due: bool = False
    ending: bool = False  # the job has ended; the claim that says how is under way
    over: bool = False  # posted, dead, handed back, lost, or the process stops
    quiet: bool = False  # the person deleted the message: silence until the result
    moved: bool = False  # came back from a worker that stopped, or could not do it
    why: str = ""  # what failed there, a code of JobError
    fraction: float | None = None
    seconds_left: float | None = None
    preview: int | None = None
    at_once: int = 0  # jobs that the plan runs at a time; 0: not asked yet
    shown: Shown | None = None
    shown_screen: Screen | None = None  # its words and buttons
    preview_shown: int | None = None
    edited_at: float | None = None  # the last progress edit
    unsure_at: float | None = None  # the last edit of unknown outcome
    unknown_calls: int = 0
    fresh_sends: int = 0  # for a message that was deleted
    halvings: int = 0  # of the size of its file, which the platform did not take
    posted: bool = False  # the result is shown; the scheduler may not know yet
    task: asyncio.Task[None] | None = None
    news: asyncio.Event = field(default_factory=asyncio.Event)

    def hear(self, event: JobEvent) -> None:
        """Take in a live event; those of an earlier attempt are late."""
        late = event.attempt < self.job.attempt or (self.moved and event.attempt == self.job.attempt)
        if self.due or (late and event.kind != "ended"):
            return
        match event.kind:
            case "running":
                self.learn_status(Status.RUNNING, event.attempt)
                self.moved, self.fraction, self.seconds_left, self.preview = False, None, None, None
            case "requeued":
                self.learn_status(Status.QUEUED, event.attempt)
                self.moved, self.fraction, self.seconds_left, self.preview = event.begun is not False, None, None, None
                self.why = event.why or ""
            case "progress":
                self.learn_status(Status.RUNNING, event.attempt)
                self.fraction, self.seconds_left = event.fraction, event.seconds_left
                self.preview = event.preview if event.preview is not None else self.preview
            case "ended":
                self.ending = True
            case "accepted" if self.job.status is Status.CREATED and event.status is Status.QUEUED:
                self.learn_status(Status.QUEUED, event.attempt)  # its time has come
            case "accepted":
                return
        self.news.set()

    def learn_status(self, status: Status, attempt: int) -> None:
        if (self.job.status, self.job.attempt) != (status, attempt):
            self.job = self.job.model_copy(update={"status": status, "attempt": attempt, "wait": None})

    def learn(self, job: JobView) -> None:
        """Take in the job as the scheduler tells it."""
        if self.due or job.attempt < self.job.attempt:
            return
        self.job = job
        self.moved = self.moved and job.status is not Status.RUNNING
        self.ending = self.ending or job.status.ended
        self.news.set()

    def show(self, key: Shown, screen: Screen, preview: int | None = None) -> None:
        """Remember what the message shows."""
        self.shown, self.shown_screen, self.preview_shown = key, screen, preview

    def differs(self, screen: Screen) -> bool:
        """Whether an edit would change what the person sees."""
        return screen != self.shown_screen or self.preview not in (None, self.preview_shown)

    def forget_message(self) -> None:
        """The message is not there any more."""
        self.message, self.stored = None, False
        self.shown = self.shown_screen = self.preview_shown = None

    def end(self) -> None:
        self.over = True
        self.news.set()

    async def pause(self, seconds: float) -> None:
        """Wait for news, no longer than `seconds`; raises Released when the message is not ours any more."""
        if not self.over:
            with suppress(TimeoutError):
                await asyncio.wait_for(self.news.wait(), seconds)
        self.news.clear()
        if self.over:
            raise Released

    async def wait(self, seconds: float, clock: Clock) -> None:
        """Wait `seconds`, whatever news come."""
        until = clock() + seconds
        while (left := until - clock()) > 0:
            await self.pause(left)

    def key(self) -> Shown:
        """What the message should say now; an equal key means nothing worth an edit has changed."""
        job = self.job
        if job.status is Status.RUNNING and not job.is_next:
            percent = int(self.fraction * 100) if self.fraction else 0
            return Status.RUNNING, percent, self.preview, job.cancel_requested
        wait = job.wait
        why = (wait.position, wait.why, wait.until) if wait else ()
        return Status.QUEUED, *why, self.moved, self.why, self.at_once, job.cancel_requested

    def screen(self, now: datetime, model: str | None) -> Screen:
        """The words for `key`, without a preview."""
        if self.job.status is Status.RUNNING and not self.job.is_next:
            return progress.running(self.job, self.tr, self.fraction, self.seconds_left)
        if self.job.status.ended or self.due:
            return progress.opening(self.job, self.tr, now, model=model)
        why = (self.why or "stopped") if self.moved else ""
        return progress.waiting(self.job, self.tr, now, model=model, at_once=self.at_once, moved=why)

"""Follows one status message from its first line to the result: one call at a time, whatever goes wrong between."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from weakref import WeakValueDictionary

import structlog

from bots.composing import Composer
from bots.messenger import Blocked, Failed, Gone, Later, Message, Moved, Screen, TooLarge, Unknown
from bots.pacing import Priority
from bots.post import Clock, Post, Released, Timing
from bots.writing import LONGEST_LOOK_SECONDS, Writer
from scheduler.client.session import Scheduler
from scheduler.deliveries.model import DeliveryState, Report
from scheduler.errors import Unreachable

log = structlog.get_logger(__name__)

MOST_AT_HAND = 24  # results that one bot holds in memory, each in its last moments before it is posted
QUIET_SECONDS = 60.0  # a wait for news that is ended by news
MOST_FRESH_SENDS = 1  # for a message that was deleted
MOST_HALVINGS = 3  # of a file that the platform does not take, though it said it would
MOST_UNKNOWN = 2  # calls of unknown outcome, before the delivery is handed back for later
MOST_TRIES = 20  # times a delivery is handed back
LONGEST_RETRY_SECONDS = 3_600.0
MOST_FAILURES = 3  # that nobody foresaw, in a row


class Deliverer:
    """One for each bot; `follow` runs once for each message, so no two calls to a message are ever in flight."""

    def __init__(self, scheduler: Scheduler, composer: Composer, writer: Writer, process: str, timing: Timing) -> None:
        self.scheduler = scheduler
        self.composer = composer
        self.writer = writer
        self.process = process
        self.timing = timing
        self.clock: Clock = writer.clock
        self.claim_seconds = 40.0  # as the scheduler said last
        self.hands = asyncio.Semaphore(MOST_AT_HAND)
        self.chats: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def follow(self, post: Post) -> None:
        """Keep the message until it is posted, handed back or no longer ours."""
        failures = 0
        try:
            while not post.over:
                try:
                    if failures >= MOST_FAILURES:
                        await self.give_way(post)
                    await self.advance(post)
                    failures = 0
                    continue
                except Released:
                    return
                except Unreachable:  # that ends; the postman logs it once
                    log.debug("delivery.waits", job=str(post.job.id))
                except Exception as error:  # the top of the task: the other messages go on
                    failures += 1
                    log.warning("delivery.failed", job=str(post.job.id), error=type(error).__name__, exc_info=True)
                await post.wait(self.timing.failure * 2**failures, self.clock)
        except Released:
            return

    async def advance(self, post: Post) -> None:
        """Make the next call, or wait until there is reason for one."""
        try:
            if post.due or not post.quiet:
                await self.open(post)
            if post.due:
                await self.deliver(post)
            else:
                await post.pause(await self.show(post))
        except Failed as failed:
            await self.mend(post, failed)

    async def open(self, post: Post) -> None:
        """Send the status line unless it is there, and let the scheduler keep what names it."""
        if post.message is None:
            screen = await self.composer.status(post)
            key = post.key()
            post.message = await self.write(post, screen, Priority.ANSWER)
            post.show(key, screen)
            post.stored, post.unknown_calls = False, 0
        if not post.stored:
            await self.report(post, self.state(post), message=post.message)
            post.stored = True

    async def show(self, post: Post) -> float:
        """Bring the message up to date if there is something new and room for it; returns how long to wait for news."""
        key, chat = post.key(), self.writer.messenger.chat(post.address)
        if post.quiet or post.ending or key == post.shown:
            return QUIET_SECONDS
        if post.edited_at is not None and (left := post.edited_at + chat.preview_seconds - self.clock()) > 0:
            return left
        screen = await self.composer.status(post)
        key = post.key()
        if not post.differs(screen):
            post.show(key, screen)
            return QUIET_SECONDS
        if wait := self.writer.wait_now(chat, Priority.PROGRESS):
            return wait
        number, preview = post.preview, await self.composer.preview(post)
        if post.due or not self.is_ours(post):
            return 0.0 if post.due else 1.0
        if wait := self.writer.turn_now(chat, Priority.PROGRESS):
            return wait
        post.edited_at = self.clock()
        shown = Screen(screen.text, preview, screen.buttons)
        post.message = await self.writer.call(post.address, post.message, shown)
        post.show(key, screen, number if preview else post.preview_shown)
        return 0.0

    async def deliver(self, post: Post) -> None:
        """Edit the message into the result. After an edit whose outcome is unknown, which may still land, once more."""
        if not post.posted:
            await self.write_result(post)
            if post.unsure_at is not None and (left := post.unsure_at + self.timing.repeat - self.clock()) > 0:
                await post.wait(left, self.clock)
                await self.write_result(post)
            post.posted = True
        await self.finish(post, DeliveryState.POSTED)

    async def write_result(self, post: Post) -> None:
        async with self.at_hand(post):
            screen = await self.composer.result(post)
            post.message = await self.write(post, screen, Priority.RESULT)

    @asynccontextmanager
    async def at_hand(self, post: Post) -> AsyncIterator[None]:
        """While the result may be in memory: it can go soon, and no other of its chat is: that would block the rest."""
        chat = self.writer.messenger.chat(post.address)
        async with self.chats.setdefault(chat.key, asyncio.Lock()):
            while True:
                async with self.hands:
                    if post.over:
                        raise Released
                    if self.writer.wait_now(chat, Priority.RESULT) <= LONGEST_LOOK_SECONDS:
                        yield
                        return
                await post.pause(LONGEST_LOOK_SECONDS)

    async def write(self, post: Post, screen: Screen, priority: Priority) -> Message:
        """One call in its turn, made only while the claim is surely ours for as long as a call may take."""
        chat = self.writer.messenger.chat(post.address)
        while True:
            while not self.is_ours(post):
                await post.pause(1.0)
            await self.writer.turn(chat, priority, post.pause)
            if not self.is_ours(post):
                continue  # a turn that is not taken at once is none: those who waited would all call together
            try:
                return await self.writer.call(post.address, post.message, screen)
            except Later:
                if priority is Priority.RESULT:  # it is not held in memory for so long
                    raise

    def is_ours(self, post: Post) -> bool:
        return self.clock() < post.renewed_at + self.claim_seconds / 2

    async def mend(self, post: Post, failed: Failed) -> None:
        """What follows from a call that did not work out."""
        match failed:
            case Later():
                return  # the budget knows when the next one may come
            case Gone() if post.fresh_sends >= MOST_FRESH_SENDS and post.due:
                await self.finish(post, DeliveryState.DEAD, error="message deleted")
            case Gone():
                post.forget_message()
                post.fresh_sends += post.due
                post.quiet = not post.due
            case TooLarge() if not post.due:
                return  # a preview
            case TooLarge() if post.halvings < MOST_HALVINGS:
                post.halvings += 1
            case TooLarge():
                await self.finish(post, DeliveryState.DEAD, error="too large")
            case Blocked():
                await self.finish(post, DeliveryState.DEAD, error="blocked")
            case Moved():
                post.address, post.address_stored = failed.address, False
                post.forget_message()
                await self.report(post, self.state(post))
            case Unknown():
                await self.mend_unknown(post)
            case _:
                raise failed

    async def mend_unknown(self, post: Post) -> None:
        """An edit can be repeated, and so can a status line; a result is always an edit."""
        if post.message is not None:
            post.unsure_at = self.clock()
            if not post.due:
                return  # a progress edit: the next one says more anyway
        post.unknown_calls += 1
        if post.due and post.unknown_calls >= MOST_UNKNOWN:
            await self.hand_back(post, error="unknown outcome")
        else:
            post.quiet = not post.due and post.unknown_calls >= MOST_UNKNOWN
            await post.wait(self.timing.repeat, self.clock)

    async def give_way(self, post: Post) -> None:
        """What fails again and again must not be tried without end: a result comes later, progress not at all."""
        if post.due:
            await self.hand_back(post, error="failed")
            raise Released
        post.quiet = True

    async def hand_back(self, post: Post, error: str) -> None:
        """Let any process of the bot try again later."""
        if post.tries >= MOST_TRIES:
            await self.finish(post, DeliveryState.DEAD, error=error)
            return
        seconds = min(self.timing.retry * 2**post.tries, LONGEST_RETRY_SECONDS)
        await self.report(post, DeliveryState.DUE, retry_after_seconds=seconds, error=error)
        log.info("delivery.handed_back", job=str(post.job.id), seconds=seconds)
        post.end()

    async def finish(self, post: Post, state: DeliveryState, error: str | None = None) -> None:
        await self.report(post, state, message=post.message, error=error)
        log.info("delivery.finished", job=str(post.job.id), state=state, error=error)
        post.end()

    async def report(
        self,
        post: Post,
        state: DeliveryState,
        *,
        message: Message | None = None,
        retry_after_seconds: float | None = None,
        error: str | None = None,
    ) -> None:
        """Tell the scheduler; raises Released when the delivery is no longer ours."""
        report = Report(
            process=self.process,
            state=state,
            message=message,
            address=None if post.address_stored else post.address,
            retry_after_seconds=retry_after_seconds,
            error=error,
        )
        if not await self.scheduler.report(post.job.id, report):
            log.info("delivery.lost", job=str(post.job.id))
            raise Released
        post.address_stored = True

    def state(self, post: Post) -> DeliveryState:
        return DeliveryState.DUE if post.due else DeliveryState.WAITING

"""Long polling in which an update is confirmed only when its effect is committed: a kill at any moment loses none."""

import asyncio
from contextlib import suppress
from typing import Any

import structlog
from aiogram import Bot
from aiogram.exceptions import (
    AiogramError,
    ClientDecodeError,
    TelegramConflictError,
    TelegramRetryAfter,
)
from aiogram.methods import DeleteWebhook, GetUpdates
from aiogram.types import Update
from pydantic import ValidationError

from bots.telegram.inbox import ALLOWED_UPDATES, Inbox

log = structlog.get_logger(__name__)

POLL_SECONDS = 30
ANSWER_SECONDS = 15  # beyond the poll, before the connection counts as broken
GOODBYE_SECONDS = 2
SOON_SECONDS = 1.0  # between two looks for new updates while some are open
LONGEST_PAUSE_SECONDS = 15.0


class Updates:
    """The loop over getUpdates. Its offset stays before the first update that is not handled; those that come while
    some are still open are fetched beside them, so that no slow chat holds up the others."""

    def __init__(self, bot: Bot, inbox: Inbox, group: asyncio.TaskGroup, stop: asyncio.Event) -> None:
        self.bot = bot
        self.inbox = inbox
        self.group = group
        self.stop = stop
        self.offset: int | None = None
        self.confirmed: int | None = None
        self.end: int | None = None  # after the last update that was seen
        self.begun: set[int] = set()  # numbers of updates from the offset on
        self.open: set[int] = set()  # those of them that are being handled
        self.again: set[int] = set()  # those that must come again, to the next process
        self.ended = asyncio.Event()
        self.failures = 0

    async def tick(self) -> bool:
        """Receive what came and begin to handle it; there is always more to wait for."""
        for update in await self.next_batch():
            self.end = update.update_id + 1
            if update.update_id not in self.begun:
                self.begun.add(update.update_id)
                self.open.add(update.update_id)
                self.group.create_task(self.handle(update))
        await self.settle(SOON_SECONDS)
        return True

    async def finish(self, seconds: float) -> None:
        """Let what was begun end, and confirm it: the next process shall not answer it again."""
        await self.settle(seconds)
        if self.offset != self.confirmed:
            with suppress(AiogramError):
                await self.bot(GetUpdates(offset=self.offset, limit=1, timeout=0), request_timeout=GOODBYE_SECONDS)

    async def handle(self, update: Update) -> None:
        if not await self.inbox.take(update):
            self.again.add(update.update_id)
        self.open.discard(update.update_id)
        self.ended.set()

    async def settle(self, seconds: float) -> None:
        """Wait until all that was begun is handled, but not long; then move the offset as far as that allows."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while self.open:
                    self.ended.clear()
                    await self.ended.wait()
        self.offset = min(self.open | self.again, default=self.end)
        self.begun = {number for number in self.begun if self.offset is not None and number >= self.offset}

    async def next_batch(self) -> list[Update]:
        """The updates that wait, or the next ones; none when the process is told to stop."""
        async with asyncio.TaskGroup() as group:
            stopped = group.create_task(self.stop.wait())
            poll = group.create_task(self.poll())
            await asyncio.wait({stopped, poll}, return_when=asyncio.FIRST_COMPLETED)
            stopped.cancel()
            poll.cancel()
        return [] if poll.cancelled() else poll.result()

    async def poll(self) -> list[Update]:
        seconds = 0 if self.open else POLL_SECONDS
        call = GetUpdates(offset=self.offset, timeout=seconds, allowed_updates=ALLOWED_UPDATES)
        self.confirmed = self.offset
        try:
            updates = await self.bot(call, request_timeout=POLL_SECONDS + ANSWER_SECONDS)
        except ClientDecodeError as error:
            if (readable := self.readable(error.data)) is not None:
                return readable
            await self.pause(error)
            return []
        except AiogramError as error:
            await self.pause(error)
            return []
        self.failures = 0
        return updates

    async def pause(self, error: AiogramError) -> None:
        """Obey a 429, take back a webhook that is in the way, wait after any other failure."""
        self.failures += 1
        self.confirmed = None
        log.warning("updates.failed", error=type(error).__name__, failures=self.failures)
        if isinstance(error, TelegramRetryAfter):
            await asyncio.sleep(error.retry_after)
        elif isinstance(error, TelegramConflictError) and "webhook" in error.message:
            await self.bot(DeleteWebhook(drop_pending_updates=False))
        else:
            await asyncio.sleep(min(0.25 * 2**self.failures, LONGEST_PAUSE_SECONDS))

    def readable(self, answer: Any) -> list[Update] | None:
        """The updates of an answer that aiogram does not understand as a whole: an odd one must not stop all others.
        None: it is no such answer."""
        if not isinstance(answer, dict) or not isinstance(answer.get("result"), list):
            return None
        found = []
        for raw in answer["result"]:
            try:
                found.append(Update.model_validate(raw, context={"bot": self.bot}))
            except ValidationError:
                log.warning("update.unreadable", update=raw["update_id"])
                found.append(Update(update_id=raw["update_id"]))
        return found

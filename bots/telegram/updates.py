"""Long polling in which an update is confirmed only when its effect is committed: a kill at any moment loses none."""

import asyncio
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
LONGEST_PAUSE_SECONDS = 15.0


class Updates:
    """The loop over getUpdates. Its offset moves when all of a batch are handled."""

    def __init__(self, bot: Bot, inbox: Inbox, stop: asyncio.Event) -> None:
        self.bot = bot
        self.inbox = inbox
        self.stop = stop
        self.offset: int | None = None
        self.confirmed: int | None = None
        self.failures = 0

    async def tick(self) -> bool:
        """Receive and handle one batch; there is always more to wait for."""
        updates = await self.next_batch()
        if updates:
            again = await self.inbox.take_all(updates)
            self.offset = min(again, default=updates[-1].update_id + 1)
        if self.stop.is_set() and self.offset != self.confirmed:
            await self.bot(GetUpdates(offset=self.offset, limit=1, timeout=0), request_timeout=GOODBYE_SECONDS)
        return True

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
        call = GetUpdates(offset=self.offset, timeout=POLL_SECONDS, allowed_updates=ALLOWED_UPDATES)
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

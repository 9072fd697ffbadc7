"""What every dialogue of one bot shares, and a place for answers that take longer than others may wait."""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any, TypeVar

import structlog
from aiogram import Bot

from bots.messenger import Address, Message, Screen
from bots.status import StatusBoard
from bots.writing import Writer
from scheduler.client.session import Scheduler

T = TypeVar("T")

log = structlog.get_logger(__name__)

LONGEST_WAIT_SECONDS = 3.0  # for a message to be written: a crowded chat must not hold up the others


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds, with a scheduler that does not answer; tests are in more of a hurry."""

    total: float = 60.0
    attempt: float = 6.0  # the scheduler counts as silent when it takes longer
    pause: float = 2.0  # between two attempts


class Desk:
    """One for each bot; `group` lives as long as the bot."""

    def __init__(
        self,
        bot: Bot,
        scheduler: Scheduler,
        board: StatusBoard,
        writer: Writer,
        group: asyncio.TaskGroup,
        stop: asyncio.Event,
        patience: Patience,
    ) -> None:
        self.bot = bot
        self.scheduler = scheduler
        self.board = board
        self.writer = writer
        self.group = group
        self.stop = stop  # the bot is told to stop: no more patience
        self.patience = patience
        self.under_way: set[asyncio.Task[Any]] = set()

    async def say(self, address: Address, screen: Screen, message: Message | None = None) -> Message | None:
        """Write an answer in its turn. None: it could not be written, or not soon; then it follows later."""
        return await self.soon(self.writer.say(address, screen, message))

    async def soon(self, work: Coroutine[Any, Any, T]) -> T | None:
        """Begin the work and wait for it a little; it goes on by itself."""
        task = self.group.create_task(guarded(work))
        self.under_way.add(task)
        task.add_done_callback(self.under_way.discard)
        done, _ = await asyncio.wait({task}, timeout=LONGEST_WAIT_SECONDS)
        return task.result() if done and not task.cancelled() else None

    async def finish(self, seconds: float) -> None:
        """Give what is under way so much time, and no more."""
        if self.under_way:
            _, late = await asyncio.wait(self.under_way, timeout=seconds)
            for task in late:
                task.cancel()


async def guarded(work: Coroutine[Any, Any, T]) -> T | None:
    """The top of a task beside the loops: a fault in one answer must not end the bot."""
    try:
        return await work
    except Exception as error:
        log.exception("answer.broken", error=type(error).__name__)
        return None

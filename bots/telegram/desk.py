"""What every dialogue of one bot shares, and a place for answers that take longer than others may wait."""

import asyncio
from collections import defaultdict
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

import structlog
from aiogram import Bot

from bots.making import Maker
from bots.messenger import Address, Message, Screen
from bots.status import StatusBoard
from bots.telegram.seal import Seal
from bots.writing import Writer
from scheduler.client.session import Scheduler

T = TypeVar("T")

log = structlog.get_logger(__name__)

LONGEST_WAIT_SECONDS = 3.0  # for a message to be written: a crowded chat must not hold up the others
FETCHED_AT_ONCE = 2  # pictures of people, held in memory
MOST_IN_A_CHAT = 10  # answers that wait for their turn


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
        makers: Sequence[Maker] = tuple(Maker),
    ) -> None:
        self.bot = bot
        self.seal = Seal.of(bot.token)
        self.scheduler = scheduler
        self.board = board
        self.writer = writer
        self.group = group
        self.stop = stop  # the bot is told to stop: no more patience
        self.patience = patience
        self.makers = makers  # the commands that this bot offers
        self.fetching = asyncio.Semaphore(FETCHED_AT_ONCE)
        self.under_way: defaultdict[int, set[asyncio.Task[Any]]] = defaultdict(set)  # by chat

    async def say(self, address: Address, screen: Screen, message: Message | None = None) -> Message | None:
        """Write an answer in its turn. None: it could not be written, or not soon; then it follows later. In a chat
        that asks faster than it may be written to, what is too much is left out."""
        line = self.under_way[address["chat_id"]]
        if len(line) >= MOST_IN_A_CHAT:
            log.info("answer.left_out")
            return None
        seconds = 0.0 if line else LONGEST_WAIT_SECONDS
        task = self.group.create_task(guarded(self.writer.say(address, screen, message)))
        line.add(task)
        task.add_done_callback(partial(self.forget, address["chat_id"]))
        done, _ = await asyncio.wait({task}, timeout=seconds)
        return task.result() if done and not task.cancelled() else None

    def forget(self, chat_id: int, task: asyncio.Task[Any]) -> None:
        self.under_way[chat_id].discard(task)
        if not self.under_way[chat_id]:
            del self.under_way[chat_id]

    async def finish(self, seconds: float) -> None:
        """Give what is under way so much time, and no more."""
        tasks = set().union(*self.under_way.values())
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=seconds)
            for task in late:
                task.cancel()


async def guarded(work: Coroutine[Any, Any, T]) -> T | None:
    """The top of a task beside the loops: a fault in one answer must not end the bot."""
    try:
        return await work
    except Exception as error:
        log.exception("answer.broken", error=type(error).__name__)
        return None

"""Calls to a platform, each in its turn: the budget is kept and a 429 is obeyed."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from bots.messenger import Address, Blocked, Chat, Failed, Later, Message, Messenger, Moved, Screen
from bots.pacing import Budget, Priority
from bots.post import Clock

log = structlog.get_logger(__name__)

LONGEST_LATER_SECONDS = 60.0  # an answer that would come later than this is not given at all
LONGEST_LOOK_SECONDS = 2.0  # between two looks at the budget: others may have left the line


class Writer:
    """One for each bot."""

    def __init__(self, messenger: Messenger, clock: Clock) -> None:
        self.messenger = messenger
        self.clock = clock
        self.budget = Budget(messenger.rate)

    async def turn(self, chat: Chat, priority: Priority, pause: Callable[[float], Awaitable[None]]) -> None:
        """Wait, by `pause`, until a call fits the budget, and count it."""
        ticket = self.budget.join(chat, priority)
        try:
            while wait := self.budget.take(ticket, self.clock()):
                await pause(min(wait, LONGEST_LOOK_SECONDS))
        finally:
            self.budget.leave(ticket)

    def turn_now(self, chat: Chat, priority: Priority) -> float:
        """Count a call that fits the budget now and return 0, or else the seconds until one may fit."""
        ticket = self.budget.join(chat, priority)
        try:
            return self.budget.take(ticket, self.clock())
        finally:
            self.budget.leave(ticket)

    def wait_now(self, chat: Chat, priority: Priority) -> float:
        """Seconds until a call may fit, without counting one."""
        ticket = self.budget.join(chat, priority)
        try:
            return self.budget.wait(ticket, self.clock())
        finally:
            self.budget.leave(ticket)

    async def call(self, address: Address, message: Message | None, screen: Screen) -> Message:
        """Edit the message, or send one when there is none. A 429 silences the chat before it is raised."""
        chat = self.messenger.chat(address)
        self.budget.begin(chat)
        try:
            if message is None:
                return await self.messenger.send(address, screen)
            return await self.messenger.edit(address, message, screen)
        except Later as later:
            log.warning("platform.slow_down", platform=self.messenger.platform, seconds=later.seconds)
            self.budget.hold(None if later.everywhere else chat, later.seconds, self.clock())
            raise
        finally:
            self.budget.end(chat, self.clock())

    async def say(
        self,
        address: Address,
        screen: Screen,
        message: Message | None = None,
        priority: Priority = Priority.ANSWER,
    ) -> Message | None:
        """An answer that belongs to no job. None when it could not be given: nothing is sent twice."""
        while True:
            await self.turn(self.messenger.chat(address), priority, asyncio.sleep)
            try:
                return await self.call(address, message, screen)
            except Later as later:
                if later.seconds > LONGEST_LATER_SECONDS:
                    return None
            except Moved as moved:
                address = moved.address
            except Failed as failed:
                level = log.info if isinstance(failed, Blocked) else log.warning
                level("answer.failed", platform=self.messenger.platform, error=type(failed).__name__)
                return None

"""Handles updates: side by side, in order within a chat, each once as long as this process remembers it."""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Protocol
from weakref import WeakValueDictionary

import structlog
from aiogram.types import Update

log = structlog.get_logger(__name__)

ALLOWED_UPDATES = ["message", "callback_query"]  # edited messages ask for nothing
MOST_REMEMBERED = 2_000


class Dispatch(Protocol):
    """Finds the handler of an update and awaits it; `until` is when its patience ends, in the loop's time."""

    async def __call__(self, update: Update, *, until: float) -> object: ...


class Interrupted(Exception):
    """The process stops before the effect of an update is committed: it must come again."""


class Inbox:
    """What both ways of receiving, long polling and webhook, hand their updates to."""

    def __init__(self, dispatch: Dispatch, patience_seconds: float, stop: asyncio.Event) -> None:
        self.dispatch = dispatch
        self.patience_seconds = patience_seconds
        self.stop = stop
        self.lanes: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()
        self.handled: OrderedDict[str, None] = OrderedDict()

    async def take(self, update: Update) -> bool:
        """Handle one update; True once its effect is committed, False if it must come again. Telegram may deliver the
        same one repeatedly."""
        until = asyncio.get_running_loop().time() + self.patience_seconds
        name = name_of(update)
        if name is None:
            return True
        async with self.lane(chat_of(update)):
            if name in self.handled:
                return True
            if self.stop.is_set():
                return False  # a chat's line must not hold up the end: the next process begins with it
            try:
                await self.dispatch(update, until=until)
            except Interrupted:
                return False
            except Exception as error:  # a fault of ours must not hold up all other chats for ever
                log.exception("update.failed", error=type(error).__name__)
            self.remember(name)
            return True

    @asynccontextmanager
    async def lane(self, chat_id: int) -> AsyncIterator[None]:
        """One update of a chat at a time, in the order they came; locks that nobody holds vanish."""
        lock = self.lanes.setdefault(chat_id, asyncio.Lock())
        async with lock:
            yield

    def remember(self, name: str) -> None:
        self.handled[name] = None
        while len(self.handled) > MOST_REMEMBERED:
            self.handled.popitem(last=False)


def chat_of(update: Update) -> int:
    """The chat an update came from; 0 where it has none."""
    if update.message:
        return update.message.chat.id
    if update.callback_query and update.callback_query.message:
        return update.callback_query.message.chat.id
    return 0


def name_of(update: Update) -> str | None:
    """What tells an update from others for ever, its number being used anew after a quiet week; None: not for us."""
    if update.message:
        return f"{update.message.chat.id}:{update.message.message_id}"
    if update.callback_query:
        return f"cb:{update.callback_query.id}"
    return None

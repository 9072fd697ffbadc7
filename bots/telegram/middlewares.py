"""Around every handler: who is speaking, and what is turned down put into words, once for all."""

from collections.abc import Awaitable, Callable
from typing import Any

from aiogram import BaseMiddleware
from aiogram.types import CallbackQuery, Message, TelegramObject
from aiogram.types import User as Person

from bots.commands import CommandError
from bots.messenger import Address
from bots.telegram.desk import Desk
from bots.telegram.talk import Press, Talk
from scheduler.errors import Refused, Unreachable

Handler = Callable[[TelegramObject, dict[str, Any]], Awaitable[Any]]


class Introduction(BaseMiddleware):
    """Gives the handler its `talk`. Bots, channels and anonymous admins are nobody whose account could pay."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    async def __call__(self, handler: Handler, event: TelegramObject, data: dict[str, Any]) -> Any:
        talk = self.talk_with(data.get("event_from_user"), event, data["until"])
        if talk is None:
            return None
        try:
            return await handler(event, data | {"talk": talk})
        finally:
            await talk.close()

    def talk_with(self, person: Person | None, event: TelegramObject, until: float) -> Talk | None:
        if person is None or person.is_bot:
            return None
        if isinstance(event, Message):
            return Talk(self.desk, person, place(event), event.message_id, self.message_key(event), until)
        if isinstance(event, CallbackQuery) and event.message is not None:
            where = place(event.message) if isinstance(event.message, Message) else {"chat_id": event.message.chat.id}
            key = f"{self.desk.bot.id}:cb:{event.id}"
            return Press(self.desk, person, where, event.message.message_id, key, until, event)
        return None

    def message_key(self, message: Message) -> str:
        return event_key(self.desk.bot.id, message)


class Refusals(BaseMiddleware):
    """Turns refusals and an unreachable scheduler into words."""

    async def __call__(self, handler: Handler, event: TelegramObject, data: dict[str, Any]) -> Any:
        talk: Talk = data["talk"]
        try:
            return await handler(event, data)
        except (CommandError, Refused) as error:
            await talk.refuse(error)
        except Unreachable:
            await talk.give_up()


def event_key(bot: int, message: Message) -> str:
    """The idempotency key of a message, by the account of the bot: a bot with another token counts messages anew."""
    return f"{bot}:{message.chat.id}:{message.message_id}"


def place(message: Message) -> Address:
    """The chat, and the topic where it has topics."""
    if message.is_topic_message and message.message_thread_id:
        return {"chat_id": message.chat.id, "thread_id": message.message_thread_id}
    return {"chat_id": message.chat.id}

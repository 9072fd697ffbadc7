"""/admin, for admins in their private chats; to all others it is no command."""

from aiogram.dispatcher.event.bases import SkipHandler
from aiogram.filters import CommandObject
from aiogram.types import Message

from bots import admin as acts
from bots.telegram.talk import Talk


async def admin(_: Message, command: CommandObject, talk: Talk) -> None:
    screen = await talk.ask(acts.answer, talk.user, command.args or "", talk.tr, key=talk.key)
    if screen is None:
        raise SkipHandler
    await talk.say(screen)

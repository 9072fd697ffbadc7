"""/help and its button: what the bot can do."""

from aiogram.types import CallbackQuery, Message

from bots.replies import welcome
from bots.telegram.talk import Press, Talk


async def help_(_: Message, talk: Talk) -> None:
    await talk.say(welcome.help_(talk.tr, plain_words=talk.is_private))


async def help_pressed(_: CallbackQuery, talk: Press) -> None:
    await talk.toast()
    await talk.say(welcome.help_(talk.tr, plain_words=talk.is_private))

"""/help and its button: what the bot can do."""

import asyncio

from aiogram.types import CallbackQuery, Message

from bots import models
from bots.replies import welcome
from bots.telegram.talk import Press, Talk

NAMES_SECONDS = 3.0  # for the names of the models; help comes without them where the scheduler is silent


async def help_(_: Message, talk: Talk) -> None:
    await talk.say(welcome.help_(talk.tr, await names(talk), talk.desk.makers, plain_words=talk.is_private))


async def help_pressed(_: CallbackQuery, talk: Press) -> None:
    await talk.toast()
    await talk.say(welcome.help_(talk.tr, await names(talk), talk.desk.makers, plain_words=talk.is_private))


async def names(talk: Talk) -> list[str]:
    if not talk.is_private:  # the flags are for plain words
        return []
    try:
        async with asyncio.timeout(NAMES_SECONDS):
            return await models.names(talk.user)
    except TimeoutError:
        return []

"""/help and its button: what the bot can do."""

import asyncio

from aiogram.types import CallbackQuery, Message

from bots import models
from bots.making import shown
from bots.models import Known
from bots.replies import welcome
from bots.telegram.talk import Press, Talk

NAMES_SECONDS = 3.0  # for the names of the models; help comes without them where the scheduler is silent


async def help_(_: Message, talk: Talk) -> None:
    await say(talk)


async def help_pressed(_: CallbackQuery, talk: Press) -> None:
    await talk.toast()
    await say(talk)


async def say(talk: Talk) -> None:
    names, answers = await known(talk)
    makers = shown(talk.desk.makers, answers=answers)
    await talk.say(welcome.help_(talk.tr, names, makers, plain_words=talk.is_private))


async def known(talk: Talk) -> Known:
    try:
        async with asyncio.timeout(NAMES_SECONDS):
            return await models.known(talk.user)
    except TimeoutError:
        return Known()

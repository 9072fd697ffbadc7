"""/start: the greeting."""

from aiogram.types import Message

from bots import models
from bots.making import shown
from bots.replies import welcome
from bots.telegram import menu
from bots.telegram.talk import Talk


async def start(message: Message, talk: Talk) -> None:
    account = await talk.ask(talk.user.me)
    await talk.say(welcome.start(account, talk.tr, name=talk.name, plain_words=talk.is_private))
    if account.is_admin and talk.is_private:
        makers = shown(talk.desk.makers, answers=(await models.known(talk.user)).answers)
        await menu.show_admin_commands(talk.desk.bot, makers, message.chat.id, talk.tr)

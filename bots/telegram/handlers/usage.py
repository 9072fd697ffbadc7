"""/usage: the plan, today, and the last weeks."""

from datetime import UTC, datetime

from aiogram.types import Message

from bots.replies import account as replies
from bots.telegram.talk import Talk

DAYS = 30


async def usage(_: Message, talk: Talk) -> None:
    account = await talk.ask(talk.user.me)
    days = await talk.ask(talk.user.usage, DAYS)
    await talk.say(replies.usage(account, days.days, talk.tr, datetime.now(UTC)))

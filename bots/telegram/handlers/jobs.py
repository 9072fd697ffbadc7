"""/jobs: the newest ones, and how they stand."""

from datetime import UTC, datetime

from aiogram.types import Message

from bots.replies import jobs as replies
from bots.telegram.talk import Talk


async def jobs(_: Message, talk: Talk) -> None:
    found = await talk.ask(talk.user.jobs, limit=replies.MOST_JOBS)
    await talk.say(replies.listing(found.jobs, talk.tr, datetime.now(UTC)))

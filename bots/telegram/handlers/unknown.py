"""What the bot cannot read: a short word in private chats, silence in groups."""

from aiogram.types import CallbackQuery, Message

from bots.making import shown
from bots.replies import welcome
from bots.replies.jobs import Note
from bots.telegram.talk import Press, Talk


async def unknown_command(_: Message, talk: Talk) -> None:
    await talk.say(welcome.unknown_command(talk.tr))


async def no_words(_: Message, talk: Talk) -> None:
    """A sticker, a voice note, a picture without words."""
    await talk.say(welcome.help_(talk.tr, makers=shown(talk.desk.makers, answers=False)))


async def unknown_button(_: CallbackQuery, talk: Press) -> None:
    await talk.note(Note.UNKNOWN)

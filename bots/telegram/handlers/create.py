"""What makes something: commands, plain words in a private chat, and buttons that ask for the same words again."""

from aiogram.filters import Command, CommandObject
from aiogram.types import CallbackQuery, Message

from bots import commands, making, repeats
from bots.buttons import Action
from bots.making import Maker
from bots.replies import welcome
from bots.replies.jobs import Note
from bots.telegram import pictures
from bots.telegram.middlewares import event_key
from bots.telegram.talk import Press, Talk
from scheduler.catalogue.model import Capability
from scheduler.jobs.model import JobRequest

FROM_PICTURES = (Capability.IMAGE, Capability.VIDEO)


async def make(message: Message, command: CommandObject, talk: Talk) -> None:
    request = making.parse(Maker(command.command.lower()), command.args or "")
    await talk.order(await starting_from(message, talk, request))


async def plain_words(message: Message, talk: Talk) -> None:
    request = making.parse(talk.desk.makers[0], message.text or message.caption or "")
    await talk.order(await starting_from(message, talk, request))


async def starting_from(message: Message, talk: Talk, request: JobRequest) -> JobRequest:
    """The request with the picture that the message shows or answers, if there is one and it is of use."""
    talk.helps = message.reply_to_message is None or not pictures.file_in(message.reply_to_message)
    if request.capability not in FROM_PICTURES:
        return request
    picture = await pictures.picture_for(message, talk)
    return request.model_copy(update={"picture": picture}) if picture else request


async def surprise(callback: CallbackQuery, talk: Press) -> None:
    prompt = welcome.surprise(talk.tr, int(callback.id) if callback.id.isdecimal() else 0)
    await talk.order(commands.parse_imagine(prompt))


async def reword(_: CallbackQuery, talk: Press, action: Action, subject: str) -> None:
    """The words stand in the message that the pressed one answers."""
    original = talk.pressed.reply_to_message if talk.pressed else None
    words = (original.text or original.caption) if original else None
    if original is None or not words:
        await talk.note(Note.UNKNOWN)
        return
    request = await starting_from(original, talk, written_in(words, talk.desk.makers[0]))
    talk.quoted, talk.helps = original.message_id, True
    if action is Action.RETRY:  # under the key of the first try, in case that one did pass
        await talk.order(request, event_key(talk.desk.bot.id, original))
    else:
        await talk.order(repeats.mended(request, action, subject))


def written_in(text: str, usual: Maker) -> JobRequest:
    """What a message asks for; plain words are those of the usual command."""
    if not text.startswith("/"):
        return making.parse(usual, text)
    command = Command.extract_command(text)
    name = command.command.lower()
    return making.parse(Maker(name) if name in set(Maker) else usual, command.args or "")

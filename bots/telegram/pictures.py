"""The picture that a message starts from: its own, that of the message it answers, or a result of ours by its job."""

from uuid import UUID

from aiogram.exceptions import AiogramError, TelegramBadRequest
from aiogram.types import Document, Message, PhotoSize

from bots import buttons, repeats
from bots.telegram.talk import Talk
from scheduler.errors import Code, Refused, Unreachable
from scheduler.uploads.model import LARGEST_FILE, TAKEN


async def picture_for(message: Message, talk: Talk) -> UUID | None:
    """What the words beside it are about; None where there is no picture."""
    if found := file_in(message):
        return await uploaded(found, talk)
    original = message.reply_to_message
    return await picture_in(original, talk) if original else None


async def picture_in(message: Message, talk: Talk) -> UUID | None:
    """The picture of a message: the finished one itself where it is the person's own, else as the chat shows it."""
    found = file_in(message)
    if found is None:
        return None
    return await finished(message, talk) or await uploaded(found, talk)


def file_in(message: Message) -> PhotoSize | Document | None:
    """The photo in its largest size, or a picture that was sent as a file."""
    if message.photo:
        return message.photo[-1]
    return message.document if message.document and message.document.mime_type in TAKEN else None


async def finished(message: Message, talk: Talk) -> UUID | None:
    """The one artifact of the job that the buttons under a message name, if it is the person's."""
    rows = message.reply_markup.inline_keyboard if message.reply_markup else []
    subjects = [read[1] for row in rows for button in row if (read := buttons.read(button.callback_data or ""))]
    job_id = next((found for subject in subjects if (found := buttons.job_id(subject.partition(":")[0]))), None)
    if job_id is None or message.from_user is None or message.from_user.id != talk.desk.bot.id:
        return None
    try:
        film = repeats.animated(await talk.ask(talk.user.job, job_id))
    except Refused:  # somebody else's
        return None
    return film.picture if film else None


async def uploaded(file: PhotoSize | Document, talk: Talk) -> UUID:
    """Fetch the file and give it to the scheduler; the same file again is the same upload."""
    if (file.file_size or 0) > LARGEST_FILE:
        raise Refused.because(Code.PICTURE_UNFIT, fault="too_many_bytes", limit=LARGEST_FILE)
    async with talk.desk.fetching:
        content = await talk.ask(fetched, file, talk)
        kind = (file.mime_type if isinstance(file, Document) else None) or "image/jpeg"
        upload = await talk.ask(talk.user.upload, content, kind)
    return upload.id


async def fetched(file: PhotoSize | Document, talk: Talk) -> bytes:
    try:
        content = await talk.desk.bot.download(file.file_id)
    except TelegramBadRequest:
        raise Refused.because(Code.NOT_FOUND, what="picture") from None
    except (TimeoutError, AiogramError, OSError) as error:
        raise Unreachable("the platform gave no file") from error
    return content.read() if content else b""

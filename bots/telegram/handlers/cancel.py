"""/cancel and its button; only who asked for a picture can stop it."""

from datetime import UTC, datetime

from aiogram.types import CallbackQuery, Message

from bots import buttons
from bots.messenger import Screen
from bots.replies import jobs as replies
from bots.replies.jobs import Note
from bots.telegram.talk import Press, Talk
from scheduler.errors import Code, Refused
from scheduler.jobs.model import JobView, Status


async def cancel(_: Message, talk: Talk) -> None:
    """Stop the only job that is open; among several the person chooses."""
    found = await talk.ask(talk.user.jobs, limit=replies.MOST_JOBS, open_only=True)
    going = [job for job in found.jobs if not job.cancel_requested]
    if len(going) > 1:
        await talk.say(replies.listing(going, talk.tr, datetime.now(UTC)))
    elif going:
        await talk.say(Screen(replies.note(noted(await talk.ask(talk.user.cancel, going[0].id)), talk.tr)))
    else:
        await talk.say(replies.nothing_to_cancel(talk.tr))


async def cancel_pressed(_: CallbackQuery, talk: Press, subject: str) -> None:
    job_id = buttons.job_id(subject.partition(":")[0])
    if job_id is None:
        await talk.note(Note.UNKNOWN)
        return
    try:
        await talk.note(noted(await talk.ask(talk.user.cancel, job_id)))
    except Refused as error:
        if error.refusal.code not in (Code.NOT_FOUND, Code.FORBIDDEN):
            raise
        await talk.note(Note.UNKNOWN if talk.is_private else Note.NOT_YOURS)


def noted(job: JobView) -> Note:
    """What became of the wish to stop it."""
    return Note.OVER if job.status in (Status.COMPLETED, Status.FAILED) else Note.CANCELLING

"""The buttons under a picture: again, variation, larger, try again, make it again, and the whole prompt.

They name the job, so they work for ever; whoever presses pays, with their own plan.
"""

from aiogram.types import CallbackQuery

from bots import buttons, commands
from bots.buttons import Action
from bots.messenger import Screen
from bots.replies import results
from bots.replies.jobs import Note
from bots.telegram.talk import Press
from scheduler.errors import Code, Refused
from scheduler.jobs.model import JobRequest, JobView

NEEDS_SOURCE = (Action.VARY, Action.LARGER)


async def repeat(_: CallbackQuery, talk: Press, action: Action, subject: str) -> None:
    job = await job_named(talk, subject)
    if job is None:
        await talk.note(Note.UNKNOWN)
    elif action in NEEDS_SOURCE and results.has_expired(job):
        await talk.toast()
        await talk.say(results.quote(job, talk.tr))
    elif request := await request_for(talk, action, job):
        await talk.order(request)
    else:
        await talk.note(Note.TOO_LARGE)


async def more(_: CallbackQuery, talk: Press, subject: str) -> None:
    """The prompt as a whole."""
    job = await job_named(talk, subject)
    if job is None:
        await talk.note(Note.UNKNOWN)
        return
    await talk.toast()
    await talk.say(Screen(job.prompt))


async def job_named(talk: Press, subject: str) -> JobView | None:
    """The job of a button. Somebody else's is read for its words and sizes: it is no parent of what comes of it."""
    job_id = buttons.job_id(subject)
    if job_id is None:
        return None
    try:
        return await talk.ask(talk.user.job, job_id)
    except Refused as error:
        if error.refusal.code is not Code.NOT_FOUND or talk.is_private:
            raise
        return None


async def request_for(talk: Press, action: Action, job: JobView) -> JobRequest | None:
    """What the button asks for; None when the plan has no room for it."""
    match action:
        case Action.VARY:
            return commands.variation(job)
        case Action.LARGER:
            account = await talk.ask(talk.user.me)
            return commands.larger(job, account.plan.max_resolution)
        case Action.RETRY | Action.REMAKE:
            return commands.retry(job)
        case _:
            return commands.again(job)

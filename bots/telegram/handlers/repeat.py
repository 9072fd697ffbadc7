"""The buttons under a result: again, variation, larger, try again, make it again, voice note, and the whole prompt.

They name the job, so they work for ever; whoever presses pays, with their own plan.
"""

from dataclasses import dataclass, replace

from aiogram.types import CallbackQuery

from bots import buttons, files, repeats
from bots.buttons import Action
from bots.messenger import Screen
from bots.replies import results
from bots.replies.jobs import Note
from bots.telegram import pictures
from bots.telegram.talk import PLATFORM, Press
from scheduler.artifacts.model import Variant
from scheduler.catalogue.model import Capability
from scheduler.jobs.model import JobRequest, JobView

NEEDS_SOURCE = (Action.VARY, Action.LARGER)


@dataclass(frozen=True, slots=True)
class Named:
    """The job of a button, and whose it is: what was posted in the chat, anybody there may go on from."""

    job: JobView
    owner: int


async def repeat(_: CallbackQuery, talk: Press, action: Action, subject: str) -> None:
    named = await job_named(talk, subject)
    if named is None:
        await talk.note(Note.UNKNOWN)
    elif action is Action.ANIMATE:
        await animate(talk, named)
    elif action in NEEDS_SOURCE and results.has_expired(named.job):
        await talk.toast()
        await talk.say(results.quote(named.job, talk.tr), owner=named.owner)
    elif request := await request_for(talk, action, named.job):
        await talk.order(request)
    else:
        await talk.note(Note.TOO_LARGE)


async def animate(talk: Press, named: Named) -> None:
    """A video of the picture: somebody else's as the chat shows it."""
    request = repeats.animated(named.job)
    if request is None:
        await talk.toast()
        await talk.say(results.quote(named.job, talk.tr), owner=named.owner)
        return
    if named.owner != talk.person_id:
        picture = await pictures.picture_in(talk.pressed, talk) if talk.pressed else None
        if picture is None:
            await talk.note(Note.UNKNOWN)
            return
        request = request.model_copy(update={"picture": picture})
    await talk.order(request)


async def voice(_: CallbackQuery, talk: Press, subject: str) -> None:
    """The speech as a voice note, below the message that has it as a sound."""
    named = await job_named(talk, subject)
    if named is None or named.job.capability is not Capability.AUDIO or not named.job.artifacts:
        await talk.note(Note.UNKNOWN)
        return
    await talk.toast()
    if results.has_expired(named.job):
        await talk.say(results.quote(named.job, talk.tr), owner=named.owner)
        return
    owner = talk.desk.scheduler.acting_for(f"{PLATFORM}:{named.owner}")
    sound = await talk.ask(files.file, owner, named.job, named.job.artifacts[0], Variant.ORIGINAL)
    await talk.say(Screen("", replace(sound, kind="voice")))


async def more(_: CallbackQuery, talk: Press, subject: str) -> None:
    """The prompt as a whole."""
    named = await job_named(talk, subject)
    if named is None:
        await talk.note(Note.UNKNOWN)
        return
    await talk.toast()
    await talk.say(Screen(named.job.prompt))


async def job_named(talk: Press, subject: str) -> Named | None:
    """The job, and whether it is the presser's own; in a group a button that is really ours also says whose it is.

    Whatever else is named is looked for among the presser's own.
    """
    name, owner = (*subject.split(":"), "")[:2]
    job_id = buttons.job_id(name)
    if job_id is None:
        return None
    is_theirs = owner.isdecimal() and int(owner) != talk.person_id
    if not is_theirs or talk.is_private or not talk.is_real:
        return Named(await talk.ask(talk.user.job, job_id), talk.person_id)
    theirs = talk.desk.scheduler.acting_for(f"{PLATFORM}:{owner}")
    return Named(await talk.ask(theirs.job, job_id), int(owner))


async def request_for(talk: Press, action: Action, job: JobView) -> JobRequest | None:
    """What the button asks for; None when the plan has no room for it."""
    match action:
        case Action.VARY:
            return repeats.variation(job)
        case Action.LARGER:
            account = await talk.ask(talk.user.me)
            return repeats.larger(job, account.plan.max_resolution)
        case Action.RETRY | Action.REMAKE:
            return repeats.retry(job)
        case _:
            return repeats.again(job)

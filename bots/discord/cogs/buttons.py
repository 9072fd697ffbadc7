"""What buttons do; each names its job, so that it works for ever and after any restart."""

import random
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from uuid import UUID

from bots import commands, repeats
from bots.buttons import Action, job_id, read
from bots.discord.client import Act
from bots.discord.cogs.help import words as help_words
from bots.discord.desk import ref, translator
from bots.discord.place import place_of
from bots.discord.screens import pressed
from bots.discord.words import read_words
from bots.files import Brought
from bots.messenger import Screen
from bots.replies import results, welcome
from bots.replies.jobs import Note, note
from scheduler.errors import Code, Refused
from scheduler.jobs.model import JobRequest, JobView, Status


@dataclass(frozen=True, slots=True)
class Press:
    """A button somebody pressed, under a message that belongs to `owner`."""

    act: Act
    action: Action
    subject: str
    owner: str  # user id

    @property
    def by_owner(self) -> bool:
        return str(self.act.user.id) == self.owner

    @property
    def job_id(self) -> UUID:
        """The job the button names."""
        if (found := job_id(self.subject)) is None:
            raise Refused.because(Code.NOT_FOUND, what="job")
        return found

    async def job(self) -> JobView:
        """The job, as its owner sees it: whoever sees the picture may go on from it."""
        return await self.act.client.desk.scheduler.acting_for(ref(self.owner)).job(self.job_id)


async def on_press(act: Act) -> None:
    """Do what the pressed button says; a button that no version of Tessera made is left alone."""
    data, owner = pressed(str(dict(act.data or {}).get("custom_id")))
    said = read(data)
    if said is None:
        return
    press = Press(act, said[0], said[1], owner)
    if press.action in WHISPERS:
        await act.client.desk.privately(act, WHISPERS[press.action](press))
    else:
        await act.client.desk.paint(act, wanted(press))


async def wanted(press: Press) -> JobRequest | Screen:
    """The request that a button stands for, or what to say instead."""
    match press.action:
        case Action.SURPRISE:
            return commands.imagine(welcome.surprise(translator(press.act), random.randrange(welcome.SURPRISES)))
        case Action.USE | Action.FIT | Action.FEWER | Action.SHORTER | Action.BRIEFER:
            return repeats.mended(words(press), press.action, press.subject)
        case Action.RETRY if not press.subject:
            return words(press)
        case _:
            return await repeated(press, await press.job())


async def repeated(press: Press, job: JobView) -> JobRequest | Screen:
    """The request for one more picture like the job's."""
    tr = translator(press.act)
    match press.action:
        case Action.VARY | Action.LARGER if press.by_owner and results.has_expired(job):
            return results.quote(job, tr)
        case Action.VARY:
            return repeats.variation(job)
        case Action.ANIMATE:
            return await animated(press, job) or results.quote(job, tr)
        case Action.RETRY | Action.REMAKE:
            return repeats.retry(job)
        case Action.LARGER:
            account = await press.act.client.desk.user(press.act).me()
            request = repeats.larger(job, account.plan.max_resolution)
            return request or Screen(note(Note.TOO_LARGE, tr))
        case _:
            return repeats.again(job)


async def animated(press: Press, job: JobView) -> JobRequest | None:
    """A video of the picture; of somebody else's the presser gets a copy to start from."""
    request, desk = repeats.animated(job), press.act.client.desk
    if request is None or request.picture is None or press.by_owner:
        return request
    [artifact] = job.artifacts
    content = await desk.scheduler.acting_for(ref(press.owner)).artifact_bytes(artifact)
    copy = await desk.user(press.act).upload(content, f"image/{artifact.format}")
    return request.model_copy(update={"picture": copy.id})


def words(press: Press) -> JobRequest:
    """What was asked for, from the message under which the button stands."""
    if (found := read_words(press.act.message)) is None:
        raise Refused.because(Code.NOT_FOUND, what="words")
    return found.request()


async def cancel(press: Press) -> Screen:
    tr = translator(press.act)
    if not press.by_owner:
        return Screen(note(Note.NOT_YOURS, tr))
    job = await press.act.client.desk.user(press.act).cancel(press.job_id)
    stops = job.status is Status.CANCELLED or job.cancel_requested
    return Screen(note(Note.CANCELLING if stops else Note.OVER, tr))


async def more(press: Press) -> Screen:
    """The whole prompt."""
    return Screen((await press.job()).prompt)


async def help_(press: Press) -> Screen:
    return await help_words(press.act)


async def show(press: Press) -> Screen:
    """What was made once more."""
    desk, tr, job = press.act.client.desk, translator(press.act), await press.job()
    user, limits = desk.user(press.act), desk.messenger.limits_at(place_of(press.act).address())
    brought = await desk.files.bring(user, job, limits) if press.by_owner else Brought()
    return results.ended(
        job,
        tr,
        await user.me(),
        job.model,
        brought.picture,
        brought.text,
        limits.characters,
        originals=brought.originals,
    )


WHISPERS: Mapping[Action, Callable[[Press], Awaitable[Screen]]] = {
    Action.CANCEL: cancel,
    Action.MORE: more,
    Action.HELP: help_,
    Action.SHOW: show,
}

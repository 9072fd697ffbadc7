"""POST /chat: one message, a command or plain words."""

from aiohttp import web

from bots import commands, making, models
from bots.commands import CommandError, Mistake
from bots.making import Maker
from bots.messenger import Screen
from bots.replies import account as account_replies
from bots.replies import jobs as job_replies
from bots.replies import welcome
from bots.replies.jobs import Note
from bots.web.cards import button_views, purse
from bots.web.changes import changed
from bots.web.edge import answered
from bots.web.model import Answer, Kind, Said
from bots.web.site import Visit, visit
from scheduler.catalogue.model import Capability
from scheduler.jobs.model import SEED_LIMIT, JobRequest

USAGE_DAYS = 7


async def say(request: web.Request) -> web.Response:
    here = visit(request)
    return answered(await reply(here, Said.model_validate_json(await request.read())))


async def reply(here: Visit, said: Said) -> Answer:
    makers = making.offered(here.site.bot.capabilities)
    match split(said.text):
        case "", words:
            return await make(here, said, makers[0], words)
        case name, words if name in makers:
            return await make(here, said, Maker(name), words)
        case "usage", _:
            return await usage(here)
        case "jobs", _:
            return note(
                job_replies.listing((await here.user.jobs(limit=job_replies.MOST_JOBS)).jobs, here.tr, here.now)
            )
        case "cancel", _:
            return await cancel_newest(here)
        case "help", _:
            names, answers = await models.known(here.user)
            return note(welcome.help_(here.tr, names, making.shown(makers, answers=answers)))
        case "start", _:
            return note(welcome.start(await here.user.me(), here.tr))
        case _:
            return Answer(kind=Kind.REFUSAL, text=welcome.unknown_command(here.tr).text, edit=True)


def split(text: str) -> tuple[str, str]:
    """The command without its slash, "" for plain words, and what follows it."""
    text = text.strip()
    if not text.startswith("/"):
        return "", text
    name, *rest = text.split(None, 1)
    return name[1:].lower() or "/", rest[0] if rest else ""


async def make(here: Visit, said: Said, maker: Maker, words: str) -> Answer:
    request = changed(with_choices(making.parse(maker, words), said), said)
    return await here.about((await here.submit(request, said.id)).job)


def with_choices(request: JobRequest, said: Said) -> JobRequest:
    """The request, completed by what is chosen beside the field and fits it; what the words say counts more."""
    choices: dict[str, object] = {}
    pictures = request.capability is Capability.IMAGE  # what is chosen there is a model of pictures
    if said.size and request.width is None and (pictures or request.capability is Capability.VIDEO):
        choices["width"], choices["height"] = commands.size(said.size)
    if said.picture and (pictures or request.capability is Capability.VIDEO):
        choices["picture"] = said.picture
    if said.model and request.model is None and pictures:
        choices["model"] = said.model
    if said.seed is not None and request.seed is None:
        if said.seed > SEED_LIMIT:
            raise CommandError(Mistake.BAD_SEED, value=str(said.seed), limit=SEED_LIMIT)
        choices["seed"] = said.seed
    return request.model_copy(update=choices)


async def usage(here: Visit) -> Answer:
    account = await here.user.me()
    days = (await here.user.usage(USAGE_DAYS)).days
    answer = note(account_replies.usage(account, days, here.tr, here.now))
    return answer.model_copy(update={"purse": purse(account, here.tr)})


async def cancel_newest(here: Visit) -> Answer:
    newest = (await here.user.jobs(limit=1, open_only=True)).jobs
    if not newest:
        return note(job_replies.nothing_to_cancel(here.tr))
    job = await here.user.cancel(newest[0].id)
    return await here.about(job, text=job_replies.note(Note.CANCELLING, here.tr))


def note(screen: Screen) -> Answer:
    return Answer(kind=Kind.NOTE, text=screen.text, buttons=button_views(screen.buttons))

"""GET /jobs/{id}, and POST /jobs/{id}/{action}: one job, and the buttons under it."""

from uuid import UUID

from aiohttp import web

from bots import repeats
from bots.buttons import Action
from bots.replies.jobs import Note, note
from bots.web.changes import changed
from bots.web.edge import answered
from bots.web.model import Answer, Kind, Pressed
from bots.web.site import Visit, visit
from scheduler.errors import Code, Refused
from scheduler.jobs.model import JobRequest, JobView


async def job(request: web.Request) -> web.Response:
    here = visit(request)
    return answered(await here.about(await here.user.job(job_id(request))))


async def press(request: web.Request) -> web.Response:
    here, pressed = visit(request), Pressed.model_validate_json(await request.read())
    return answered(await act(here, request.match_info["action"], job_id(request), pressed))


async def act(here: Visit, action: str, subject: UUID, pressed: Pressed) -> Answer:
    if action == Action.CANCEL:
        return await here.about(await here.user.cancel(subject))
    wanted = await repetition(here, action, await here.user.job(subject))
    if wanted is None:
        return Answer(kind=Kind.REFUSAL, text=note(Note.TOO_LARGE, here.tr))
    return await here.about((await here.submit(changed(wanted, pressed), pressed.id)).job)


async def repetition(here: Visit, action: str, job: JobView) -> JobRequest | None:
    """The request that a button under a picture stands for; None when the plan has no room for a larger one."""
    match action:
        case Action.AGAIN:
            return repeats.again(job)
        case Action.VARY:
            return repeats.variation(job)
        case Action.RETRY | Action.REMAKE:
            return repeats.retry(job)
        case Action.ANIMATE:
            if (film := repeats.animated(job)) is None:
                raise Refused.because(Code.GONE, what="picture")
            return film
        case Action.LARGER:
            return repeats.larger(job, (await here.user.me()).plan.max_resolution)
        case _:
            raise web.HTTPNotFound


def job_id(request: web.Request) -> UUID:
    try:
        return UUID(request.match_info["job_id"])
    except ValueError:
        raise web.HTTPNotFound from None

"""GET /chat: what the visitor has, newest jobs first; `before` gives older ones, `open` only those under way."""

import asyncio

from aiohttp import web

from bots.replies import welcome
from bots.web import cards
from bots.web.edge import answered
from bots.web.model import Chat
from bots.web.site import Visit, visit

JOBS_OF_A_PAGE = 12
OPEN_JOBS = 100


async def chat(request: web.Request) -> web.Response:
    if "open" in request.query:
        return answered(await under_way(visit(request)))
    return answered(await shown(visit(request), request.query.get("before")))


async def shown(here: Visit, before: str | None) -> Chat:
    account = await here.user.me()  # alone first: a newcomer is registered by it
    jobs, models = await asyncio.gather(here.user.jobs(limit=JOBS_OF_A_PAGE, before=before), here.models())
    return Chat(
        purse=cards.purse(account, here.tr),
        models=cards.choices(models, here.tr),
        lead=welcome.start(account, here.tr).text.splitlines()[-1],
        cards=await here.cards(jobs.jobs, account),
        next=jobs.next,
    )


async def under_way(here: Visit) -> Chat:
    account, jobs = await asyncio.gather(here.user.me(), here.user.jobs(limit=OPEN_JOBS, open_only=True))
    return Chat(
        purse=cards.purse(account, here.tr),
        models=[],
        lead="",
        cards=await here.cards(jobs.jobs, account),
        next=jobs.next,
    )

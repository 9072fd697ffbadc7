"""What a process that stops does with who still asks: each is answered, and comes back to another process."""

from aiohttp import web

from bots.web.guard import Handler
from bots.web.site import SITE

NOT_ASKING = frozenset({"/events", "/healthz", "/readyz"})  # streams come back by themselves, and probes for ever


@web.middleware
async def parting(request: web.Request, handler: Handler) -> web.StreamResponse:
    farewell = request.app[SITE].farewell
    if request.path not in NOT_ASKING:
        farewell.asked()
    try:
        response = await handler(request)
    except web.HTTPException as answer:
        farewell.part(answer)
        raise
    farewell.part(response)
    return response

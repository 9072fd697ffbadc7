"""GET /healthz: this process runs; GET /readyz: it serves the page, with words for it when the scheduler is away."""

from aiohttp import web

from bots.web.site import SITE


async def health(request: web.Request) -> web.Response:
    return web.Response(text="ok\n")


async def readiness(request: web.Request) -> web.Response:
    """503 from the moment it was told to stop: whoever looks here sends nobody new."""
    if request.app[SITE].farewell.closing:
        return web.Response(status=503, text="stopping\n")
    return web.Response(text="ready\n")

"""GET /healthz and /readyz: whether this process serves the page."""

from aiohttp import web


async def health(request: web.Request) -> web.Response:
    return web.Response(text="ok\n")

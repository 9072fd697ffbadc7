"""GET /static/{version}/{name}: the page's style and code."""

from aiohttp import web

from bots.web import assets

YEAR_SECONDS = 365 * 24 * 3600


async def static(request: web.Request) -> web.Response:
    """A file of another version is given as it is now: the page that asks is of a process that was replaced."""
    asset = assets.FILES.get(request.match_info["name"])
    if asset is None:
        raise web.HTTPNotFound
    response = asset.answer(request)
    if request.match_info["version"] == assets.VERSION:
        response.headers["Cache-Control"] = f"public, max-age={YEAR_SECONDS}, immutable"
    return response

"""What browsers are told to forbid, and which requests are not this page's own."""

from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from aiohttp import web

from bots.web.site import origin

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

OWN_HEADER = "X-Tessera"  # another site's page cannot send it without asking first, and we never say yes
READING = frozenset({"GET", "HEAD"})
POLICY = "; ".join(
    (
        "default-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        "object-src 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


async def protect(request: web.Request, response: web.StreamResponse) -> None:
    """Every answer carries the rules, streams and errors included."""
    response.headers.update(HEADERS)
    response.headers.setdefault("Cache-Control", "no-store")


@web.middleware
async def own_requests(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Only this page may change anything in a visitor's name."""
    if request.method not in READING and not is_own(request):
        raise web.HTTPForbidden
    return await handler(request)


def is_own(request: web.Request) -> bool:
    """By a header that only our page sends, and by what the browser itself says of where the request comes from."""
    if OWN_HEADER not in request.headers or request.headers.get("Sec-Fetch-Site", "same-origin") != "same-origin":
        return False
    named = request.headers.get("Origin")
    return named is None or urlsplit(named).netloc.lower() == origin(request).host.lower()

"""The HTTP application: mounts every feature's operations and turns whatever goes wrong into a problem document."""

import json
import time
from collections.abc import Awaitable, Callable, Sequence
from functools import cache

import structlog
from aiohttp import web
from aiohttp.typedefs import Middleware
from prometheus_client import generate_latest

from scheduler.bus import RedisError
from scheduler.database import is_outage
from scheduler.errors import Code, Refusal, Refused
from scheduler.observability import REGISTRY, Counter, Histogram
from scheduler.openapi import JSON, Empty, Operation, document, mount
from scheduler.problems import problem
from scheduler.release import installed_version

log = structlog.get_logger(__name__)

REQUESTS = Counter("tessera_http_requests", "HTTP requests", ["operation", "status"], registry=REGISTRY)
SECONDS = Histogram(
    "tessera_http_seconds", "Time until the answer was taken, event streams left out", ["operation"], registry=REGISTRY
)
METRICS_SECONDS = 1.0
LARGEST_BODY = 2 * 2**20  # bytes

Ready = Callable[[], Awaitable[list[str]]]
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def application(operations: Sequence[Operation], ready: Ready, *guards: Middleware) -> web.Application:
    """`ready` names what is not ready; nothing means the scheduler can serve. Guards may refuse before a handler."""
    app = web.Application(middlewares=[edge, *guards], client_max_size=LARGEST_BODY)
    mounted = [*operations, *Health(ready).operations()]
    mount(app, mounted)
    description = json.dumps(document(mounted, installed_version() or "0")).encode()

    async def describe(request: web.Request) -> web.Response:
        return web.Response(body=description, headers=JSON)

    app.router.add_get("/openapi.json", describe)
    return app


@web.middleware
async def edge(request: web.Request, handler: Handler) -> web.StreamResponse:
    """The one place where errors become answers: refusals say why, outages say when, the rest is logged."""
    started = time.perf_counter()
    route = request.match_info.route.resource
    name = f"{request.method} {route.canonical}" if route else "unknown"
    try:
        response = await handler(request)
    except Refused as error:
        response = problem(error.refusal)
    except web.HTTPException as error:
        response = problem(of_status(error.status))
    except Exception as error:
        if is_outage(error) or isinstance(error, RedisError):
            log.warning("http.unavailable", operation=name, error=type(error).__name__)
            response = problem(Refusal(Code.UNAVAILABLE, {"retry_after_seconds": 1.0}))
        else:
            log.exception("http.failed", operation=name)
            response = problem(Refusal(Code.INTERNAL))
    counted(name, response.status).inc()
    if isinstance(response, web.Response):
        timed(name).observe(time.perf_counter() - started)
    return response


@cache
def counted(operation: str, status: int) -> Counter:
    """The counter of these, found once."""
    return REQUESTS.labels(operation, status)


@cache
def timed(operation: str) -> Histogram:
    """The histogram of an operation, found once."""
    return SECONDS.labels(operation)


def of_status(status: int) -> Refusal:
    """A refusal for what the HTTP library itself turned down."""
    if status == 413:
        return Refusal(Code.INVALID_REQUEST, {"errors": [{"loc": "body", "msg": f"is over {LARGEST_BODY} bytes"}]})
    if status in (404, 405):
        return Refusal(Code.NOT_FOUND, {"what": "address"})
    return Refusal(Code.INVALID_REQUEST)


class Health:
    """What orchestrators and monitoring ask."""

    def __init__(self, ready: Ready) -> None:
        self.ready = ready
        self.counted = b""
        self.counted_at = float("-inf")

    def operations(self) -> list[Operation]:
        return [
            Operation("GET", "/healthz", self.healthz, "text", public=True),
            Operation("GET", "/readyz", self.readyz, "text", public=True, refusals=[Code.UNAVAILABLE]),
            Operation("GET", "/metrics", self.metrics, "text", public=True, refusals=[Code.OVERLOADED]),
        ]

    async def healthz(self, request: web.Request, path: Empty, query: Empty, body: None) -> web.Response:
        """The process runs."""
        return web.Response(text="ok\n")

    async def readyz(self, request: web.Request, path: Empty, query: Empty, body: None) -> web.Response:
        """The process can serve."""
        missing = await self.ready()
        if missing:
            raise Refused.because(Code.UNAVAILABLE, missing=", ".join(missing), retry_after_seconds=1.0)
        return web.Response(text="ready\n")

    async def metrics(self, request: web.Request, path: Empty, query: Empty, body: None) -> web.Response:
        """Prometheus metrics, at most a second old."""
        if time.monotonic() - self.counted_at > METRICS_SECONDS:  # whoever asks more often costs nothing more
            self.counted, self.counted_at = generate_latest(REGISTRY), time.monotonic()
        return web.Response(body=self.counted, headers={"Content-Type": "text/plain; version=0.0.4"})

"""Bounds what the page serves at once: neither a crowd nor one network takes all there is to take."""

import asyncio
import resource
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import structlog
from aiohttp import web

from bots.web import edge
from bots.web.guard import Handler
from bots.web.site import origin, translator
from scheduler.errors import Code, Refused
from scheduler.proxies import network_of

log = structlog.get_logger(__name__)

MOST_REQUESTS = 400  # being answered
MOST_FILES = 400  # being read, each as fast as its reader likes: a piece of each is in memory
MOST_TABS = 2_000  # that listen to events
PARTS = 4  # one of them for a network
BODY_SECONDS = 5.0  # for the whole of a body
RETRY_AFTER_SECONDS = 2.0
UPLOADS = "/uploads"  # whose bodies are large, and read by who takes them
FILES = "/pictures/"
AT_ONCE = ("/static/", "/healthz", "/readyz")  # wait for nobody: what they get is ready in memory


@dataclass(slots=True)
class Places:
    """So many at once, a part of them for each network; one that is large takes several."""

    most: int
    total: int = 0
    networks: Counter[str] = field(default_factory=Counter)

    def has_room(self, network: str, size: int = 1) -> bool:
        part = max(1, self.most // PARTS)
        return self.total + size <= self.most and self.networks[network] + size <= part

    @contextmanager
    def place(self, network: str, size: int = 1) -> Iterator[None]:
        self.total += size
        self.networks[network] += size
        try:
            yield
        finally:
            self.total -= size
            self.networks[network] -= size
            if not self.networks[network]:
                del self.networks[network]


class Crowd:
    """`middleware` stands before whatever asks the scheduler or keeps a connection."""

    def __init__(self) -> None:
        files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
        self.requests = Places(MOST_REQUESTS)
        self.files = Places(MOST_FILES)
        self.tabs = Places(min(MOST_TABS, files // 3))  # of connections there are as many as half of the files

    @web.middleware
    async def middleware(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.path == "/" or request.path.startswith(AT_ONCE):
            return await handler(request)
        places = self._places(request)
        network = network_of(origin(request).address)
        if not places.has_room(network):
            return full(request)
        with places.place(network):
            if request.path != UPLOADS:
                await arrival(request)
            return await handler(request)

    def _places(self, request: web.Request) -> Places:
        if request.path == "/events":
            return self.tabs
        return self.files if request.path.startswith(FILES) else self.requests


async def arrival(request: web.Request) -> None:
    """Wait until the whole body is here; 408 when it does not come."""
    if request.content.is_eof():
        return
    try:
        async with asyncio.timeout(BODY_SECONDS):
            await request.read()
    except TimeoutError:
        raise web.HTTPRequestTimeout from None


def full(request: web.Request) -> web.Response:
    """503 for words too: the page keeps them and sends them again."""
    log.info("web.full", page=edge.page_of(request))
    refused = Refused.because(Code.OVERLOADED, retry_after_seconds=RETRY_AFTER_SECONDS)
    answer = edge.answered(edge.refusal(refused, translator(request)), 503)
    answer.headers["Retry-After"] = f"{RETRY_AFTER_SECONDS:g}"
    return answer

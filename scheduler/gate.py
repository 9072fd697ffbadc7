"""Bounds what is served at once: a flood is refused before memory grows, and takes nobody else's place."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager

from aiohttp import web

from scheduler.accounts.model import STRANGERS, Party
from scheduler.doorstep import Doorsteps
from scheduler.errors import OVERLOADED, Code, Refused
from scheduler.farewell import Farewell
from scheduler.idle import IdleConnections
from scheduler.observability import REGISTRY
from scheduler.observability import Counter as Metric
from scheduler.places import Lines, Places
from scheduler.proxies import Proxies, network_of
from scheduler.turnstile import Turnstile

MOST_REQUESTS = 600  # being answered
MOST_FILES = 400  # being read: a piece of each is in memory
MOST_STREAMS = 1000  # of events, and of pictures that are given
BODY_SECONDS = 5.0  # for the whole of a body
TAKE_SECONDS, LEAST_BYTES_A_SECOND = 10.0, 16 * 1024  # who takes an answer more slowly gets no more of it
SMALL = 32 * 1024  # bytes of an answer that a connection holds though nobody reads: it pauses at twice as many
LINKS = "/links/"  # with a signature in the place of a key
FILES = (LINKS, "/v1/artifacts/")
LONG = ("/events", "/uploads")  # paths whose requests take as long as the client likes
HEALTH = frozenset({"/healthz", "/readyz"})  # cheap, and answered whatever else is asked: who balances loads must know
DESCRIPTIONS = frozenset({"/metrics", "/openapi.json"})  # each as one user of the strangers'
GUARDED = "/v1/"  # the paths at which keys are asked for

SHED = Metric("tessera_http_shed", "Requests refused because too many were open", ["what"], registry=REGISTRY)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Gate:
    """`middleware` guards the application; `farewell` is how it stops.

    It stands behind whoever tells good keys from others, who is asked for the `party` of each request; and a request
    stands in line when its body has come."""

    def __init__(self, party: Callable[[Mapping[str, str]], Party], proxies: Proxies) -> None:
        self.party = party
        self.proxies = proxies
        self.requests = Places(MOST_REQUESTS)
        self.files = Places(MOST_FILES)
        self.streams = Places(MOST_STREAMS)
        self.lines = Lines()
        self.idle = IdleConnections()
        self.farewell = Farewell()
        self.turnstile = Turnstile()
        self.doorsteps = Doorsteps(self, SHED.labels("again"), self.idle, self.turnstile)

    @web.middleware
    async def middleware(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.path in HEALTH:
            return await handler(request)
        is_long = request.path.endswith(LONG)
        if not is_long:
            self.farewell.asked()
        party = self._party(request)
        self.idle.busy(request.protocol)
        try:
            with self._place(request, party):
                response = await handler(request) if is_long else await self._answered(request, party, handler)
                self.farewell.part(response)
                await hand_over(request, response)
        finally:
            self.doorsteps.answered(request)
            self.idle.rests(request.protocol, known=party.is_bot)
        return response

    def is_full(self, party: Party) -> bool:
        """Whether a request of this one would find no room; whoever stops tells each of its connections so."""
        return not self.farewell.closing and (not self.requests.has_room(party) or self.lines.is_standing(party))

    def is_crowded(self) -> bool:
        """Whether whoever comes in waits for several turns."""
        return not self.farewell.closing and self.turnstile.is_crowded()

    def _party(self, request: web.Request) -> Party:
        if request.path.startswith(GUARDED):
            return self.party(request.headers)
        if request.path in DESCRIPTIONS:
            return Party(STRANGERS, request.path)
        return Party(STRANGERS, self._network(request) if request.path.startswith(LINKS) else None)

    def _network(self, request: web.Request) -> str | None:
        """A link may be handed to anybody, so whoever reads it takes the places of the own network, which is nothing
        that a request can say. A unix socket is none: everybody may be behind it."""
        address = self.proxies.origin(request.remote, request.secure, request.headers).address
        return network_of(address) if address else None

    @contextmanager
    def _place(self, request: web.Request, party: Party) -> Iterator[None]:
        """A place until the answer has been taken."""
        what, places = self._places(request)
        if not places.has_room(party) or (places is not self.streams and self.lines.is_standing(party)):
            whole = Party(party.key) if party.is_bot else party  # of a bot, whichever user
            if places is self.requests and self.is_full(whole):
                self.doorsteps.refused(request, whole)
            SHED.labels(what).inc()
            raise Refused(OVERLOADED)
        places.take(party)
        try:
            yield
        finally:
            places.leave(party)

    def _places(self, request: web.Request) -> tuple[str, Places]:
        if request.path.endswith(LONG):
            return "stream", self.streams
        if request.method == "GET" and request.path.startswith(FILES):
            return "file", self.files
        return "request", self.requests

    async def _answered(self, request: web.Request, party: Party, handler: Handler) -> web.StreamResponse:
        if party.key != STRANGERS and not request.content.is_eof():
            await arrival(request)
        self.lines.join(party, id(request))
        try:
            return await handler(request)
        finally:
            self.lines.leave(party, id(request))


async def arrival(request: web.Request) -> None:
    """Wait until the whole body is here, or refuse."""
    try:
        async with asyncio.timeout(BODY_SECONDS):
            await request.read()
    except TimeoutError:
        late = f"must come within {BODY_SECONDS:g} seconds"
        raise Refused.because(Code.INVALID_REQUEST, errors=[{"loc": "body", "msg": late}]) from None


async def hand_over(request: web.Request, response: web.StreamResponse) -> None:
    """Send the answer, or hang up on who does not take it: a place is left with nothing of it in memory but what the
    connection holds, which is all of a small one. The server finds it sent."""
    if isinstance(response, web.Response) and (response.content_length or SMALL) < SMALL:
        return
    try:
        await response.prepare(request)
        async with asyncio.timeout(TAKE_SECONDS + (response.content_length or 0) / LEAST_BYTES_A_SECOND):
            await response.write_eof()
    except (ConnectionError, TimeoutError):
        if request.transport:
            request.transport.abort()

"""Bounds what is served at once: a flood is refused before memory grows, and takes nobody else's place."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import monotonic
from typing import TypeVar

from aiohttp import web

from scheduler.accounts.model import ACT_FOR
from scheduler.errors import Code, Refused
from scheduler.farewell import Farewell
from scheduler.idle import IdleConnections
from scheduler.observability import REGISTRY
from scheduler.observability import Counter as Metric

MOST_REQUESTS = 600  # being answered
MOST_STREAMS = 1000  # of events, and of pictures that are being sent
FEW = 128  # requests that are let in however long the others take
STANDING_SECONDS = 0.35  # an older request means that they come faster than they are answered
MOST_OF_A_USER = 24  # of the ones or of the others, asked for by a bot
BODY_SECONDS = 5.0  # for the whole of a body
RETRY_AFTER_SECONDS = 1.0
LONG = ("/events", "/uploads")  # paths whose requests take as long as the client likes
OPEN_TO_ALL = frozenset({"/healthz", "/readyz", "/metrics", "/openapi.json"})
GUARDED = "/v1/"  # the paths at which keys are asked for

SHED = Metric("tessera_http_shed", "Requests refused because too many were open", ["what"], registry=REGISTRY)

K = TypeVar("K", str, tuple[str, str])
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(slots=True)
class Places:
    """So many at once. A key may hold an equal part, reckoned as if one more key came; a user behind it a few."""

    most: int
    total: int = 0
    keys: Counter[str] = field(default_factory=Counter)
    users: Counter[tuple[str, str]] = field(default_factory=Counter)

    def has_room(self, key: str, user: str | None) -> bool:
        others = len(self.keys) - (key in self.keys)
        if self.total >= self.most or self.keys[key] >= max(1, self.most // (others + 2)):
            return False
        return user is None or self.users[key, user] < MOST_OF_A_USER

    def take(self, key: str, user: str | None) -> None:
        self.total += 1
        self.keys[key] += 1
        if user is not None:
            self.users[key, user] += 1

    def leave(self, key: str, user: str | None) -> None:
        self.total -= 1
        lower(self.keys, key)
        if user is not None:
            lower(self.users, (key, user))


class Gate:
    """`middleware` guards the application; `farewell` is how it stops.

    It stands behind whoever tells good keys from others, so that the keys it counts by are known; and a request stands
    in line when its body has come."""

    def __init__(self) -> None:
        self.requests = Places(MOST_REQUESTS)
        self.streams = Places(MOST_STREAMS)
        self.idle = IdleConnections()
        self.farewell = Farewell()
        self.began: dict[int, float] = {}  # open requests, the oldest first
        self.shed_at = float("-inf")

    @web.middleware
    async def middleware(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.path in OPEN_TO_ALL:
            return await handler(request)
        is_stream = request.path.endswith(LONG)
        if not is_stream:
            self.farewell.asked()
        key = request.headers.get("Authorization", "") if request.path.startswith(GUARDED) else ""
        self.idle.busy(request.protocol)
        try:
            with self._place(request, key, is_stream):
                if key and not is_stream and not request.content.is_eof():
                    await arrival(request)
                if not is_stream:
                    self.began[id(request)] = monotonic()
                response = await handler(request)
        finally:
            self.idle.rests(request.protocol, known=bool(key))
        self.farewell.part(response)
        return response

    def is_shedding(self) -> bool:
        """Whether somebody was refused a moment ago."""
        return monotonic() < self.shed_at + RETRY_AFTER_SECONDS

    @contextmanager
    def _place(self, request: web.Request, key: str, is_stream: bool) -> Iterator[None]:
        places = self.streams if is_stream else self.requests
        user = request.headers.get(ACT_FOR)
        if not places.has_room(key, user) or (not is_stream and self._is_standing()):
            if key:  # strangers who crowd each other out are no reason to turn others away
                self.shed_at = monotonic()
            SHED.labels("stream" if is_stream else "request").inc()
            raise Refused.because(Code.OVERLOADED, retry_after_seconds=RETRY_AFTER_SECONDS)
        places.take(key, user)
        try:
            yield
        finally:
            places.leave(key, user)
            self.began.pop(id(request), None)

    def _is_standing(self) -> bool:
        """Whether more requests are open than can be answered soon."""
        return len(self.began) > FEW and monotonic() - next(iter(self.began.values())) > STANDING_SECONDS


async def arrival(request: web.Request) -> None:
    """Wait until the whole body is here, or refuse."""
    try:
        async with asyncio.timeout(BODY_SECONDS):
            await request.read()
    except TimeoutError:
        late = f"must come within {BODY_SECONDS:g} seconds"
        raise Refused.because(Code.INVALID_REQUEST, errors=[{"loc": "body", "msg": late}]) from None


def lower(counts: Counter[K], name: K) -> None:
    """One less; who has none is forgotten."""
    counts[name] -= 1
    if not counts[name]:
        del counts[name]

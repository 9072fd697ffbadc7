"""Slows down whoever tries keys: so many failures at once from one network, then one in a while."""

from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from time import monotonic

from aiohttp import web
from aiohttp.typedefs import Middleware

from scheduler.accounts.doorkeeper import Doorkeeper
from scheduler.errors import OVERLOADED, Code, Refused
from scheduler.gate import GUARDED, SHED
from scheduler.proxies import Proxies, network_of

AT_ONCE = 20
EVERY_SECONDS = 3.0
MOST_ASKED = 32  # keys not seen before that the database is asked about at a time
MOST_NETWORKS = 10_000  # remembered; who failed longest ago is forgotten first

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(slots=True)
class Attempts:
    """Failures by network, as times at which each would be forgiven; seconds on the monotonic clock."""

    forgiven: OrderedDict[str, float] = field(default_factory=OrderedDict)
    latest: float = 0.0  # of those times

    def anybody_waits(self, now: float) -> bool:
        """Whether there is a network to ask `wait` for: mostly there is none, and nobody's address matters."""
        return self.latest - now > (AT_ONCE - 1) * EVERY_SECONDS

    def wait(self, network: str, now: float) -> float:
        """Seconds until another try is heard; 0 now."""
        return max(0.0, self.forgiven.get(network, now) - now - (AT_ONCE - 1) * EVERY_SECONDS)

    def failed(self, network: str, now: float) -> None:
        self.forgiven[network] = max(self.forgiven.pop(network, now), now) + EVERY_SECONDS
        self.latest = max(self.latest, self.forgiven[network])
        if len(self.forgiven) > MOST_NETWORKS:
            self.forgiven.popitem(last=False)


def limited(door: Doorkeeper, proxies: Proxies) -> Middleware:
    """Look whose key it is before anything else of a request is read. Refused unheard is what comes from a network with
    too many failures, unless its key has been good before."""
    attempts = Attempts()
    asking = 0

    def network(request: web.Request) -> str:
        return network_of(proxies.origin(request.remote, request.secure, request.headers).address)

    def guesses(request: web.Request) -> bool:
        """Whether it presents a key that was not good before. Without a key nothing is tried: nobody waits for that."""
        keyed = "Authorization" in request.headers and request.path.startswith(GUARDED)
        return keyed and not door.recognises(request.headers)

    async def ask(request: web.Request) -> None:
        nonlocal asking
        if asking >= MOST_ASKED:
            SHED.labels("key").inc()
            raise Refused(OVERLOADED)
        asking += 1
        try:
            await door.ask(request.headers)
        except Refused:
            attempts.failed(network(request), monotonic())
            raise
        finally:
            asking -= 1

    @web.middleware
    async def listen(request: web.Request, handler: Handler) -> web.StreamResponse:
        if guesses(request):
            wait = attempts.wait(network(request), monotonic()) if attempts.anybody_waits(monotonic()) else 0.0
            if wait > 0:
                raise Refused.because(Code.TOO_MANY_FAILURES, retry_after_seconds=round(wait, 1))
            await ask(request)
        return await handler(request)

    return listen

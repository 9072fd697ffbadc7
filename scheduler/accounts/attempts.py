"""Slows down whoever tries keys: so many failures at once from one network, then one in a while."""

from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from time import monotonic

from aiohttp import web
from aiohttp.typedefs import Middleware

from scheduler.accounts.doorkeeper import Doorkeeper, network_of
from scheduler.errors import Code, Refused
from scheduler.proxies import Proxies

AT_ONCE = 20
EVERY_SECONDS = 3.0
GUARDED = "/v1/"  # the paths at which keys are asked for
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
    """Refuse unheard what comes from a network with too many failures, unless its key has been good before."""
    attempts = Attempts()

    def network(request: web.Request) -> str:
        address = proxies.origin(request.remote, request.secure, request.headers).address
        return network_of(address) if address else "socket"

    def guesses(request: web.Request) -> bool:
        """Whether it presents a key that was not good before. Without a key nothing is tried: nobody waits for that."""
        keyed = "Authorization" in request.headers and request.path.startswith(GUARDED)
        return keyed and not door.recognises(request.headers)

    @web.middleware
    async def listen(request: web.Request, handler: Handler) -> web.StreamResponse:
        wait = attempts.wait(network(request), monotonic()) if attempts.anybody_waits(monotonic()) else 0.0
        if wait > 0 and guesses(request):
            raise Refused.because(Code.TOO_MANY_FAILURES, retry_after_seconds=round(wait, 1))
        try:
            return await handler(request)
        except Refused as error:
            if error.refusal.code is Code.UNAUTHORIZED and guesses(request):
                attempts.failed(network(request), monotonic())
            raise

    return listen

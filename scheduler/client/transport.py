"""One HTTP exchange with the scheduler: keys, time-outs, retries, and problems turned into exceptions."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any, TypedDict, TypeVar, Unpack
from urllib.parse import quote

import aiohttp
from pydantic import BaseModel, ValidationError

from scheduler.accounts.model import ACT_ADDRESS, ACT_FOR, ACT_LOCALE, ACT_NAME
from scheduler.errors import Code, Refusal, Refused, Unreachable

M = TypeVar("M", bound=BaseModel)
T = TypeVar("T")

TIMEOUT = aiohttp.ClientTimeout(total=20, sock_connect=3)
IN_PIECES = aiohttp.ClientTimeout(total=None, sock_connect=3, sock_read=20)
PASSING = frozenset({Code.UNAVAILABLE, Code.OVERLOADED})
PAUSES_SECONDS = (0.1, 0.3, 1.0, 2.0)
GENERAL = {  # what stands for a code that this client does not know yet, by status; Code.INVALID_REQUEST for the others
    401: Code.UNAUTHORIZED,
    403: Code.FORBIDDEN,
    404: Code.NOT_FOUND,
    409: Code.CONFLICT,
    410: Code.GONE,
    429: Code.OVERLOADED,
}


@dataclass(frozen=True, slots=True)
class Actor:
    """The platform user a bot acts for; the name travels percent-encoded, headers being ASCII."""

    ref: str  # "telegram:42"
    name: str | None = None
    locale: str | None = None
    address: str | None = None  # the network address of a web visitor

    def headers(self) -> dict[str, str]:
        pairs = ((ACT_FOR, self.ref), (ACT_NAME, self.name), (ACT_LOCALE, self.locale), (ACT_ADDRESS, self.address))
        return {header: quote(value, safe=":") for header, value in pairs if value}


class Asked(TypedDict, total=False):
    """The rest of a request, as `Transport.exchange` takes it."""

    actor: Actor | None
    body: BaseModel | None
    query: Mapping[str, str] | None
    headers: Mapping[str, str] | None
    content: bytes | None
    repeatable: bool


class Transport:
    """Speaks JSON with the scheduler over one shared session."""

    def __init__(self, base: str, key: str, session: aiohttp.ClientSession) -> None:
        self.base = base.rstrip("/")
        self.session = session
        self.authorization = {"Authorization": f"Bearer {key}"}

    async def call(self, method: str, path: str, answer: type[M], **asked: Unpack[Asked]) -> M:
        """Exchange one request; `repeatable` ones are tried again while no answer comes."""
        raw = await self.exchange(method, path, **asked)
        try:
            return answer.model_validate_json(raw)
        except ValidationError as error:
            raise Unreachable(f"{method} {path}: unreadable answer") from error

    async def exchange(
        self,
        method: str,
        path: str,
        *,
        actor: Actor | None = None,
        body: BaseModel | None = None,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        content: bytes | None = None,
        repeatable: bool = False,
    ) -> bytes:
        """Like `call`, but returns the answer's bytes. `content`: a body that is no JSON, of the type in `headers`."""
        all_headers = self._headers(actor, headers)
        data: str | bytes | None = content
        if body is not None:
            data = body.model_dump_json(exclude_defaults=True)  # an older scheduler does not know every field
            all_headers["Content-Type"] = "application/json"

        async def once() -> bytes:
            async with self.session.request(
                method, self.base + path, data=data, params=query, headers=all_headers, timeout=TIMEOUT
            ) as response:
                raw = await response.read()
                if response.status >= 400:
                    raise refused(response.status, raw)
                return raw

        return await tried(once, f"{method} {path}", PAUSES_SECONDS if repeatable else ())

    @asynccontextmanager
    async def opened(
        self, path: str, *, actor: Actor | None = None, headers: Mapping[str, str] | None = None
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        """An answer of which nothing is read yet, however large; tried again while none comes. 20 s in which nothing of
        it comes count as a broken connection."""
        all_headers = self._headers(actor, headers)

        async def once() -> aiohttp.ClientResponse:
            response = await self.session.get(self.base + path, headers=all_headers, timeout=IN_PIECES)
            if response.status < 400:
                return response
            async with response:
                raise refused(response.status, await response.read())

        async with await tried(once, f"GET {path}", PAUSES_SECONDS) as response:
            yield response

    @asynccontextmanager
    async def stream(
        self, path: str, *, actor: Actor | None = None, query: Mapping[str, str] | None = None
    ) -> AsyncIterator[aiohttp.StreamReader]:
        """Open an event stream; 40 s of silence count as a broken connection (the scheduler speaks every 15 s)."""
        headers = self._headers(actor, {"Accept": "text/event-stream"})
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=3, sock_read=40)
        try:
            async with self.session.get(self.base + path, params=query, headers=headers, timeout=timeout) as response:
                if response.status >= 400:
                    raise refused(response.status, await response.read())
                yield response.content
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise Unreachable(f"GET {path}: {type(error).__name__}") from error

    def _headers(self, actor: Actor | None, more: Mapping[str, str] | None) -> dict[str, str]:
        return self.authorization | (actor.headers() if actor else {}) | dict(more or {})


async def tried(attempt: Callable[[], Awaitable[T]], what: str, pauses: Sequence[float]) -> T:
    """What the attempt comes to; one that comes to nothing, or is refused for a moment only, is followed by another
    after each pause."""
    for pause in (*pauses, None):
        try:
            return await attempt()
        except (Refused, Unreachable) as error:
            if pause is None or not passing(error):
                raise
        except (aiohttp.ClientError, TimeoutError, OSError) as lost:
            if pause is None:
                raise Unreachable(f"{what}: {type(lost).__name__}") from lost
        await asyncio.sleep(pause)
    raise AssertionError("the last attempt returns or raises")


def refused(status: int, raw: bytes) -> Refused | Unreachable:
    """The exception for a problem document; anything else that is an error came from something in between."""
    try:
        problem = Problem.model_validate_json(raw)
        code = known(problem.code, status)
    except ValueError:
        return Unreachable(f"HTTP {status}")
    return Refused(Refusal(code, problem.facts()))


def known(code: str, status: int) -> Code:
    """The code, or a general one where a newer scheduler says why it refuses; ValueError where it failed."""
    with suppress(ValueError):
        return Code(code)
    if status >= 500:
        raise ValueError(code)
    return GENERAL.get(status, Code.INVALID_REQUEST)


def passing(error: Refused | Unreachable) -> bool:
    """Whether the same call may well succeed in a moment."""
    return isinstance(error, Unreachable) or error.refusal.code in PASSING


class Problem(BaseModel, extra="allow"):
    """RFC 9457, with the code and its facts as extension members."""

    type: str
    title: str
    status: int
    code: str
    detail: str | None = None

    def facts(self) -> dict[str, Any]:
        return dict(self.model_extra or {})

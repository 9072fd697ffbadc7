"""One request to Discord's HTTP API: sent once, bounded in time, its outcome told exactly.

discord.py's own requests are repeated and put to sleep inside the library; the postman, who decides what is sent next
and when, must know what became of each call.
"""

import io
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp

from bots.messenger import Failed, Later, Unknown

Json = Any
TIMEOUT = aiohttp.ClientTimeout(total=20, sock_connect=5)
EVERYWHERE = "everywhere"
DEFAULT_PAUSE_SECONDS = 5.0  # for a 429 that does not say how long


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that goes with a message."""

    filename: str
    content: bytes
    content_type: str


class Rejected(Failed):
    """A refusal in the 4xx range, other than 429."""

    def __init__(self, status: int, code: int) -> None:
        super().__init__(f"HTTP {status}, code {code}")
        self.status = status
        self.code = code


class Rest:
    """Calls with the bot's token, or without it where a token stands in the path."""

    def __init__(self, session: aiohttp.ClientSession, base: str, token: str, agent: str) -> None:
        self.session = session
        self.base = base.rstrip("/")
        self.agent = {"User-Agent": agent}
        self.authorization = {"Authorization": f"Bot {token}"}
        self.closed: dict[str, float] = {}  # bucket -> when it opens again, monotonic seconds

    async def call(
        self,
        method: str,
        path: str,
        body: Json = None,
        *,
        bucket: str,
        files: tuple[Upload, ...] = (),
        query: dict[str, str] | None = None,
        as_bot: bool = True,
    ) -> Json:
        """The answer's JSON. Raises Later, Unknown or Rejected; `bucket` names what shares a rate limit."""
        self.obey(bucket)
        headers = self.agent | (self.authorization if as_bot else {})
        if body is not None and not files:
            headers["Content-Type"] = "application/json"
        try:
            async with self.session.request(
                method, self.base + path, data=encoded(body, files), params=query, headers=headers, timeout=TIMEOUT
            ) as response:
                raw = await response.read()
                self.note(bucket, response.headers)
                return self.judged(bucket, response, raw)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise Unknown(type(error).__name__) from None  # the cause's text may hold the path, and that a token

    def obey(self, bucket: str) -> None:
        """Raise Later while Discord wants to hear nothing."""
        now = time.monotonic()
        if (wait := self.closed.get(EVERYWHERE, 0.0) - now) > 0:
            raise Later(wait, everywhere=True)
        if (wait := self.closed.get(bucket, 0.0) - now) > 0:
            raise Later(wait)

    def note(self, bucket: str, headers: Mapping[str, str]) -> None:
        """Remember a bucket that the answer calls empty."""
        if headers.get("X-RateLimit-Remaining") == "0" and (seconds := number(headers.get("X-RateLimit-Reset-After"))):
            self.close(bucket, seconds)

    def close(self, bucket: str, seconds: float) -> None:
        now = time.monotonic()
        self.closed = {name: until for name, until in self.closed.items() if until > now}
        self.closed[bucket] = now + seconds

    def judged(self, bucket: str, response: aiohttp.ClientResponse, raw: bytes) -> Json:
        if response.status < 400:
            return parsed(raw)
        if response.status >= 500:
            raise Unknown(f"HTTP {response.status}")
        problem = parsed(raw)
        problem = problem if isinstance(problem, dict) else {}
        if response.status == 429:
            seconds = number(problem.get("retry_after")) or number(response.headers.get("Retry-After"))
            # An answer that is not Discord's own comes from the guard before it and means the whole address.
            everywhere = bool(problem.get("global", not problem))
            self.close(EVERYWHERE if everywhere else bucket, seconds or DEFAULT_PAUSE_SECONDS)
            raise Later(seconds or DEFAULT_PAUSE_SECONDS, everywhere)
        raise Rejected(response.status, int(problem.get("code") or 0))


def encoded(body: Json, files: tuple[Upload, ...]) -> str | aiohttp.FormData | None:
    """JSON, or a form that holds the JSON and the files."""
    if not files:
        return None if body is None else json.dumps(body)
    form = aiohttp.FormData(quote_fields=False)
    form.add_field("payload_json", json.dumps(body))
    for index, file in enumerate(files):
        content = io.BytesIO(file.content)  # large bytes as such would hold the event loop up, aiohttp warns
        form.add_field(f"files[{index}]", content, filename=file.filename, content_type=file.content_type)
    return form


def parsed(raw: bytes) -> Json:
    try:
        return json.loads(raw) if raw else None
    except ValueError:
        return None


def number(value: object) -> float:
    """A figure of Discord's, 0 when there is none."""
    try:
        return max(0.0, float(value)) if isinstance(value, str | int | float) else 0.0
    except ValueError:
        return 0.0

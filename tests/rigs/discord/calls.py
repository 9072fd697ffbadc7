"""One request of a bot as the rig read it, and what became of it."""

import json
import re
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from tests.rigs.discord.errors import ApiError, invalid_form

PREFIX = "/api/v10"
FILE_FIELD = re.compile(r"files\[(\d+)\]")


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that came with a request."""

    filename: str
    data: bytes
    content_type: str


@dataclass(slots=True)
class Call:
    """A request; `path` is without /api/v10, `status` 0 until it was answered."""

    method: str
    path: str
    query: dict[str, str]
    at: float
    token: str | None = None
    body: Any = None
    files: dict[int, Upload] = field(default_factory=dict)
    bot: str | None = None
    """The name of the bot that asked, once it is known."""
    status: int = 0
    code: int = 0
    """Discord's error code, 0 for none."""

    @property
    def line(self) -> str:
        """What faults and tests match against: "METHOD /path"."""
        return f"{self.method} {self.path}"


def begin(request: web.Request, at: float) -> Call:
    """Note the request line, before the body is read."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return Call(
        method=request.method,
        path=request.path.removeprefix(PREFIX),
        query=dict(request.query),
        at=at,
        token=token if scheme == "Bot" else None,
    )


async def read_body(request: web.Request, call: Call) -> None:
    """Read JSON or a multipart form of `payload_json` and `files[n]` into the call."""
    try:
        if request.content_type == "multipart/form-data":
            await _read_multipart(request, call)
        elif raw := await request.read():
            if request.content_type != "application/json":
                raise ApiError(400, 50109, "The request body contains invalid JSON.")
            call.body = json.loads(raw)
    except ValueError as error:
        raise ApiError(400, 50109, "The request body contains invalid JSON.") from error


async def _read_multipart(request: web.Request, call: Call) -> None:
    form = await request.post()
    for name, value in form.items():
        if name == "payload_json" and isinstance(value, str):
            call.body = json.loads(value)
        elif (number := FILE_FIELD.fullmatch(name)) and isinstance(value, web.FileField):
            call.files[int(number[1])] = Upload(value.filename, value.file.read(), value.content_type)
        else:
            raise invalid_form({name: "Unexpected part of a form; files are named files[n]."})
    if call.body is None:
        call.body = {}

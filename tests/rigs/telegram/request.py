"""Reads an HTTP request into a call: forms, multipart and JSON, values decoded by their declared types."""

import json
import re
from typing import Any

from aiohttp import BodyPartReader, web

from tests.rigs.telegram import spec
from tests.rigs.telegram.bots import FakeBot
from tests.rigs.telegram.files import Upload
from tests.rigs.telegram.model import Call, Json

SIMPLE = {"String", "InputFile"}
TRUE_WORDS = {"true", "yes", "1"}


async def read_call(request: web.Request, bot: FakeBot, at: float) -> Call:
    """The call as the platform understands it; what cannot be decoded stays text for the checks to find."""
    method = request.match_info["method"]
    raw: Json = dict(request.query)
    uploads: dict[str, Upload] = {}
    if request.content_type.startswith("multipart/"):
        await _read_multipart(request, raw, uploads)
    elif request.content_type == "application/json":
        body = await request.json()
        raw |= body if isinstance(body, dict) else {}
    else:
        raw |= {name: value for name, value in (await request.post()).items() if isinstance(value, str)}
    declared = spec.parameters(method)
    params = {
        name: _decoded(value, set(declared[name].types)) if name in declared and isinstance(value, str) else value
        for name, value in raw.items()
    }
    params |= {name: f"attach://{name}" for name in uploads if name in declared}
    return Call(bot.user, method, params, uploads, at)


async def _read_multipart(request: web.Request, raw: Json, uploads: dict[str, Upload]) -> None:
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader) or part.name is None:
            continue
        if part.filename:
            uploads[part.name] = Upload(part.filename, bytes(await part.read()))
        else:
            raw[part.name] = await part.text()


def _decoded(value: str, types: set[str]) -> Any:
    if types == {"Boolean"}:
        return value.lower() in TRUE_WORDS
    if "Integer" in types and re.fullmatch(r"-?\d+", value):
        return int(value)
    if types & SIMPLE:
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value

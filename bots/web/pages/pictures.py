"""GET /pictures/{id}, .../web, .../thumbnail, /jobs/{id}/preview: the visitor's files, brought from the scheduler."""

import re
from uuid import UUID

from aiohttp import web

from bots.web.pages.job import job_id
from bots.web.site import visit
from scheduler.artifacts.model import Variant
from scheduler.errors import Code, Refused

YEAR_SECONDS = 365 * 24 * 3600
KEPT = {"Cache-Control": f"private, max-age={YEAR_SECONDS}, immutable"}  # a file never changes under its id
SIGNATURES = {
    b"\x89PNG": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"RIFF": "image/webp",
    b"OggS": "audio/ogg",
    b"ID3": "audio/mpeg",
    b"\xff\xfb": "audio/mpeg",
}
SPAN = re.compile(r"bytes=(\d{1,18})-(\d{0,18})")


async def picture(request: web.Request) -> web.Response:
    return await file(request, Variant.ORIGINAL)


async def for_screens(request: web.Request) -> web.Response:
    """The rendition that the page shows; the original where that is no larger."""
    return await file(request, Variant.WEB)


async def thumbnail(request: web.Request) -> web.Response:
    return await file(request, Variant.THUMBNAIL)


async def file(request: web.Request, variant: Variant) -> web.Response:
    content = await visit(request).user.file_bytes(artifact_id(request), variant)
    kind = content_type(content)
    if (span := SPAN.fullmatch(request.headers.get("Range", ""))) and kind.startswith(("video/", "audio/")):
        return part(content, kind, int(span[1]), int(span[2] or len(content)))
    return web.Response(body=content, content_type=kind, headers=KEPT)


def part(content: bytes, kind: str, first: int, last: int) -> web.Response:
    """What a player asks for: some browsers play nothing that they cannot have in parts."""
    last = min(last, len(content) - 1)
    if first > last:
        return web.Response(status=416, headers={"Content-Range": f"bytes */{len(content)}"})
    headers = KEPT | {"Content-Range": f"bytes {first}-{last}/{len(content)}", "Accept-Ranges": "bytes"}
    return web.Response(status=206, body=content[first : last + 1], content_type=kind, headers=headers)


async def preview(request: web.Request) -> web.Response:
    """The newest preview; no content while there is none, which is no error: the first one is still being painted."""
    try:
        content = await visit(request).user.preview(job_id(request))
    except Refused as error:
        if error.refusal.code is Code.NOT_FOUND:
            return web.Response(status=204)
        raise
    return web.Response(body=content, content_type=content_type(content))


def artifact_id(request: web.Request) -> UUID:
    try:
        return UUID(request.match_info["artifact_id"])
    except ValueError:
        raise web.HTTPNotFound from None


def content_type(content: bytes) -> str:
    """Told from the first bytes; what is no picture is only ever saved."""
    if content[4:8] == b"ftyp":
        return "video/mp4"
    return next((kind for start, kind in SIGNATURES.items() if content.startswith(start)), "application/octet-stream")

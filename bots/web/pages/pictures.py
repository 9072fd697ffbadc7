"""GET /pictures/{id}, .../web, .../thumbnail, /jobs/{id}/preview: the visitor's files, brought from the scheduler."""

import asyncio
from uuid import UUID

from aiohttp import web

from bots.web.pages.job import job_id
from bots.web.shelf import Shelf
from bots.web.site import origin, visit
from scheduler.artifacts.model import Variant
from scheduler.client.artifacts import File
from scheduler.errors import Code, Refused, Unreachable
from scheduler.proxies import network_of

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
SHOWN = frozenset({*SIGNATURES.values(), "video/mp4"})
STALL_SECONDS = 20.0  # in which nothing of a file is taken: its reader is gone
TAKE_SECONDS, LEAST_BYTES_A_SECOND = 30.0, 8 * 1024  # for the whole; the files of a page share their reader's link

SHELF = web.AppKey("shelf", Shelf)


async def picture(request: web.Request) -> web.StreamResponse:
    return await file(request, Variant.ORIGINAL)


async def for_screens(request: web.Request) -> web.StreamResponse:
    """The rendition that the page shows; the original where that is no larger."""
    return await file(request, Variant.WEB)


async def thumbnail(request: web.Request) -> web.StreamResponse:
    return await file(request, Variant.THUMBNAIL)


async def file(request: web.Request, variant: Variant) -> web.StreamResponse:
    """A piece at a time, as the scheduler gives it: whole, or the part that a player asks for, for some browsers play
    nothing that they cannot have in parts."""
    artifact, here, network = artifact_id(request), visit(request), network_of(origin(request).address)
    opened = here.user.file(artifact, variant, request.headers.get("Range"))
    async with opened if request.method == "HEAD" else request.app[SHELF].taken(opened, network) as found:
        response = web.StreamResponse(status=206 if found.span else 200, headers=KEPT | {"Accept-Ranges": "bytes"})
        if found.span:
            response.headers["Content-Range"] = found.span
        response.content_type = found.content_type if found.content_type in SHOWN else "application/octet-stream"
        response.content_length = found.size_bytes
        here.site.farewell.part(response)
        await response.prepare(request)
        if request.method != "HEAD":
            await hand_on(request, found, response)
    return response


async def hand_on(request: web.Request, found: File, response: web.StreamResponse) -> None:
    """All of it; or hang up: what was promised cannot be sent any more, or is not taken."""
    try:
        async with asyncio.timeout(take_seconds(found.size_bytes or 0)):
            async for piece in found.pieces:
                async with asyncio.timeout(STALL_SECONDS):
                    await response.write(piece)
            async with asyncio.timeout(STALL_SECONDS):
                await response.write_eof()
    except (Unreachable, OSError, TimeoutError):
        if request.transport:
            request.transport.abort()


def take_seconds(size_bytes: int) -> float:
    return TAKE_SECONDS + size_bytes / LEAST_BYTES_A_SECOND


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

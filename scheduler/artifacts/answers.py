"""Files of the store as HTTP answers: whole, or the part that a player asks for."""

import structlog
from aiohttp import web

from scheduler.artifacts.store import ArtifactStore, StoreError
from scheduler.errors import Code, Refused

log = structlog.get_logger(__name__)

CONTENT_TYPES = {
    "png": "image/png",
    "jpeg": "image/jpeg",
    "jpg": "image/jpeg",
    "webp": "image/webp",
    "mp4": "video/mp4",
    "ogg": "audio/ogg",
    "mp3": "audio/mpeg",
    "txt": "text/plain",
}
CHARSETS = {"text/plain": "utf-8"}

HEADERS = {
    "Cache-Control": "private, max-age=31536000, immutable",
    # whatever it is, nothing in it runs; a browser that is sent to a film alone may play it
    "Content-Security-Policy": "default-src 'none'; media-src 'self'; sandbox",
    "X-Content-Type-Options": "nosniff",
}


def content_type(form: str) -> str:
    return CONTENT_TYPES.get(form, "application/octet-stream")


Span = tuple[int, int | None]  # from which byte, negative from the end, to before which


async def answer(store: ArtifactStore, path: str, kind: str, wanted: Span | None = None) -> web.Response:
    """The file, or the part of it that is wanted, if it has that."""
    headers = HEADERS | {"Accept-Ranges": "bytes"}
    try:
        if wanted and (part := await store.read_part(path, *wanted)):
            last = part.first + len(part.content) - 1
            headers |= {"Content-Range": f"bytes {part.first}-{last}/{part.size_bytes}"}
            return web.Response(body=part.content, status=206, content_type=kind, headers=headers)
        content = await store.read(path)
    except StoreError:
        log.warning("artifact.unreadable", path=path)
        raise Refused.because(Code.UNAVAILABLE, retry_after_seconds=2.0) from None
    return web.Response(body=content, content_type=kind, charset=CHARSETS.get(kind), headers=headers)


def span(request: web.Request) -> Span | None:
    """What a Range asks for (RFC 9110, section 14); one that is not understood is ignored, as it may be."""
    try:
        wanted = request.http_range
    except ValueError:
        return None
    return None if wanted.start is None else (wanted.start, wanted.stop)

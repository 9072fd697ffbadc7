"""Files of the store as HTTP answers: whole, or the part that a player asks for."""

import sys
from contextlib import suppress
from dataclasses import dataclass

import structlog
from aiohttp import web
from aiohttp.abc import AbstractStreamWriter
from aiohttp.payload import Payload

from scheduler.artifacts.store import ArtifactStore, Part, StoreError
from scheduler.errors import Code, Refused

log = structlog.get_logger(__name__)

PIECE_BYTES = 128 * 1024  # in memory for each reader

CONTENT_TYPES = {
    "png": "image/png",
    "jpeg": "image/jpeg",
    "jpg": "image/jpeg",
    "webp": "image/webp",
    "mp4": "video/mp4",
    "webm": "video/webm",
    "mov": "video/quicktime",
    "mkv": "video/matroska",
    "avi": "video/vnd.avi",
    "gif": "image/gif",
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


@dataclass(frozen=True, slots=True)
class Begun:
    """The first part of what is sent of a file, up to before `end`."""

    store: ArtifactStore
    path: str
    part: Part
    end: int


class Pieces(Payload):
    """Fetches a piece when the one before it was taken: however large the file, however slow its reader, no more of it
    is in memory. Raises ConnectionError when the store fails: what was promised cannot be sent any more."""

    def __init__(self, begun: Begun, kind: str) -> None:
        super().__init__(begun, content_type=kind)
        self.begun = begun
        self._size = begun.end - begun.part.first

    async def write(self, writer: AbstractStreamWriter) -> None:
        if self.consumed:
            raise ConnectionResetError("it cannot be sent twice")
        self._consumed = True
        begun, part = self.begun, self.begun.part
        await writer.write(part.content)
        while (at := part.end) < begun.end:
            part = await self._piece(at)
            await writer.write(part.content)

    async def _piece(self, at: int) -> Part:
        begun = self.begun
        with suppress(StoreError):
            if part := await begun.store.read_part(begun.path, at, min(at + PIECE_BYTES, begun.end)):
                return part
        log.warning("artifact.broke_off", path=begun.path)
        raise ConnectionAbortedError("the store has no more of it")

    def decode(self, encoding: str = "utf-8", errors: str = "strict") -> str:
        raise TypeError("a file in pieces is no text")


async def answer(store: ArtifactStore, path: str, kind: str, wanted: Span | None = None) -> web.Response:
    """The file, or the part of it that is wanted, if it has that."""
    headers = HEADERS | {"Accept-Ranges": "bytes"}
    try:
        if wanted and (begun := await begin(store, path, *wanted)):
            headers |= {"Content-Range": f"bytes {begun.part.first}-{begun.end - 1}/{begun.part.size_bytes}"}
            return web.Response(body=body(begun, kind), status=206, content_type=kind, headers=headers)
        begun = await begin(store, path, 0, None)
    except StoreError:
        log.warning("artifact.unreadable", path=path)
        raise Refused.because(Code.UNAVAILABLE, retry_after_seconds=2.0) from None
    whole = body(begun, kind) if begun else b""
    return web.Response(body=whole, content_type=kind, charset=CHARSETS.get(kind), headers=headers)


async def begin(store: ArtifactStore, path: str, first: int, end: int | None) -> Begun | None:
    """The first piece of a span; None where the file has nothing of it."""
    if first < 0:
        first = max(0, first + await store.size(path))
    part = await store.read_part(path, first, min(first + PIECE_BYTES, end or sys.maxsize))
    return Begun(store, path, part, min(end or part.size_bytes, part.size_bytes)) if part else None


def body(begun: Begun, kind: str) -> bytes | Pieces:
    """What is one piece needs nobody who fetches more."""
    return begun.part.content if begun.end <= begun.part.end else Pieces(begun, kind)


def span(request: web.Request) -> Span | None:
    """What a Range asks for (RFC 9110, section 14); one that is not understood is ignored, as it may be."""
    try:
        wanted = request.http_range
    except ValueError:
        return None
    return None if wanted.start is None else (wanted.start, wanted.stop)

"""The HTTP API of finished files."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import asyncpg
import structlog
from aiohttp import web
from pydantic import BaseModel, Field

from scheduler.accounts.doorkeeper import Doorkeeper
from scheduler.artifacts.links import Signer
from scheduler.artifacts.model import ArtifactLink, LinkRequest, Variant
from scheduler.artifacts.queries import StoredArtifact, stored_artifact
from scheduler.artifacts.store import ArtifactStore, StoreError
from scheduler.errors import Code, Refused
from scheduler.openapi import Empty, Operation

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
    "Content-Security-Policy": "default-src 'none'; sandbox",  # whatever it is, nothing in it runs
    "X-Content-Type-Options": "nosniff",
}


class ArtifactPath(BaseModel):
    artifact_id: UUID


class LinkPath(ArtifactPath):
    variant: Variant


class Signed(BaseModel):
    expires: int = Field(ge=0, le=10**11)  # seconds since 1970
    signature: str = Field(max_length=64)


class ArtifactRoutes:
    def __init__(self, pool: asyncpg.Pool, door: Doorkeeper, store: ArtifactStore, links: Signer) -> None:
        self.pool = pool
        self.door = door
        self.store = store
        self.links = links

    def operations(self) -> list[Operation]:
        one, gone = "/v1/artifacts/{artifact_id}", [Code.GONE, Code.UNAVAILABLE]
        signed = "/links/{artifact_id}/{variant}"
        return [
            Operation("GET", one, self.read_artifact, "file", in_path=ArtifactPath, refusals=gone),
            Operation("GET", one + "/thumbnail", self.read_thumbnail, "jpeg", in_path=ArtifactPath, refusals=gone),
            Operation("GET", one + "/web", self.read_web, "file", in_path=ArtifactPath, refusals=gone),
            Operation(
                "POST",
                one + "/link",
                self.make_link,
                ArtifactLink,
                LinkRequest,
                in_path=ArtifactPath,
                status=201,
                refusals=gone,
            ),
            Operation(
                "GET",
                signed,
                self.read_link,
                "file",
                in_path=LinkPath,
                query=Signed,
                public=True,
                refusals=[Code.FORBIDDEN, *gone],
            ),
        ]

    async def read_artifact(self, request: web.Request, path: ArtifactPath, query: Empty, body: None) -> web.Response:
        """The bytes of a finished file."""
        return await self._file(await self._own(request, path), Variant.ORIGINAL)

    async def read_thumbnail(self, request: web.Request, path: ArtifactPath, query: Empty, body: None) -> web.Response:
        """A small JPEG of a finished file: the picture, a frame of the video, the wave of the sound."""
        return await self._file(await self._own(request, path), Variant.THUMBNAIL)

    async def read_web(self, request: web.Request, path: ArtifactPath, query: Empty, body: None) -> web.Response:
        """A finished file for screens: a JPEG of at most 1280 pixels a side, H.264 of at most 720p.
        Where the original is no larger, it is the original."""
        return await self._file(await self._own(request, path), Variant.WEB)

    async def make_link(
        self, request: web.Request, path: ArtifactPath, query: Empty, body: LinkRequest
    ) -> ArtifactLink:
        """Make a link that needs no key.
        Whoever has it may read this one file, until it ends."""
        found = await self._own(request, path)
        until = datetime.now(UTC) + timedelta(hours=body.hours)
        return ArtifactLink(url=self.links.link(found.id, body.variant, until), expires_at=until)

    async def read_link(self, request: web.Request, path: LinkPath, query: Signed, body: None) -> web.Response:
        """The bytes of a finished file, for whoever has a link to it."""
        now = datetime.now(UTC)
        self.links.check(path.artifact_id, path.variant, query.expires, query.signature, now)
        return await self._file(await self._found(path.artifact_id, None), path.variant)

    async def _own(self, request: web.Request, path: ArtifactPath) -> StoredArtifact:
        caller = await self.door.caller(request.headers)
        return await self._found(path.artifact_id, caller.user_id)

    async def _found(self, artifact_id: UUID, user_id: int | None) -> StoredArtifact:
        found = await stored_artifact(self.pool, artifact_id, user_id)
        if found is None:
            raise Refused.because(Code.NOT_FOUND, what="artifact")
        if found.expired:
            raise Refused.because(Code.GONE, what="artifact")
        return found

    async def _file(self, found: StoredArtifact, variant: Variant) -> web.Response:
        match variant:
            case Variant.THUMBNAIL if found.thumbnail_path is None:
                raise Refused.because(Code.NOT_FOUND, what="thumbnail")
            case Variant.THUMBNAIL:
                return await self._answer(found.thumbnail_path, "image/jpeg")
            case Variant.WEB if found.web_path:
                return await self._answer(found.web_path, content_type(found.web_path.rpartition(".")[2]))
            case Variant.WEB | Variant.ORIGINAL:
                return await self._answer(found.path, content_type(found.format))

    async def _answer(self, path: str | None, content_type: str) -> web.Response:
        if path is None:
            raise Refused.because(Code.GONE, what="artifact")
        try:
            content = await self.store.read(path)
        except StoreError:
            log.warning("artifact.unreadable", path=path)
            raise Refused.because(Code.UNAVAILABLE, retry_after_seconds=2.0) from None
        charset = CHARSETS.get(content_type)
        return web.Response(body=content, content_type=content_type, charset=charset, headers=HEADERS)


def content_type(form: str) -> str:
    return CONTENT_TYPES.get(form, "application/octet-stream")

"""The HTTP API of finished files."""

from uuid import UUID

import asyncpg
import structlog
from aiohttp import web
from pydantic import BaseModel

from scheduler.accounts.doorkeeper import Doorkeeper
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


class ArtifactPath(BaseModel):
    artifact_id: UUID


class ArtifactRoutes:
    def __init__(self, pool: asyncpg.Pool, door: Doorkeeper, store: ArtifactStore) -> None:
        self.pool = pool
        self.door = door
        self.store = store

    def operations(self) -> list[Operation]:
        one, gone = "/v1/artifacts/{artifact_id}", [Code.GONE, Code.UNAVAILABLE]
        return [
            Operation("GET", one, self.read_artifact, "file", in_path=ArtifactPath, refusals=gone),
            Operation("GET", one + "/thumbnail", self.read_thumbnail, "jpeg", in_path=ArtifactPath, refusals=gone),
        ]

    async def read_artifact(self, request: web.Request, path: ArtifactPath, query: Empty, body: None) -> web.Response:
        """The bytes of a finished file."""
        found = await self._found(request, path)
        return await self._answer(found.path, CONTENT_TYPES.get(found.format, "application/octet-stream"))

    async def read_thumbnail(self, request: web.Request, path: ArtifactPath, query: Empty, body: None) -> web.Response:
        """A small JPEG of a finished picture."""
        found = await self._found(request, path)
        if found.thumbnail_path is None:
            raise Refused.because(Code.NOT_FOUND, what="thumbnail")
        return await self._answer(found.thumbnail_path, "image/jpeg")

    async def _found(self, request: web.Request, path: ArtifactPath) -> StoredArtifact:
        caller = await self.door.caller(request.headers)
        found = await stored_artifact(self.pool, path.artifact_id, caller.user_id)
        if found is None:
            raise Refused.because(Code.NOT_FOUND, what="artifact")
        if found.expired:
            raise Refused.because(Code.GONE, what="artifact")
        return found

    async def _answer(self, path: str | None, content_type: str) -> web.Response:
        if path is None:
            raise Refused.because(Code.GONE, what="artifact")
        try:
            content = await self.store.read(path)
        except StoreError:
            log.warning("artifact.unreadable", path=path)
            raise Refused.because(Code.UNAVAILABLE, retry_after_seconds=2.0) from None
        headers = {"Cache-Control": "private, max-age=31536000, immutable", "X-Content-Type-Options": "nosniff"}
        return web.Response(body=content, content_type=content_type, headers=headers)

"""The HTTP API of finished files."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import asyncpg
from aiohttp import web
from pydantic import BaseModel, Field

from scheduler.accounts.doorkeeper import Doorkeeper
from scheduler.artifacts import playlist
from scheduler.artifacts.answers import HEADERS, Span, answer, content_type, span
from scheduler.artifacts.links import Signer
from scheduler.artifacts.model import ArtifactLink, LinkRequest, Variant
from scheduler.artifacts.queries import StoredArtifact, stored_artifact
from scheduler.artifacts.store import ArtifactStore
from scheduler.errors import Code, Refused
from scheduler.openapi import Empty, Operation


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
                "GET",
                f"{one}/{Variant.PLAYLIST}",
                self.read_playlist,
                "playlist",
                in_path=ArtifactPath,
                refusals=gone,
            ),
            Operation("GET", f"{one}/{Variant.STREAM}", self.read_stream, "file", in_path=ArtifactPath, refusals=gone),
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
        return await self._file(request, await self._own(request, path), Variant.ORIGINAL)

    async def read_thumbnail(self, request: web.Request, path: ArtifactPath, query: Empty, body: None) -> web.Response:
        """A small JPEG of a finished file: the picture, a frame of the video, the wave of the sound."""
        return await self._file(request, await self._own(request, path), Variant.THUMBNAIL)

    async def read_web(self, request: web.Request, path: ArtifactPath, query: Empty, body: None) -> web.Response:
        """A finished file for screens: a JPEG of at most 1280 pixels a side, H.264 of at most 1080p.
        Where the original is no larger, it is the original."""
        return await self._file(request, await self._own(request, path), Variant.WEB)

    async def read_playlist(self, request: web.Request, path: ArtifactPath, query: Empty, body: None) -> web.Response:
        """The HLS playlist of a film that was asked for in the format hls.
        It names the film by a path beside its own, which wants the same key; its link (variant playlist.m3u8) needs
        none."""
        return await self._file(request, await self._own(request, path), Variant.PLAYLIST)

    async def read_stream(self, request: web.Request, path: ArtifactPath, query: Empty, body: None) -> web.Response:
        """The film of a playlist: the original, under a name that players take for a film."""
        return await self._file(request, await self._own(request, path), Variant.STREAM)

    async def make_link(
        self, request: web.Request, path: ArtifactPath, query: Empty, body: LinkRequest
    ) -> ArtifactLink:
        """Make a link that needs no key.
        Whoever has it may read this one file, until it ends."""
        found = await self._own(request, path)
        until = datetime.now(UTC) + timedelta(hours=body.hours)
        return ArtifactLink(url=self.links.link(found.id, body.variant, until), expires_at=until)

    async def read_link(self, request: web.Request, path: LinkPath, query: Signed, body: None) -> web.Response:
        """The bytes of a finished file, for whoever has a link to it.
        A playlist names its film by a link that ends with it."""
        now = datetime.now(UTC)
        self.links.check(path.artifact_id, path.variant, query.expires, query.signature, now)
        found = await self._found(path.artifact_id, None)
        if path.variant is Variant.PLAYLIST:
            until = datetime.fromtimestamp(query.expires, UTC)
            read = self._playlist(found, self.links.link(found.id, Variant.STREAM, until).rpartition("/")[2])
        else:
            read = await self._file(request, found, path.variant)
        read.headers["Access-Control-Allow-Origin"] = "*"  # players in pages of others; the link is the right to read
        return read

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

    async def _file(self, request: web.Request, found: StoredArtifact, variant: Variant) -> web.Response:
        match variant:
            case Variant.THUMBNAIL:
                return await self._answer(found.thumbnail_path, "image/jpeg", None, "thumbnail")
            case Variant.WEB if found.web_path:
                kind = content_type(found.web_path.rpartition(".")[2])
                return await self._answer(found.web_path, kind, span(request))
            case Variant.WEB | Variant.ORIGINAL:
                return await self._answer(found.path, content_type(found.format), span(request))
            case Variant.PLAYLIST:
                return self._playlist(found, Variant.STREAM)
            case Variant.STREAM:
                streamed = found.path if playlist.pieces_of(found.hls) else None
                return await self._answer(streamed, "video/mp4", span(request), "playlist")

    async def _answer(self, path: str | None, kind: str, wanted: Span | None, what: str = "artifact") -> web.Response:
        if path is None:
            raise Refused.because(Code.GONE if what == "artifact" else Code.NOT_FOUND, what=what)
        return await answer(self.store, path, kind, wanted)

    def _playlist(self, found: StoredArtifact, uri: str) -> web.Response:
        pieces = playlist.pieces_of(found.hls)
        if pieces is None:
            raise Refused.because(Code.NOT_FOUND, what="playlist")
        return web.Response(text=playlist.playlist(pieces, uri), content_type=playlist.CONTENT_TYPE, headers=HEADERS)

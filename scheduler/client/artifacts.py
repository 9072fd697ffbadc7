"""The bytes of finished files."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from uuid import UUID

import aiohttp

from scheduler.artifacts.model import ArtifactLink, ArtifactView, LinkRequest, Variant
from scheduler.client.transport import Actor, Transport
from scheduler.errors import Unreachable

PIECE_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class File:
    """A file of which nothing is read yet; `span` says which part of it, if it is one. The pieces come as they are
    asked for; Unreachable where they break off."""

    content_type: str
    size_bytes: int | None
    span: str | None
    pieces: AsyncIterator[bytes]


class Artifacts:
    transport: Transport
    actor: Actor | None

    async def artifact_bytes(self, artifact: ArtifactView) -> bytes:
        """The file itself; refused as `gone` once it has expired."""
        return await self.transport.exchange("GET", artifact.url, actor=self.actor, repeatable=True)

    async def thumbnail_bytes(self, artifact: ArtifactView) -> bytes:
        """A JPEG of at most 512 pixels a side."""
        return await self.transport.exchange("GET", artifact.url + "/thumbnail", actor=self.actor, repeatable=True)

    async def web_bytes(self, artifact: ArtifactView) -> bytes:
        """The file for screens; the original where that is no larger."""
        return await self.transport.exchange("GET", artifact.url + "/web", actor=self.actor, repeatable=True)

    async def link(self, artifact_id: UUID, variant: Variant = Variant.ORIGINAL, hours: float = 24) -> ArtifactLink:
        """A link to the file for whoever has it."""
        path, body = f"/v1/artifacts/{artifact_id}/link", LinkRequest(variant=variant, hours=hours)
        return await self.transport.call("POST", path, ArtifactLink, actor=self.actor, body=body, repeatable=True)

    @asynccontextmanager
    async def file(
        self, artifact_id: UUID, variant: Variant = Variant.ORIGINAL, wanted: str | None = None
    ) -> AsyncIterator[File]:
        """The same of an artifact of which only the id is known, a piece at a time; of `wanted`, a Range, the part that
        it asks for."""
        path = f"/v1/artifacts/{artifact_id}" + ("" if variant is Variant.ORIGINAL else f"/{variant}")
        headers = {"Range": wanted} if wanted else {}
        async with self.transport.opened(path, actor=self.actor, headers=headers) as response:
            span = response.headers.get("Content-Range")
            yield File(response.content_type, response.content_length, span, pieces(response))


async def pieces(response: aiohttp.ClientResponse) -> AsyncIterator[bytes]:
    try:
        async for piece in response.content.iter_chunked(PIECE_BYTES):
            yield piece
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        raise Unreachable(f"GET {response.url.path}: {type(error).__name__}") from error

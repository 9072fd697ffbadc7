"""The bytes of finished files."""

from uuid import UUID

from scheduler.artifacts.model import ArtifactLink, ArtifactView, LinkRequest, Variant
from scheduler.client.transport import Actor, Transport


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

    async def file_bytes(self, artifact_id: UUID, variant: Variant = Variant.ORIGINAL) -> bytes:
        """The same of an artifact of which only the id is known."""
        path = f"/v1/artifacts/{artifact_id}" + ("" if variant is Variant.ORIGINAL else f"/{variant}")
        return await self.transport.exchange("GET", path, actor=self.actor, repeatable=True)

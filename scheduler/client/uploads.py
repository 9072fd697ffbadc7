"""Pictures to start from."""

from scheduler.client.transport import Actor, Transport
from scheduler.uploads.model import UploadView


class Uploads:
    transport: Transport
    actor: Actor | None

    async def upload(self, content: bytes, content_type: str = "image/jpeg") -> UploadView:
        """Keep a picture for a while; its id can be the `picture` of requests. The same bytes give the same upload."""
        return await self.transport.call(
            "POST",
            "/v1/uploads",
            UploadView,
            actor=self.actor,
            headers={"Content-Type": content_type},
            content=content,
            repeatable=True,
        )

"""The models, as one user may use them."""

from scheduler.catalogue.model import ModelList, ModelView
from scheduler.client.transport import Actor, Transport


class Catalogue:
    transport: Transport
    actor: Actor | None

    async def models(self) -> list[ModelView]:
        answer = await self.transport.call("GET", "/v1/models", ModelList, actor=self.actor, repeatable=True)
        return answer.models

"""Which models a person is offered: those of the plan that a worker runs now."""

from collections.abc import Collection, Iterable

from scheduler.catalogue.model import Capability, ModelView
from scheduler.client import User
from scheduler.errors import Refused, Unreachable

IMAGES = frozenset({Capability.IMAGE})


def offered(models: Iterable[ModelView], capabilities: Collection[Capability] = IMAGES) -> list[ModelView]:
    """The default first; while no worker runs any of them, all that the plan allows."""
    allowed = [model for model in models if model.allowed and model.capability in capabilities]
    running = [model for model in allowed if model.online]
    return sorted(running or allowed, key=lambda model: not model.default)


async def names(user: User) -> list[str]:
    """What may stand after --model; empty where that is not known now."""
    try:
        return [model.id for model in offered(await user.models()) if model.online]
    except (Refused, Unreachable):
        return []

"""Which models a person is offered: those of the plan that a worker runs now."""

from collections.abc import Collection, Iterable
from contextlib import suppress
from typing import NamedTuple

from bots.making import ANSWERER
from scheduler.catalogue.model import Capability, ModelView
from scheduler.client import Scheduler, User
from scheduler.errors import Refused, Unreachable

IMAGES = frozenset({Capability.IMAGE})


def offered(models: Iterable[ModelView], capabilities: Collection[Capability] = IMAGES) -> list[ModelView]:
    """The default first; while no worker runs any of them, all that the plan allows."""
    allowed = [model for model in models if model.allowed and model.capability in capabilities]
    running = [model for model in allowed if model.online]
    return sorted(running or allowed, key=lambda model: not model.default)


class Known(NamedTuple):
    """What /help tells of."""

    names: tuple[str, ...] = ()  # that may stand after --model
    answers: bool = False  # whether there is /ask


async def known(user: User) -> Known:
    """Nothing where that is not known now."""
    try:
        models = await user.models()
    except (Refused, Unreachable):
        return Known()
    names = tuple(model.id for model in offered(models) if model.online)
    return Known(names, any(model.id == ANSWERER and model.online and model.allowed for model in models))


class Answerer:
    """Whether there is a language model for /ask. Once there was one it is spoken of until the process ends: while its
    server is away for a moment, questions wait for it."""

    def __init__(self, scheduler: Scheduler) -> None:
        self.scheduler = scheduler
        self.seen = False

    async def is_here(self) -> bool:
        with suppress(Refused, Unreachable):
            models = [] if self.seen else await self.scheduler.myself().models()
            self.seen |= any(model.id == ANSWERER and model.online for model in models)
        return self.seen

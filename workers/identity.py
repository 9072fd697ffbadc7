"""Who this worker is, for as long as its process lives."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from scheduler.release import installed_version
from scheduler.wire import Offer
from workers.engines.protocol import ModelOffer


@dataclass(frozen=True, slots=True)
class Identity:
    """What every beat repeats; `worker_id` names this incarnation, a restarted worker is another one."""

    worker_id: str
    name: str
    slots: int
    memory_gib: float
    offers: Sequence[Offer]
    looks_ahead: bool
    version: str


def born(name: str, slots: int, memory_gib: float, offers: Sequence[ModelOffer], looks_ahead: bool = False) -> Identity:
    """A new incarnation of the worker called `name`."""
    return Identity(
        worker_id=f"{name}-{secrets.token_hex(4)}",
        name=name,
        slots=slots,
        memory_gib=memory_gib,
        offers=[
            Offer(
                model=offer.model,
                capability=offer.capability,
                max_side=offer.max_side,
                memory_gib=offer.memory_gib,
                batch=offer.batch,
                takes_picture=offer.takes_picture,
                needs_picture=offer.needs_picture,
            )
            for offer in offers
        ],
        looks_ahead=looks_ahead,
        version=installed_version(),
    )

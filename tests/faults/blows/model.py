"""What a fault is: something struck, for a while, that is healed afterwards without a hand on anything else."""

from typing import Protocol

from tests.faults.town import Town


class Fault(Protocol):
    """Two faults never strike the same target at a time; one that is `alone` strikes while no other one does."""

    @property
    def target(self) -> str: ...
    @property
    def alone(self) -> bool: ...
    async def strike(self, town: Town) -> None: ...
    async def heal(self, town: Town) -> None: ...

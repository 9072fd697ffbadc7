"""What a fault is: something struck, for a while, that is healed afterwards without a hand on anything else."""

from typing import Protocol

from tests.faults.town import Town


class Fault(Protocol):
    """`target` names what it strikes: two faults never strike the same at a time. `alone`: nor anything else."""

    target: str
    alone: bool

    async def strike(self, town: Town) -> None: ...
    async def heal(self, town: Town) -> None: ...

"""Faults of a connection between two: slow, cut, half-open, replies dropped. `target` is "process>server"."""

from dataclasses import dataclass

from tests.faults.town import Town


@dataclass(frozen=True, slots=True)
class Slow:
    target: str
    latency_seconds: float
    alone: bool = False

    async def strike(self, town: Town) -> None:
        town.wires[self.target].latency_seconds = self.latency_seconds

    async def heal(self, town: Town) -> None:
        town.wires[self.target].heal()


@dataclass(frozen=True, slots=True)
class Cut:
    target: str
    alone: bool = False

    async def strike(self, town: Town) -> None:
        town.wires[self.target].refuses = True
        town.wires[self.target].cut()

    async def heal(self, town: Town) -> None:
        town.wires[self.target].heal()


@dataclass(frozen=True, slots=True)
class HalfOpen:
    """Connections stay, nothing arrives."""

    target: str
    alone: bool = False

    async def strike(self, town: Town) -> None:
        town.wires[self.target].swallows = True

    async def heal(self, town: Town) -> None:
        town.wires[self.target].heal()


@dataclass(frozen=True, slots=True)
class RepliesDropped:
    """What is asked happens, and nobody hears that it did."""

    target: str
    alone: bool = False

    async def strike(self, town: Town) -> None:
        town.wires[self.target].deaf = True

    async def heal(self, town: Town) -> None:
        town.wires[self.target].heal()

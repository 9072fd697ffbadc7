"""What stands before the schedulers, as in any deployment: each new connection goes to one that says it is ready."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field

import aiohttp

from tests.faults.proxy import Wire

LOOK_SECONDS = 0.5
PATIENCE_SECONDS = 1.0


@dataclass(slots=True)
class Doors:
    """`ports` of the schedulers by name; `ready` holds those that answered last."""

    ports: Mapping[str, int]
    ready: set[str] = field(default_factory=set)
    turn: int = 0

    async def watch(self) -> None:
        """Ask each, for ever."""
        timeout = aiohttp.ClientTimeout(total=PATIENCE_SECONDS)
        async with aiohttp.ClientSession(timeout=timeout) as session:
            while True:
                await asyncio.gather(*(self._look(session, name) for name in self.ports))
                await asyncio.sleep(LOOK_SECONDS)

    async def _look(self, session: aiohttp.ClientSession, name: str) -> None:
        well = False
        with suppress(aiohttp.ClientError, OSError, TimeoutError):
            async with session.get(f"http://127.0.0.1:{self.ports[name]}/readyz") as answer:
                well = answer.status == 200
        if well:
            self.ready.add(name)
        else:
            self.ready.discard(name)

    def choose(self, wires: Mapping[str, Wire]) -> Wire:
        """The next in turn of those that are ready, or of all when none is."""
        names = [name for name in wires if name in self.ready] or list(wires)
        self.turn += 1
        return wires[names[self.turn % len(names)]]

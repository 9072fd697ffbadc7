"""Carries the plan out: each fault at its moment, healed when its time is over; never two of the same at a time."""

import asyncio
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

import asyncpg
import structlog

from tests.faults.plan import Blow
from tests.faults.town import Town

log = structlog.get_logger(__name__)

QUIET_SECONDS = 3.0  # before an outage: what was struck before is known by then
AGAIN_SECONDS = 0.2


@dataclass(slots=True)
class Strikes:
    """`struck` counts the faults that took place; `story` says when, in seconds since the round began."""

    town: Town
    began: float = field(default_factory=time.monotonic)
    struck: int = 0
    story: list[str] = field(default_factory=list)
    locks: dict[str, asyncio.Lock] = field(default_factory=lambda: defaultdict(asyncio.Lock))
    under_way: set[asyncio.Task[None]] = field(default_factory=set)

    async def carry_out(self, blows: Sequence[Blow]) -> None:
        async with asyncio.TaskGroup() as group:
            for blow in blows:
                await asyncio.sleep(blow.after)
                if blow.fault.alone:
                    await self._calm()
                    await asyncio.sleep(QUIET_SECONDS)
                    await self._strike(blow)
                else:
                    task = group.create_task(self._strike(blow))
                    self.under_way.add(task)
                    task.add_done_callback(self.under_way.discard)

    async def _calm(self) -> None:
        while self.under_way:
            await asyncio.wait(self.under_way)

    async def _strike(self, blow: Blow) -> None:
        async with self.locks[group_of(blow.fault.target)]:
            self._tell(blow, "strikes")
            await until_done(blow.fault.strike, self.town)
            self.struck += 1
            await asyncio.sleep(blow.lasting)
            await until_done(blow.fault.heal, self.town)
            self._tell(blow, "is healed")

    def _tell(self, blow: Blow, what: str) -> None:
        seconds = time.monotonic() - self.began
        self.story.append(f"{seconds:7.2f} s  {blow.number:3} {what}: {blow.fault}")


def group_of(target: str) -> str:
    """What one fault at a time may strike: a process is one, with its clock and disk; each wire is another."""
    return target


async def until_done(step: object, town: Town) -> None:
    """The machine's own look at the database may fall into another fault."""
    assert callable(step)
    while True:
        try:
            await step(town)
            return
        except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as error:
            log.info("fault.waits", error=type(error).__name__)
            await asyncio.sleep(AGAIN_SECONDS)

"""Outages longer than a lease, after which nothing may run twice: they strike alone."""

import asyncio
from dataclasses import dataclass
from typing import ClassVar

from tests.faults.servers import kill, restart
from tests.faults.town import SCHEDULERS, Outage, Town

ALIVE_SECONDS = 3.0  # a worker that beat so lately, and that nothing struck since, lives

RUNNING = """
    select j.id::text, j.lost_attempts from jobs j join workers w using (worker_id)
     where j.status = 'RUNNING' and w.state = 'ready' and w.last_seen_at > now() - make_interval(secs => $1)
"""


@dataclass(frozen=True, slots=True)
class RedisAway:
    """Nobody reaches Redis; it comes back empty, or with what it had."""

    empty: bool
    target: ClassVar[str] = "redis"
    alone: ClassVar[bool] = True

    async def strike(self, town: Town) -> None:
        await begin(town, "an outage of Redis")
        if self.empty:
            await kill(town.servers.valkey)
        for wire in redis_wires(town):
            town.wires[wire].refuses = True
            town.wires[wire].cut()

    async def heal(self, town: Town) -> None:
        await restart(town.servers.valkey)
        for wire in redis_wires(town):
            town.wires[wire].heal()
        await end(town)


@dataclass(frozen=True, slots=True)
class SchedulersAway:
    """All schedulers are told to stop, and started again later: an upgrade that took its time."""

    target: ClassVar[str] = "schedulers"
    alone: ClassVar[bool] = True

    async def strike(self, town: Town) -> None:
        await asyncio.gather(*(town.members[name].stop() for name in SCHEDULERS))
        await begin(town, "an upgrade of the schedulers")

    async def heal(self, town: Town) -> None:
        for name in SCHEDULERS:
            await town.members[name].start()
        await end(town)


async def begin(town: Town, why: str) -> None:
    rows = await town.db.fetch(RUNNING, ALIVE_SECONDS)
    since = await town.db.fetchval("select clock_timestamp()")
    town.outages.append(Outage(why, since, {row["id"]: row["lost_attempts"] for row in rows}))


async def end(town: Town) -> None:
    town.outages[-1].until = await town.db.fetchval("select clock_timestamp()")


def redis_wires(town: Town) -> list[str]:
    return [name for name in town.wires if name.endswith(">redis")]

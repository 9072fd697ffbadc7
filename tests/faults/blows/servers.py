"""Faults of PostgreSQL and Redis themselves, and of what Redis carries."""

from dataclasses import dataclass
from typing import Any, ClassVar

from scheduler.wire import BEATS, REPORTS
from tests.faults.servers import kill, restart, stop
from tests.faults.town import Town

SAID_LATELY = 50  # entries of a stream


@dataclass(frozen=True, slots=True)
class PostgresKilled:
    target: ClassVar[str] = "postgres"
    alone: bool = False

    async def strike(self, town: Town) -> None:
        await kill(town.servers.postgres)

    async def heal(self, town: Town) -> None:
        await restart(town.servers.postgres)


@dataclass(frozen=True, slots=True)
class PostgresRestarted:
    """In order: sessions are ended, a checkpoint is written."""

    target: ClassVar[str] = "postgres"
    alone: bool = False

    async def strike(self, town: Town) -> None:
        await stop(town.servers.postgres)

    async def heal(self, town: Town) -> None:
        await restart(town.servers.postgres)


@dataclass(frozen=True, slots=True)
class RedisKilled:
    """It comes back empty."""

    target: ClassVar[str] = "redis"
    alone: bool = False

    async def strike(self, town: Town) -> None:
        await kill(town.servers.valkey)

    async def heal(self, town: Town) -> None:
        await restart(town.servers.valkey)


@dataclass(frozen=True, slots=True)
class RedisFlushed:
    target: ClassVar[str] = "redis"
    alone: bool = False

    async def strike(self, town: Town) -> None:
        async with town.servers.redis() as redis:
            await redis.flushall()

    async def heal(self, town: Town) -> None:
        """Nothing to heal: it only forgot."""


@dataclass(frozen=True, slots=True)
class SaidAgain:
    """What workers and schedulers said lately comes once more, the newest first."""

    target: ClassVar[str] = "redis"
    alone: bool = False

    async def strike(self, town: Town) -> None:
        async with town.servers.redis() as redis:
            inboxes = [key async for key in redis.scan_iter("tessera:{worker:*}:inbox")]
            for stream in (REPORTS, BEATS, *inboxes):
                said: Any = await redis.xrevrange(stream, count=SAID_LATELY)
                for _, fields in said:
                    await redis.xadd(stream, fields)

    async def heal(self, town: Town) -> None:
        """Nothing to heal."""

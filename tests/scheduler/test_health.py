"""Whether a scheduler can serve, asked by anybody as often as anybody likes."""

import asyncio
from typing import Any

import pytest

from scheduler import health
from scheduler.health import Readiness


class Server:
    """PostgreSQL and Redis at once: counts how often it is looked at."""

    def __init__(self) -> None:
        self.asked = 0
        self.away = False

    async def fetchval(self, query: str) -> int:
        self.asked += 1
        await asyncio.sleep(0)
        if self.away:
            raise ConnectionRefusedError
        return 1

    async def ping(self) -> None:
        await asyncio.sleep(0)


def readiness() -> tuple[Readiness, Server]:
    server: Any = Server()
    return Readiness(server, server, asyncio.Event()), server


async def test_one_look_serves_all_who_ask_at_once() -> None:
    ready, server = readiness()

    assert await asyncio.gather(*(ready.missing() for _ in range(50))) == [[]] * 50
    assert server.asked == 1


async def test_a_look_is_good_for_a_moment_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "LOOK_SECONDS", 0.0)
    ready, server = readiness()
    assert await ready.missing() == []
    server.away = True

    assert await ready.missing() == ["database"]


async def test_who_stops_says_so_at_once() -> None:
    ready, _ = readiness()
    assert await ready.missing() == []
    ready.stop.set()

    assert await ready.missing() == ["stopping"]

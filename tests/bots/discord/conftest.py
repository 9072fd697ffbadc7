"""Fixtures of the Discord bot's tests."""

from collections.abc import AsyncIterator

import pytest
from discord.gateway import DiscordWebSocket
from discord.http import Route

from tests.bots.discord.stage import Stage, staged


@pytest.fixture
async def empty_stage(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Stage]:
    """Nobody runs the bot yet. discord.py's addresses are put back afterwards."""
    monkeypatch.setattr(Route, "BASE", Route.BASE)
    monkeypatch.setattr(DiscordWebSocket, "DEFAULT_GATEWAY", DiscordWebSocket.DEFAULT_GATEWAY)
    async with staged() as stage:
        yield stage


@pytest.fixture
async def stage(empty_stage: Stage) -> Stage:
    await empty_stage.start()
    return empty_stage

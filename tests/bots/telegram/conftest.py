"""A bot at work on the rig, with a scheduler in memory."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest

from bots.settings import BotEntry, BotSettings
from bots.telegram.desk import Patience
from bots.telegram.run import get_acquainted, make_bot, serve
from scheduler.accounts.model import Platform
from scheduler.catalogue.model import Capability
from tests.bots.studio import HURRY
from tests.bots.telegram.studio import TelegramStudio
from tests.rigs.telegram import FakeBot, FakeTelegram, Person

IMPATIENT = Patience(total=1.0, attempt=0.3, pause=0.05)


@pytest.fixture
async def telegram() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram() as telegram:
        yield telegram
        telegram.assert_clean()


@pytest.fixture
def studio() -> TelegramStudio:
    return TelegramStudio()


@pytest.fixture
def fake_bot(telegram: FakeTelegram) -> FakeBot:
    return telegram.new_bot()


@pytest.fixture
def ann(telegram: FakeTelegram, fake_bot: FakeBot) -> Person:
    return telegram.person("Ann")


@pytest.fixture
async def bot(telegram: FakeTelegram, fake_bot: FakeBot, studio: TelegramStudio) -> AsyncIterator[FakeBot]:
    """The bot runs while the test does."""
    async with at_work(telegram, fake_bot, studio):
        yield fake_bot


@asynccontextmanager
async def at_work(
    telegram: FakeTelegram,
    fake: FakeBot,
    studio: TelegramStudio,
    *,
    killed: bool = False,
    patience: Patience = IMPATIENT,
    capabilities: Sequence[str] = tuple(Capability),
    **settings: Any,
) -> AsyncIterator[None]:
    """Run the real bot inside the block; `killed`: it ends without any farewell."""
    told = {"bot_id": "telegram", "platform": Platform.TELEGRAM, "token": fake.token, "capabilities": capabilities}
    entry = BotEntry.model_validate(told)
    given = BotSettings.model_validate({"telegram_api_base": telegram.url, **settings})
    stop = asyncio.Event()

    async def work() -> None:
        async with make_bot(entry, given) as bot:
            await get_acquainted(bot, entry, stop)
            await serve(bot, entry, given, studio, stop, HURRY, patience)

    task = asyncio.create_task(work())
    try:
        await fake.listens()
        yield
    finally:
        if killed:
            task.cancel()
        stop.set()
        async with asyncio.timeout(15):
            await asyncio.wait([task])
        if not task.cancelled():
            task.result()

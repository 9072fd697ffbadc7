"""How the bot begins, and when it cannot."""

import asyncio

import pytest

from bots.settings import BotEntry, BotSettings
from bots.telegram.run import run
from scheduler.accounts.model import Platform
from scheduler.errors import SettingsError
from tests.bots.telegram.conftest import at_work
from tests.bots.telegram.studio import TelegramStudio
from tests.rigs.telegram import FakeBot, FakeTelegram, Person


@pytest.mark.parametrize(("token", "words"), [("no token", "expected NUMBER"), ("778:other", "does not know it")])
async def test_a_wrong_token_is_said_clearly(
    telegram: FakeTelegram, fake_bot: FakeBot, studio: TelegramStudio, token: str, words: str
) -> None:
    entry = BotEntry.model_validate({"bot_id": "telegram", "platform": Platform.TELEGRAM, "token": token})
    settings = BotSettings.model_validate({"telegram_api_base": telegram.url})
    with pytest.raises(SettingsError, match=words):
        await run(entry, settings, studio, asyncio.Event())


async def test_telegram_in_trouble_at_the_start(
    telegram: FakeTelegram,
    fake_bot: FakeBot,
    studio: TelegramStudio,
    ann: Person,
) -> None:
    telegram.answers_502("getMe")
    telegram.answers_429("setMyCommands", 1)
    ann.writes("/help@tessera_bot")
    async with at_work(telegram, fake_bot, studio):
        await ann.waits_for(lambda seen: "/imagine" in seen.text)


async def test_the_menu_waits_as_long_as_telegram_says(
    telegram: FakeTelegram, fake_bot: FakeBot, studio: TelegramStudio
) -> None:
    telegram.answers_429("setMyCommands", 2)
    async with at_work(telegram, fake_bot, studio):
        await telegram.until(lambda: [call for call in telegram.calls_of("setMyCommands") if not call.error])


async def test_a_bot_offers_what_it_makes_and_nothing_else(
    telegram: FakeTelegram, fake_bot: FakeBot, studio: TelegramStudio, ann: Person
) -> None:
    async with at_work(telegram, fake_bot, studio, capabilities=["video"]):
        await telegram.until(lambda: fake_bot.commands)
        menu = [command["command"] for command in next(iter(fake_bot.commands.values()))]
        assert menu == ["video", "usage", "jobs", "cancel", "help"]
        ann.writes("/help")
        helped = await ann.waits_for(lambda seen: "/video" in seen.text)
        assert "/imagine" not in helped.text
        ann.writes("/imagine a fox")
        await ann.waits_for(lambda seen: "/help" in seen.text)
        assert studio.asked == []
        ann.writes("mountains, day to night")
        await telegram.until(lambda: studio.asked)
        assert studio.asked[0].request.capability == "video"

"""Updates by webhook: only from Telegram, and answered 200 only when their effect is committed."""

import asyncio
import socket
from typing import Any

import aiohttp
import pytest

from bots.telegram.webhook import SECRET_HEADER
from tests.bots.studio import until
from tests.bots.telegram.conftest import at_work
from tests.bots.telegram.studio import TelegramStudio
from tests.bots.telegram.test_pictures import made
from tests.rigs.telegram import FakeBot, FakeTelegram, Person


@pytest.fixture
def hook() -> dict[str, Any]:
    """Settings of a webhook on a free port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    return {"telegram_webhook_url": f"http://127.0.0.1:{port}/telegram/hook", "telegram_webhook_port": port}


async def test_the_whole_way_by_webhook(
    ann: Person, fake_bot: FakeBot, studio: TelegramStudio, telegram: FakeTelegram, hook: dict[str, Any]
) -> None:
    async with at_work(telegram, fake_bot, studio, **hook):
        await made(ann, studio)
        await fake_bot.has_confirmed_all()
    assert fake_bot.updates.polls == 0
    assert fake_bot.webhook
    assert fake_bot.webhook.failures == []


@pytest.mark.parametrize("headers", [{}, {SECRET_HEADER: "wrong"}])
async def test_a_call_without_the_secret_is_turned_away(
    fake_bot: FakeBot, studio: TelegramStudio, telegram: FakeTelegram, hook: dict[str, Any], headers: dict[str, str]
) -> None:
    async with at_work(telegram, fake_bot, studio, **hook), aiohttp.ClientSession() as http:
        answer = await http.post(hook["telegram_webhook_url"], json={"update_id": 1}, headers=headers)
        assert answer.status == 401
    assert studio.asked == []


async def test_a_secret_of_the_settings(
    fake_bot: FakeBot, studio: TelegramStudio, telegram: FakeTelegram, hook: dict[str, Any]
) -> None:
    right = {SECRET_HEADER: "my-own"}
    own = hook | {"telegram_webhook_secret": "my-own"}
    async with at_work(telegram, fake_bot, studio, **own), aiohttp.ClientSession() as http:
        unreadable = await http.post(hook["telegram_webhook_url"], data=b"no JSON", headers=right)
        nothing = await http.post(hook["telegram_webhook_url"], json={"update_id": 1}, headers=right)
        assert (unreadable.status, nothing.status) == (200, 200)  # they would only come again


async def test_stopped_before_the_effect_it_asks_for_the_update_again(
    ann: Person, fake_bot: FakeBot, studio: TelegramStudio, telegram: FakeTelegram, hook: dict[str, Any]
) -> None:
    studio.answers = asyncio.Event()
    async with at_work(telegram, fake_bot, studio, **hook):
        ann.writes("a fox")
        await until(lambda: len(studio.jobs) == 1)
        assert len(fake_bot.updates.pending) == 1
    assert len(fake_bot.updates.pending) == 1
    studio.answers.set()
    async with at_work(telegram, fake_bot, studio, **hook):
        await ann.waits_for(lambda seen: "Next in line" in seen.text)
        await fake_bot.has_confirmed_all()
    assert len(studio.jobs) == 1


async def test_back_from_a_webhook_to_polling(
    ann: Person, fake_bot: FakeBot, studio: TelegramStudio, telegram: FakeTelegram, hook: dict[str, Any]
) -> None:
    async with at_work(telegram, fake_bot, studio, **hook):
        pass
    assert fake_bot.webhook
    async with at_work(telegram, fake_bot, studio):
        await telegram.until(lambda: fake_bot.updates.polls)
        ann.writes("/help")
        await ann.waits_for(lambda seen: "/imagine" in seen.text)

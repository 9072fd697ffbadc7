"""Updates of the fake Telegram: kept until confirmed, repeated, pushed to a webhook, and what a person waits for."""

import asyncio

import aiohttp
import pytest
from aiogram import Bot
from aiogram.exceptions import (
    ClientDecodeError,
    TelegramConflictError,
)
from aiogram.types import (
    Update,
)
from aiohttp import web

from tests.rigs.telegram import FakeBot, FakeTelegram, Person
from tests.rigs.telegram_stage import TOKEN


async def test_a_command_reaches_the_bot_with_its_author_and_language(bot: Bot, ann: Person) -> None:
    ann.writes("/imagine@tessera_bot a 🦊")
    start, imagine = await bot.get_updates()

    assert start.message
    assert imagine.message
    assert imagine.message.from_user
    assert imagine.message.from_user.language_code == "de"
    assert imagine.message.text == "/imagine@tessera_bot a 🦊"
    assert imagine.message.entities
    assert imagine.message.entities[0].extract_from(imagine.message.text) == "/imagine@tessera_bot"


async def test_updates_come_again_until_they_are_confirmed(bot: Bot, ann: Person, account: FakeBot) -> None:
    ann.writes("two")
    first = await bot.get_updates()
    again = await bot.get_updates()
    assert [update.update_id for update in again] == [update.update_id for update in first]

    assert len(await bot.get_updates(offset=first[0].update_id + 1)) == 1
    assert await bot.get_updates(offset=first[1].update_id + 1) == []
    assert account.updates.pending == []


async def test_a_negative_offset_keeps_only_the_newest(bot: Bot, ann: Person) -> None:
    ann.writes("two")
    updates = await bot.get_updates(offset=-1)
    assert [update.message and update.message.text for update in updates] == ["two"]


async def test_a_waiting_poll_wakes_at_once(bot: Bot, ann: Person, account: FakeBot) -> None:
    seen = await bot.get_updates()
    async with asyncio.timeout(5):
        poll = asyncio.create_task(bot.get_updates(offset=seen[-1].update_id + 1, timeout=30))
        await account.listens()
        ann.writes("hello")
        updates = await poll
    assert updates[0].message
    assert updates[0].message.text == "hello"


async def test_the_second_poller_ends_the_first(
    bot: Bot, account: FakeBot, telegram: FakeTelegram, ann: Person
) -> None:
    await bot.get_updates(offset=-1)
    offset = account.updates.next_id
    first = asyncio.create_task(bot.get_updates(offset=offset, timeout=30))
    await account.listens()
    second = asyncio.create_task(bot.get_updates(offset=offset, timeout=30))
    with pytest.raises(TelegramConflictError):
        await first
    ann.writes("hello")
    assert len(await second) == 1
    assert [each.rule for each in telegram.rule_breaks] == ["two-pollers"]


async def test_a_poller_that_died_is_no_conflict(bot: Bot, account: FakeBot, telegram: FakeTelegram) -> None:
    session = aiohttp.ClientSession()
    url = f"{telegram.url}/bot{TOKEN}/getUpdates"
    dying = asyncio.create_task(session.post(url, data={"timeout": "30"}))
    await account.listens()
    dying.cancel()
    await session.close()
    await asyncio.wait([dying])
    async with asyncio.timeout(5):
        while account.updates.has_poller():
            await asyncio.sleep(0)

    assert await bot.get_updates() == []
    telegram.assert_clean()


async def test_an_update_can_be_repeated_after_its_confirmation(bot: Bot, telegram: FakeTelegram) -> None:
    account = telegram.world.bots[TOKEN]
    account.gets_next_updates_twice()
    telegram.person("Ann").writes("once")
    first = await bot.get_updates()
    second = await bot.get_updates(offset=first[0].update_id + 1)
    third = await bot.get_updates(offset=first[0].update_id + 1)
    assert (second, third) == (first, [])

    account.gets_last_update_again()
    assert await bot.get_updates(offset=first[0].update_id + 2) == first


async def test_an_update_can_come_after_the_next_one_and_is_not_lost(bot: Bot, ann: Person, account: FakeBot) -> None:
    ann.writes("hello")
    await bot.get_updates(offset=account.updates.next_id)
    account.gets_next_updates_late()
    ann.writes("first")
    assert await bot.get_updates() == []
    ann.writes("second")
    came = await bot.get_updates()
    assert [update.message.text for update in came if update.message] == ["second", "first"]
    assert await bot.get_updates(offset=came[0].update_id + 1) == []

    account.gets_next_updates_late(2)
    ann.writes("third")
    account.gets_late_updates_now()
    assert len(await bot.get_updates()) == 1  # nothing came after it
    ann.writes("fourth")
    assert len(await bot.get_updates()) == 2


async def test_each_of_several_late_updates_comes_after_the_one_that_followed_it(
    bot: Bot, ann: Person, account: FakeBot
) -> None:
    await bot.get_updates(offset=account.updates.next_id)
    account.gets_next_updates_late(2)
    for words in ("first", "second", "third", "fourth"):
        ann.writes(words)
    came = await bot.get_updates()
    assert [update.message.text for update in came if update.message] == ["third", "second", "first", "fourth"]


async def test_an_update_that_is_late_comes_though_the_next_one_was_confirmed(
    bot: Bot, ann: Person, account: FakeBot
) -> None:
    account.gets_next_updates_late()
    ann.writes("first")
    await bot.get_updates(offset=account.updates.next_id)
    account.gets_late_updates_now()
    came = await bot.get_updates(offset=account.updates.next_id)
    assert [update.message.text for update in came if update.message] == ["first"]
    assert await bot.get_updates(offset=account.updates.next_id) == []


async def test_an_update_that_no_library_understands_can_be_sent(bot: Bot, account: FakeBot) -> None:
    account.gets("message", {"text": "without anything else"})
    with pytest.raises(ClientDecodeError):
        await bot.get_updates()


async def test_a_webhook_gets_updates_with_the_secret_until_it_answers_2xx(
    bot: Bot, ann: Person, account: FakeBot
) -> None:
    statuses = [500, 200, 200]
    got: list[tuple[int, str | None]] = []

    async def hook(request: web.Request) -> web.Response:
        update = Update.model_validate(await request.json())
        got.append((update.update_id, request.headers.get("X-Telegram-Bot-Api-Secret-Token")))
        return web.Response(status=statuses[len(got) - 1])

    application = web.Application()
    application.router.add_post("/hook", hook)
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
        await bot.set_webhook(url, secret_token="s3cret")
        ann.writes("second")
        await account.has_confirmed_all()
        info = await bot.get_webhook_info()
        with pytest.raises(TelegramConflictError):
            await bot.get_updates()
        await bot.delete_webhook()
    finally:
        await runner.cleanup()

    first = account.updates.seen[0].id
    assert got == [(first, "s3cret"), (first, "s3cret"), (first + 1, "s3cret")]
    assert info.last_error_message == "Wrong response from the webhook: 500 Internal Server Error"


async def test_a_long_text_comes_in_several_messages(bot: Bot, telegram: FakeTelegram, account: FakeBot) -> None:
    telegram.person("Ann").writes("x" * 5000)
    lengths = [len(update.message.text or "") for update in await bot.get_updates() if update.message]
    assert lengths == [4096, 904]


async def test_waiting_in_vain_says_what_was_to_be_seen(bot: Bot, ann: Person) -> None:
    await bot.send_message(ann.id, "something else")
    with pytest.raises(AssertionError, match="something else"):
        await ann.waits_for(lambda message: message.photo, timeout=0.05)

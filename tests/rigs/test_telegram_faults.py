"""Troubles that a test can order from the fake Telegram, and the pace that it counts."""

import asyncio

import pytest
from aiogram import Bot
from aiogram.exceptions import (
    ClientDecodeError,
    TelegramNetworkError,
    TelegramRetryAfter,
)

from tests.rigs.telegram import FakeTelegram, Limits, Person
from tests.rigs.telegram.pace import Pace
from tests.rigs.telegram_stage import TOKEN, new_client


async def test_429_is_obeyed_or_recorded(bot: Bot, ann: Person, telegram: FakeTelegram) -> None:
    status = await bot.send_message(ann.id, "working")
    fault = telegram.answers_429("edit.*", 1)
    with pytest.raises(TelegramRetryAfter) as caught:
        await status.edit_text("done")
    await asyncio.sleep(caught.value.retry_after)
    await status.edit_text("done")
    telegram.assert_clean()
    assert len(fault.hit) == 1

    telegram.answers_429("sendMessage", 5)
    with pytest.raises(TelegramRetryAfter):
        await bot.send_message(ann.id, "one")
    with pytest.raises(TelegramRetryAfter):
        await bot.send_message(ann.id, "in flight when the refusal was written")
    telegram.assert_clean()
    await asyncio.sleep(0.3)
    with pytest.raises(TelegramRetryAfter):
        await bot.send_message(ann.id, "could know better")
    assert [each.rule for each in telegram.rule_breaks] == ["flood-wait"]
    with pytest.raises(AssertionError, match="flood-wait"):
        telegram.assert_clean()


async def test_a_new_process_learns_a_wait_by_one_more_429(bot: Bot, ann: Person, telegram: FakeTelegram) -> None:
    telegram.answers_429("sendMessage", 5)
    with pytest.raises(TelegramRetryAfter):
        await bot.send_message(ann.id, "told")
    telegram.forgets_who_was_told(next(iter(telegram.world.bots.values())))
    await asyncio.sleep(0.3)
    with pytest.raises(TelegramRetryAfter):
        await bot.send_message(ann.id, "not told yet")
    telegram.assert_clean()
    await asyncio.sleep(0.3)
    with pytest.raises(TelegramRetryAfter):
        await bot.send_message(ann.id, "could know better")
    assert [each.rule for each in telegram.rule_breaks] == ["flood-wait"]


async def test_a_502_has_an_html_body_and_no_effect(bot: Bot, ann: Person, telegram: FakeTelegram) -> None:
    telegram.answers_502("sendMessage")
    with pytest.raises(ClientDecodeError):
        await bot.send_message(ann.id, "lost")
    await bot.send_message(ann.id, "arrived")
    assert [seen.text for seen in ann.sees_from_bot()] == ["arrived"]


async def test_a_dropped_reply_leaves_its_effect(bot: Bot, ann: Person, telegram: FakeTelegram) -> None:
    telegram.drops_requests("sendMessage")
    with pytest.raises(TelegramNetworkError):
        await bot.send_message(ann.id, "never arrived")
    telegram.drops_replies("send.*", where=lambda call: "fox" in call.text)
    await bot.send_message(ann.id, "a wolf")
    with pytest.raises(TelegramNetworkError):
        await bot.send_message(ann.id, "a fox")
    assert [seen.text for seen in ann.sees_from_bot()] == ["a wolf", "a fox"]
    assert [call.text for call in telegram.dropped_replies] == ["a fox"]


async def test_a_delayed_call_still_takes_effect_when_the_bot_has_gone(
    bot: Bot, ann: Person, telegram: FakeTelegram
) -> None:
    telegram.delays("sendMessage", 0.2)
    bot.session.timeout = 0.05
    with pytest.raises(TelegramNetworkError):
        await bot.send_message(ann.id, "slow")
    await ann.waits_for(lambda message: message.text == "slow")
    assert [call.text for call in await telegram.until(lambda: telegram.dropped_replies)] == ["slow"]


async def test_polling_survives_troubles(bot: Bot, ann: Person, telegram: FakeTelegram) -> None:
    telegram.answers_502("getUpdates")
    telegram.drops_replies("getUpdates")
    with pytest.raises(ClientDecodeError):
        await bot.get_updates()
    with pytest.raises(TelegramNetworkError):
        await bot.get_updates()
    assert len(await bot.get_updates()) == 1
    telegram.assert_clean()


async def test_a_chat_bears_a_burst_but_no_stream(bot: Bot, ann: Person, telegram: FakeTelegram) -> None:
    for number in range(10):
        await bot.send_message(ann.id, str(number))
    telegram.assert_clean()
    for number in range(3):
        await bot.send_message(ann.id, str(number))
    assert {each.rule for each in telegram.rule_breaks} == {"chat-rate"}


async def test_a_strict_platform_refuses_the_twenty_first_message_of_a_minute_in_a_group() -> None:
    async with FakeTelegram(strict=True, limits=Limits(chat_burst=100)) as telegram:
        telegram.new_bot(TOKEN, "tessera_bot")
        group = telegram.group("Friends", [telegram.person("Ann")])
        bot = new_client(telegram)
        try:
            status = await bot.send_message(group.id, "0")
            for number in range(1, 20):
                await status.edit_text(str(number))
            telegram.assert_clean()
            with pytest.raises(TelegramRetryAfter) as caught:
                await status.edit_text("20")
        finally:
            await bot.session.close()
    assert 50 <= caught.value.retry_after <= 60
    assert [each.rule for each in telegram.rule_breaks] == ["group-rate"]


def test_a_bot_may_send_thirty_messages_a_second() -> None:
    pace = Pace(Limits())
    for chat_id in range(1, 31):
        assert pace.count(777, chat_id, 1, now=5.0) == []
    excess = pace.excesses(777, 31, 1, now=5.6)
    assert [(each.rule, round(each.wait_seconds, 3)) for each in excess] == [("bot-rate", 0.4)]
    assert pace.excesses(777, 31, 1, now=6.0) == []


def test_a_chat_recovers_by_one_message_a_second() -> None:
    pace = Pace(Limits(chat_burst=2))
    assert pace.count(777, 1, 2, now=0.0) == []
    assert [each.rule for each in pace.excesses(777, 1, 1, now=0.5)] == ["chat-rate"]
    assert pace.excesses(777, 1, 1, now=1.0) == []

"""Kills, repeated updates and a platform in trouble: no request is lost, none is made twice."""

import asyncio

from bots.telegram.desk import Patience
from scheduler.deliveries.model import DeliveryState
from tests.bots.studio import until
from tests.bots.telegram.conftest import at_work
from tests.bots.telegram.studio import TelegramStudio
from tests.bots.telegram.test_pictures import is_result, made
from tests.rigs.telegram import FakeBot, FakeTelegram, Person


async def test_killed_between_the_submit_and_the_confirmation(
    ann: Person, fake_bot: FakeBot, studio: TelegramStudio, telegram: FakeTelegram
) -> None:
    studio.answers = asyncio.Event()
    async with at_work(telegram, fake_bot, studio, killed=True, patience=Patience()):
        ann.writes("a fox")
        await until(lambda: len(studio.jobs) == 1)
    assert len(fake_bot.updates.pending) == 1
    studio.deliveries[studio.jobs[0]].claim_until = 0
    async with at_work(telegram, fake_bot, studio):
        await until(lambda: len(studio.asked) == 2)
        await fake_bot.has_confirmed_all()
        assert len(studio.jobs) == 1
        await until(lambda: bool(studio.deliveries[studio.jobs[0]].message))
        studio.finish(studio.jobs[0])
        await ann.waits_for(is_result)
    assert sum(is_result(seen) for seen in ann.sees_from_bot()) == 1


async def test_killed_before_the_submit(
    ann: Person, fake_bot: FakeBot, studio: TelegramStudio, telegram: FakeTelegram
) -> None:
    studio.reachable = False
    async with at_work(telegram, fake_bot, studio, killed=True):
        ann.writes("a fox")
        await ann.waits_for(lambda seen: "can't reach the studio" in seen.text)
    studio.reachable = True
    async with at_work(telegram, fake_bot, studio):
        await ann.waits_for(lambda seen: "Next in line" in seen.text)
    assert len(studio.jobs) == 1


async def test_told_to_stop_while_the_scheduler_is_silent(
    ann: Person, fake_bot: FakeBot, studio: TelegramStudio, telegram: FakeTelegram
) -> None:
    async with at_work(telegram, fake_bot, studio):
        studio.reachable = False
        ann.writes("a fox")
        await ann.waits_for(lambda seen: "can't reach the studio" in seen.text)
    assert len(fake_bot.updates.pending) == 1


async def test_told_to_stop_in_the_middle_of_a_batch_it_confirms_what_is_done(
    ann: Person, fake_bot: FakeBot, studio: TelegramStudio, telegram: FakeTelegram
) -> None:
    telegram.delays("sendMessage", 0.3)
    async with at_work(telegram, fake_bot, studio):
        ann.writes("/help")
        await telegram.until(lambda: telegram.calls_of("sendMessage"))
    assert fake_bot.updates.pending == []
    assert len(ann.sees_from_bot()) == 1


async def test_an_update_that_comes_twice(
    ann: Person, bot: FakeBot, studio: TelegramStudio, telegram: FakeTelegram
) -> None:
    bot.gets_next_updates_twice(3)
    ann.writes("/help")
    ann.writes("a fox")
    waiting = await ann.waits_for(lambda seen: "Next in line" in seen.text)
    ann.presses(waiting, "Cancel")
    await ann.waits_for(lambda seen: "Cancelled" in seen.text)
    await bot.has_confirmed_all()
    assert len(studio.jobs) == 1
    assert len(ann.sees_from_bot()) == 2
    assert len(telegram.calls_of("answerCallbackQuery")) == 1


async def test_numbers_of_updates_that_start_anew(ann: Person, bot: FakeBot, studio: TelegramStudio) -> None:
    ann.writes("a fox")
    await ann.waits_for(lambda seen: "a fox" in seen.text)
    await bot.has_confirmed_all()
    bot.restarts_update_ids(900_000_000)
    ann.writes("a bear")
    await ann.waits_for(lambda seen: "a bear" in seen.text)
    assert len(studio.jobs) == 2


async def test_one_slow_chat_does_not_hold_up_the_others(ann: Person, bot: FakeBot, telegram: FakeTelegram) -> None:
    bob = telegram.person("Bob")
    slow = telegram.delays("sendMessage", 4, where=lambda call: call.chat_id == ann.id)
    ann.writes("/help")
    await telegram.until(lambda: slow.hit)
    bob.writes("/help")
    await bob.waits_for(lambda seen: "/imagine" in seen.text, timeout=2.5)
    assert len(bot.updates.pending) == 2
    await bot.has_confirmed_all()


async def test_429_is_obeyed(ann: Person, bot: FakeBot, studio: TelegramStudio, telegram: FakeTelegram) -> None:
    telegram.answers_429("sendMessage", 1)
    ann.writes("/help")
    await ann.waits_for(lambda seen: "/imagine" in seen.text)
    fault = telegram.answers_429("editMessageMedia", 1)
    await made(ann, studio)
    assert fault.hit


async def test_429_and_502_of_get_updates(
    ann: Person, fake_bot: FakeBot, studio: TelegramStudio, telegram: FakeTelegram
) -> None:
    telegram.answers_429("getUpdates", 1)
    telegram.answers_502("getUpdates")
    telegram.drops_requests("getUpdates")
    async with at_work(telegram, fake_bot, studio):
        ann.writes("/help")
        await ann.waits_for(lambda seen: "/imagine" in seen.text)


async def test_502_and_lost_replies_of_edits(
    ann: Person, bot: FakeBot, studio: TelegramStudio, telegram: FakeTelegram
) -> None:
    telegram.answers_502("editMessageMedia")
    telegram.drops_replies("editMessageMedia")
    result = await made(ann, studio)
    assert sum(is_result(seen) for seen in ann.sees_from_bot()) == 1
    assert result.id == 2


async def test_the_status_line_may_be_lost_the_result_comes_once(
    ann: Person, bot: FakeBot, studio: TelegramStudio, telegram: FakeTelegram
) -> None:
    telegram.drops_requests("sendMessage")
    await made(ann, studio)
    telegram.drops_replies("sendMessage")
    await made(ann, studio, "a fox")
    assert sum(is_result(seen) for seen in ann.sees_from_bot()) == 2


async def test_a_bot_that_was_blocked_keeps_quiet(
    ann: Person, bot: FakeBot, studio: TelegramStudio, telegram: FakeTelegram
) -> None:
    ann.writes("a fox")
    await ann.waits_for(lambda seen: "Next in line" in seen.text)
    job = studio.jobs[0]
    await until(lambda: bool(studio.deliveries[job].message))
    ann.blocks()
    studio.finish(job)
    await until(lambda: studio.deliveries[job].state is DeliveryState.DEAD)
    assert len(telegram.refused) == 1


async def test_a_group_that_became_a_supergroup_is_followed(
    ann: Person, bot: FakeBot, studio: TelegramStudio, telegram: FakeTelegram
) -> None:
    group = telegram.group("Painters", [ann])
    ann.at(group).writes("/imagine a fox")
    await ann.at(group).waits_for(lambda seen: "Next in line" in seen.text)
    job = studio.jobs[0]
    await until(lambda: bool(studio.deliveries[job].message))
    new_id = group.becomes_supergroup()
    studio.finish(job)
    result = await ann.at(group).waits_for(is_result)
    assert result.chat_id == new_id
    await until(lambda: studio.posted(job))
    assert studio.deliveries[job].address == {"chat_id": new_id, "user": ann.id}
    press = ann.at(group).presses(result, "Again")
    assert await press.is_answered_within(5) == "On its way"


async def test_a_deleted_status_message_is_replaced_by_one_fresh_one(
    ann: Person, bot: FakeBot, studio: TelegramStudio
) -> None:
    ann.writes("a fox")
    waiting = await ann.waits_for(lambda seen: "Next in line" in seen.text)
    await until(lambda: bool(studio.deliveries[studio.jobs[0]].message))
    ann.deletes(waiting)
    studio.finish(studio.jobs[0])
    result = await ann.waits_for(is_result)
    assert result.id != waiting.id
    await until(lambda: studio.posted(studio.jobs[0]))
    assert len(ann.sees_from_bot()) == 1


async def test_a_repeated_final_edit_names_the_file_instead_of_sending_it_again(
    ann: Person, bot: FakeBot, studio: TelegramStudio, telegram: FakeTelegram
) -> None:
    """The first of two edits was answered late: what it uploaded is there already."""
    await made(ann, studio)
    message = studio.deliveries[studio.jobs[0]].message
    assert message
    assert message["kind"] == "media"
    assert message["file_id"]


async def test_a_scheduler_that_comes_back_within_the_minute(ann: Person, bot: FakeBot, studio: TelegramStudio) -> None:
    studio.reachable = False
    ann.writes("a fox")
    told = await ann.waits_for(lambda seen: "can't reach the studio right now" in seen.text)
    studio.reachable = True
    waiting = await ann.waits_for(lambda seen: "Next in line" in seen.text)
    assert waiting.id == told.id
    assert len(studio.jobs) == 1


async def test_a_scheduler_that_stays_away_and_the_button_that_helps(
    ann: Person, bot: FakeBot, studio: TelegramStudio
) -> None:
    studio.reachable = False
    ann.writes("/imagine a fox")
    told = await ann.waits_for(lambda seen: seen.text == "It didn't work. Nothing was charged.")
    await bot.has_confirmed_all()
    assert len(ann.sees_from_bot()) == 1
    studio.reachable = True
    await ann.presses(told, "Try again").is_answered_within(5)
    await ann.waits_for(lambda seen: "Next in line" in seen.text)
    ann.presses(told, "Try again")
    await until(lambda: len(studio.asked) == 2)
    assert {asked.key for asked in studio.asked} == {f"{bot.id}:{ann.id}:1"}
    assert len(studio.jobs) == 1


async def test_a_press_while_the_scheduler_is_away(ann: Person, bot: FakeBot, studio: TelegramStudio) -> None:
    result = await made(ann, studio)
    studio.reachable = False
    press = ann.presses(result, "Again")
    assert "can't reach the studio" in await press.is_answered_within(5)
    told = await ann.waits_for(lambda seen: "It didn't work" in seen.text)
    studio.reachable = True
    await ann.presses(told, "Try again").is_answered_within(5)
    await ann.waits_for(lambda seen: "Next in line" in seen.text)


async def test_a_scheduler_that_hangs_counts_as_silent(
    ann: Person, bot: FakeBot, studio: TelegramStudio, telegram: FakeTelegram
) -> None:
    studio.gate = asyncio.Event()
    ann.writes("a fox")
    await ann.waits_for(lambda seen: "can't reach the studio" in seen.text)
    studio.gate.set()
    await ann.waits_for(lambda seen: "Next in line" in seen.text)
    assert len(studio.jobs) == 1


async def test_who_asks_faster_than_the_chat_may_be_written_to_gets_the_first_answers(
    ann: Person, bot: FakeBot, telegram: FakeTelegram
) -> None:
    bob = telegram.person("Bob")
    for _ in range(80):
        ann.writes("/help")
    bob.writes("/help")
    await bob.waits_for(lambda seen: "/imagine" in seen.text, timeout=9)
    await bot.has_confirmed_all()
    assert 5 <= len(ann.sees_from_bot()) < 20


async def test_an_update_that_nobody_understands_stops_nothing(ann: Person, bot: FakeBot) -> None:
    bot.gets("message", {"what": "is this"})
    bot.gets("a_kind_of_tomorrow", {"what": "is this"})
    ann.writes("/help")
    await ann.waits_for(lambda seen: "/imagine" in seen.text)
    await bot.has_confirmed_all()


async def test_told_to_stop_while_a_submit_is_under_way(
    ann: Person, fake_bot: FakeBot, studio: TelegramStudio, telegram: FakeTelegram
) -> None:
    """The answer comes when the postman rests already: the bot ends all the same, the next one opens the message."""
    studio.answers = asyncio.Event()
    async with at_work(telegram, fake_bot, studio, patience=Patience(total=60, attempt=4, pause=1)):
        ann.writes("a fox")
        await until(lambda: len(studio.jobs) == 1)
        asyncio.get_running_loop().call_later(2.5, studio.answers.set)
    studio.deliveries[studio.jobs[0]].claim_until = 0
    async with at_work(telegram, fake_bot, studio):
        await ann.waits_for(lambda seen: "Next in line" in seen.text)
        await fake_bot.has_confirmed_all()
    assert len(studio.jobs) == 1
    assert len(ann.sees_from_bot()) == 1


async def test_told_to_stop_with_a_line_of_requests_before_a_scheduler_that_hangs(
    ann: Person, fake_bot: FakeBot, studio: TelegramStudio, telegram: FakeTelegram
) -> None:
    """Found by the fault machine, seed 1000: each request of the chat had its own time to be answered."""
    studio.gate = asyncio.Event()
    async with at_work(telegram, fake_bot, studio, patience=Patience(total=60, attempt=2, pause=1)):
        for words in ("a fox", "a hare", "an owl", "a wolf", "a bear", "a crow", "a cat", "a dog"):
            ann.writes(words)
        await fake_bot.updates.changes.until(lambda: fake_bot.updates.seen[-1].deliveries > 0, 5)
        began = asyncio.get_running_loop().time()
    assert asyncio.get_running_loop().time() - began < 8
    assert len(fake_bot.updates.pending) == 8

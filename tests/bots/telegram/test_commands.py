"""What each command answers, and who sees which."""

import json

import pytest

from scheduler.jobs.model import Status
from tests.bots.studio import until
from tests.bots.telegram.conftest import at_work
from tests.bots.telegram.studio import TelegramStudio
from tests.rigs.telegram import FakeBot, FakeTelegram, Person


async def test_start_greets_with_two_buttons_that_work(ann: Person, bot: FakeBot, studio: TelegramStudio) -> None:
    ann.writes("/start")
    hello = await ann.waits_for(lambda seen: seen.text.startswith("Hello Ann."))
    assert hello.text.endswith("You have 20 tokens a day on the Free plan; a picture costs 1.")
    assert hello.button_texts == ["Surprise me", "What can you do?"]
    await ann.presses(hello, "What can you do?").is_answered_within(5)
    await ann.waits_for(lambda seen: "/imagine a fox in the snow" in seen.text)
    await ann.presses(hello, "Surprise me").is_answered_within(5)
    await ann.waits_for(lambda seen: "Next in line" in seen.text)
    assert studio.asked[0].request.prompt


async def test_help_in_the_persons_language(telegram: FakeTelegram, bot: FakeBot) -> None:
    vera = telegram.person("Vera", language="de")
    vera.writes("/help")
    told = await vera.waits_for(lambda seen: "/imagine" in seen.text)
    assert "Schreib" in told.text


async def test_usage(ann: Person, bot: FakeBot) -> None:
    ann.writes("/usage")
    told = await ann.waits_for(lambda seen: "Free plan" in seen.text)
    assert "1 of 20 tokens used today" in told.text


async def test_jobs(ann: Person, bot: FakeBot, studio: TelegramStudio) -> None:
    ann.writes("/jobs")
    await ann.waits_for(lambda seen: seen.text.startswith("Nothing yet"))
    ann.writes("a fox")
    ann.writes("a bear")
    ann.writes("/jobs")
    listing = await ann.waits_for(lambda seen: "a bear" in seen.text and "a fox" in seen.text)
    assert listing.button_texts == ["Cancel 1", "Cancel 2"]


async def test_cancel_among_several(ann: Person, bot: FakeBot, studio: TelegramStudio) -> None:
    ann.writes("a fox")
    ann.writes("a bear")
    ann.writes("/cancel")
    choice = await ann.waits_for(lambda seen: "Cancel 2" in seen.button_texts)
    await ann.presses(choice, "Cancel 2").is_answered_within(5)
    assert studio.cancelled == [studio.jobs[0]]
    ann.writes("/cancel")
    await ann.waits_for(lambda seen: "Stopping it" in seen.text)
    await until(lambda: studio.cancelled == studio.jobs)
    ann.writes("/cancel")
    await ann.waits_for(lambda seen: "Nothing of yours" in seen.text)


async def test_what_the_bot_cannot_read(ann: Person, bot: FakeBot, studio: TelegramStudio) -> None:
    ann.writes("/frobnicate")
    await ann.waits_for(lambda seen: "don't know that command" in seen.text)
    ann.sends_document(b"bytes", "notes.txt")
    await ann.waits_for(lambda seen: "Just write" in seen.text)
    assert studio.asked == []


async def test_edited_messages_are_ignored(ann: Person, bot: FakeBot, studio: TelegramStudio) -> None:
    number = ann.writes("a fox")
    await ann.waits_for(lambda seen: "Next in line" in seen.text)
    ann.rewrites(number, "a bear")
    ann.writes("/help")
    await ann.waits_for(lambda seen: "/imagine" in seen.text)
    assert len(studio.asked) == 1


async def test_admins_have_their_command_in_private(
    ann: Person, bot: FakeBot, studio: TelegramStudio, telegram: FakeTelegram
) -> None:
    studio.admins.add(f"telegram:{ann.id}")
    ann.writes("/admin status")
    await ann.waits_for(lambda seen: "3 waiting, 1 running" in seen.text)
    ann.writes("/admin grant telegram:42 5 for the poster")
    await ann.waits_for(lambda seen: "telegram:42 has 5 tokens more" in seen.text)
    assert studio.granted[0].key == f"{bot.id}:{ann.id}:3"
    ann.writes("/admin ban telegram:43 it spams")
    await ann.waits_for(lambda seen: "telegram:43 is banned" in seen.text)
    ann.writes("/admin frobnicate")
    await ann.waits_for(lambda seen: "grant REF N" in seen.text)
    ann.writes("/start")
    await ann.waits_for(lambda seen: "Hello" in seen.text)
    scope = json.dumps({"type": "chat", "chat_id": ann.id}, sort_keys=True)
    await telegram.until(lambda: (scope, "") in bot.commands)
    assert "admin" in [command["command"] for command in bot.commands[scope, ""]]


async def test_to_all_others_admin_is_no_command(
    ann: Person, bot: FakeBot, studio: TelegramStudio, telegram: FakeTelegram
) -> None:
    ann.writes("/admin status")
    await ann.waits_for(lambda seen: "don't know that command" in seen.text)
    studio.admins.add(f"telegram:{ann.id}")
    group = telegram.group("Painters", [ann])
    ann.at(group).writes("/admin status")
    ann.at(group).writes("/help")
    await ann.at(group).waits_for(lambda seen: "/imagine" in seen.text)
    assert len(ann.at(group).sees_from_bot()) == 1


async def test_the_menu_is_set_in_every_language(bot: FakeBot, telegram: FakeTelegram) -> None:
    default = json.dumps({"type": "default"})
    await telegram.until(lambda: len(bot.commands) == 3)
    assert {language for _, language in bot.commands} == {"", "de", "ru"}
    assert [command["command"] for command in bot.commands[default, ""]] == [
        "imagine", "video", "music", "say", "write", "usage", "jobs", "cancel", "help",
    ]  # fmt: skip


async def test_a_message_to_another_bot_is_not_for_this_one(
    ann: Person, bot: FakeBot, studio: TelegramStudio, telegram: FakeTelegram
) -> None:
    here = ann.at(telegram.group("Painters", [ann]))
    here.writes("/imagine@some_other_bot a fox")
    here.writes("just talking")
    here.writes("/imagine@tessera_bot a bear")
    first = await here.waits_for(lambda seen: "a bear" in seen.text)
    assert [asked.request.prompt for asked in studio.asked] == ["a bear"]
    assert first.reply_to == 3


async def test_in_a_group_anybody_may_repeat_but_only_the_owner_may_cancel(
    ann: Person, bot: FakeBot, studio: TelegramStudio, telegram: FakeTelegram
) -> None:
    bob = telegram.person("Bob")
    group = telegram.group("Painters", [ann, bob], is_supergroup=True)
    ann.at(group).writes("/imagine a fox --seed 3")
    waiting = await ann.at(group).waits_for(lambda seen: "Next in line" in seen.text)
    press = bob.at(group).presses(waiting, "Cancel")
    assert await press.is_answered_within(5) == "Only the person who asked for it can do that"
    assert studio.deliveries[studio.jobs[0]].job.status is Status.QUEUED
    await until(lambda: bool(studio.deliveries[studio.jobs[0]].message))
    studio.finish(studio.jobs[0])
    result = await ann.at(group).waits_for(lambda seen: "Again" in seen.button_texts)
    await bob.at(group).presses(result, "Again").is_answered_within(5)
    fresh = await bob.at(group).waits_for(lambda seen: "Next in line" in seen.text)
    assert fresh.reply_to == result.id
    asked = studio.asked[-1]
    assert (asked.user, asked.request.prompt, asked.request.parent_id) == (
        f"telegram:{bob.id}",
        "a fox",
        studio.jobs[0],
    )
    await ann.at(group).presses(result, "Again").is_answered_within(5)
    await until(lambda: len(studio.asked) == 3)
    assert studio.asked[-1].request.parent_id == studio.jobs[0]


@pytest.mark.parametrize("words", ["/start", "/help", "/usage", "/jobs", "/cancel"])
async def test_every_command_works_in_a_group_and_answers_its_message(
    ann: Person, bot: FakeBot, telegram: FakeTelegram, words: str
) -> None:
    here = ann.at(telegram.group("Painters", [ann]))
    number = here.writes(words)
    told = await here.waits_for(lambda seen: True)
    assert told.reply_to == number


async def test_what_was_written_while_the_bot_was_off_is_answered(
    ann: Person, fake_bot: FakeBot, studio: TelegramStudio, telegram: FakeTelegram
) -> None:
    ann.writes("a fox")
    ann.writes("/help")
    async with at_work(telegram, fake_bot, studio):
        await ann.waits_for(lambda seen: "/imagine" in seen.text)
        await ann.waits_for(lambda seen: "Next in line" in seen.text)


async def test_a_topic_of_a_forum_is_kept_to(
    ann: Person, bot: FakeBot, studio: TelegramStudio, telegram: FakeTelegram
) -> None:
    group = telegram.group("Painters", [ann], is_supergroup=True)
    topic = group.new_topic("Foxes")
    here = ann.at(group, topic)
    here.writes("/imagine a fox")
    waiting = await here.waits_for(lambda seen: "Next in line" in seen.text)
    assert waiting.topic == topic
    assert studio.deliveries[studio.jobs[0]].address["thread_id"] == topic
    here.writes("/help")
    assert (await here.waits_for(lambda seen: "/imagine" in seen.text)).topic == topic

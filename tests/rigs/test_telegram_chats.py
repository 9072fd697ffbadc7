"""Private chats, groups and profiles on the fake Telegram."""

import pytest
from aiogram import Bot
from aiogram.exceptions import (
    TelegramForbiddenError,
    TelegramMigrateToChat,
    TelegramUnauthorizedError,
)
from aiogram.types import (
    BotCommand,
)

from tests.rigs.telegram import FakeBot, FakeTelegram, Person
from tests.rigs.telegram_stage import TOKEN, new_client, refusal


async def test_a_blocked_bot_is_forbidden_until_it_is_unblocked(bot: Bot, ann: Person) -> None:
    ann.blocks()
    with pytest.raises(TelegramForbiddenError, match="bot was blocked by the user"):
        await bot.send_message(ann.id, "hello?")
    ann.unblocks()
    await bot.send_message(ann.id, "hello")
    changes = [update.my_chat_member for update in await bot.get_updates()][1:]
    assert [change and change.new_chat_member.status for change in changes] == ["kicked", "member"]


async def test_a_bot_cannot_begin_a_conversation(bot: Bot, telegram: FakeTelegram) -> None:
    assert "chat not found" in await refusal(bot.send_message(telegram.person("Ben").id, "psst"))


async def test_a_group_that_became_a_supergroup_names_its_new_id(bot: Bot, ann: Person, telegram: FakeTelegram) -> None:
    group = telegram.group("Friends", [ann, telegram.person("Ben")])
    status = await bot.send_message(group.id, "working")
    new_id = group.becomes_supergroup()
    with pytest.raises(TelegramMigrateToChat) as caught:
        await status.edit_text("done")
    assert caught.value.migrate_to_chat_id == new_id == group.id
    await bot.send_message(new_id, "done")
    assert [seen.text for seen in ann.at(group).sees_from_bot()] == ["working", "done"]
    told = [update.message and update.message.migrate_to_chat_id for update in await bot.get_updates()]
    assert new_id in told


async def test_in_a_group_a_bot_hears_only_what_is_for_it(bot: Bot, ann: Person, telegram: FakeTelegram) -> None:
    other = telegram.new_bot("888:tok", "other_bot", reads_all=True)
    here = ann.at(telegram.group("Friends", [ann]))
    here.writes("just talking")
    here.writes("/imagine@other_bot a fox")
    here.writes("/imagine a fox")
    sent = await bot.send_message(here.chat.id, "Queued")
    here.writes("thanks", reply_to=next(seen for seen in here.sees() if seen.id == sent.message_id))
    mine = [update.message.text for update in await bot.get_updates() if update.message]
    assert mine == ["/start", "/imagine a fox", "thanks"]
    assert len(other.updates.pending) == 4


async def test_an_answer_stays_in_its_topic(bot: Bot, ann: Person, telegram: FakeTelegram) -> None:
    group = telegram.group("Forum", [ann], is_supergroup=True)
    topic = group.new_topic("Pictures")
    ann.at(group, topic).writes("/imagine a fox")
    update = (await bot.get_updates(offset=-1))[0]
    assert update.message
    await update.message.answer("Queued")
    assert [(seen.text, seen.topic) for seen in ann.at(group).sees_from_bot()] == [("Queued", topic)]
    lost = bot.send_message(group.id, "where?", message_thread_id=topic + 100)
    assert "message thread not found" in await refusal(lost)


async def test_a_bot_thrown_out_of_a_group_is_forbidden(bot: Bot, ann: Person, telegram: FakeTelegram) -> None:
    group = telegram.group("Friends", [ann])
    group.removes(telegram.world.bots[TOKEN])
    with pytest.raises(TelegramForbiddenError, match="kicked from the group chat"):
        await bot.send_message(group.id, "hello?")


async def test_two_bots_have_their_own_chats_with_a_person(bot: Bot, ann: Person, telegram: FakeTelegram) -> None:
    other = telegram.new_bot("888:tok", "other_bot")
    ann.at(other).writes("/start")
    client = new_client(telegram, other.token)
    try:
        await client.send_message(ann.id, "from the other")
    finally:
        await client.session.close()
    await bot.send_message(ann.id, "from the first")
    assert [seen.text for seen in ann.sees_from_bot()] == ["from the first"]
    assert [seen.text for seen in ann.at(other).sees_from_bot()] == ["from the other"]


async def test_the_profile_is_kept(bot: Bot, account: FakeBot) -> None:
    me = await bot.me()
    assert (me.id, me.username, me.can_read_all_group_messages) == (777, "tessera_bot", False)
    await bot.set_my_commands([BotCommand(command="imagine", description="Paint something")])
    assert (await bot.get_my_commands())[0].command == "imagine"
    await bot.set_my_short_description("Paints")
    assert (await bot.get_my_short_description()).short_description == "Paints"


async def test_facts_about_chats(bot: Bot, ann: Person, telegram: FakeTelegram) -> None:
    group = telegram.group("Friends", [ann, telegram.person("Ben")])
    assert (await bot.get_chat(ann.id)).first_name == "Ann"
    assert (await bot.get_chat(group.id)).title == "Friends"
    assert (await bot.get_chat_member(group.id, ann.id)).status == "creator"
    assert len(await bot.get_chat_administrators(group.id)) == 1
    assert await bot.get_chat_member_count(group.id) == 3


async def test_a_wrong_token_is_unauthorized(telegram: FakeTelegram) -> None:
    client = new_client(telegram, "1:wrong")
    with pytest.raises(TelegramUnauthorizedError):
        await client.get_me()
    await client.session.close()

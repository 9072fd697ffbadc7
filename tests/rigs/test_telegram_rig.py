"""The fake Telegram, judged with an unmodified aiogram bot: what it grants, what it refuses, what it records."""

import asyncio
import io
from collections.abc import AsyncIterator, Awaitable
from typing import Any

import aiohttp
import pytest
from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import (
    ClientDecodeError,
    TelegramBadRequest,
    TelegramConflictError,
    TelegramEntityTooLarge,
    TelegramForbiddenError,
    TelegramMigrateToChat,
    TelegramNetworkError,
    TelegramRetryAfter,
    TelegramUnauthorizedError,
)
from aiogram.types import (
    BotCommand,
    BufferedInputFile,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputMediaDocument,
    InputMediaPhoto,
    InputMediaVideo,
    KeyboardButton,
    Message,
    ReplyKeyboardMarkup,
    Update,
)
from aiohttp import web
from PIL import Image

from tests.rigs.telegram import FakeBot, FakeTelegram, Limits, Person, spec
from tests.rigs.telegram.entities import BadEntities, parse

TOKEN = "777:tok"
AGAIN = InlineKeyboardMarkup(inline_keyboard=[[InlineKeyboardButton(text="Again", callback_data="again:1")]])


def picture(color: str = "green", size: tuple[int, int] = (640, 480)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, color).save(out, "PNG")
    return out.getvalue()


def upload(data: bytes | None = None, name: str = "picture.png") -> BufferedInputFile:
    return BufferedInputFile(picture() if data is None else data, name)


def new_client(telegram: FakeTelegram, token: str = TOKEN) -> Bot:
    return Bot(token, session=AiohttpSession(api=TelegramAPIServer.from_base(telegram.url)))


@pytest.fixture
async def telegram() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram() as fake:
        yield fake


@pytest.fixture
def account(telegram: FakeTelegram) -> FakeBot:
    return telegram.new_bot(TOKEN, "tessera_bot")


@pytest.fixture
async def bot(telegram: FakeTelegram, account: FakeBot) -> AsyncIterator[Bot]:
    client = new_client(telegram)
    yield client
    await client.session.close()


@pytest.fixture
def ann(telegram: FakeTelegram, account: FakeBot) -> Person:
    person = telegram.person("Ann", language="de")
    person.writes("/start")
    return person


async def refusal(call: Awaitable[Any]) -> str:
    with pytest.raises(TelegramBadRequest) as caught:
        await call
    return caught.value.message


# Updates


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
    await telegram.until(
        lambda: not account.updates.has_poller() or telegram.changes.announce(), 0.01
    ) if False else None
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


# Messages


async def test_one_message_goes_from_text_through_preview_to_the_picture(
    bot: Bot, ann: Person, telegram: FakeTelegram
) -> None:
    status = await bot.send_message(ann.id, "Next in line", reply_markup=AGAIN)
    await status.edit_text("<b>Third</b> &amp; last", parse_mode="HTML")
    preview, final = picture("gray"), picture("red")
    await bot.edit_message_media(
        InputMediaPhoto(media=upload(preview), caption="60 %"), chat_id=ann.id, message_id=status.message_id
    )
    edited = await bot.edit_message_media(
        InputMediaPhoto(media=upload(final), caption="a fox"),
        chat_id=ann.id,
        message_id=status.message_id,
        reply_markup=AGAIN,
    )

    seen = await ann.waits_for(lambda message: message.photo == final)
    assert isinstance(edited, Message)
    assert edited.photo
    assert (edited.photo[-1].width, edited.photo[-1].height) == (640, 480)
    assert (seen.text, seen.button_texts, seen.edits) == ("a fox", ["Again"], 3)
    assert [look.text for look in seen.history] == ["Next in line", "Third & last", "60 %", "a fox"]
    assert seen.history[1].buttons == ()
    telegram.assert_clean()


async def test_the_same_content_is_not_modified(bot: Bot, ann: Person) -> None:
    status = await bot.send_message(ann.id, "same", reply_markup=AGAIN)
    assert "message is not modified" in await refusal(status.edit_text("same", reply_markup=AGAIN))
    await status.edit_text("same")


async def test_a_photo_is_edited_again_by_its_file_id(bot: Bot, ann: Person) -> None:
    sent = await bot.send_photo(ann.id, upload(), caption="a fox")
    assert sent.photo
    media = InputMediaPhoto(media=sent.photo[-1].file_id, caption="a fox")
    assert "message is not modified" in await refusal(sent.edit_media(media))
    await sent.edit_media(media, reply_markup=AGAIN)
    copy = await bot.send_photo(ann.id, sent.photo[-1].file_id)
    assert copy.photo == sent.photo


async def test_a_file_id_of_another_bot_or_kind_is_refused(bot: Bot, ann: Person, telegram: FakeTelegram) -> None:
    telegram.new_bot("888:tok", "other_bot")
    sent = await bot.send_photo(ann.id, upload())
    assert sent.photo
    foreign = sent.photo[-1].file_id.replace("777", "888")
    assert "wrong file identifier" in await refusal(bot.send_photo(ann.id, foreign))
    assert "can't use file of type Photo as Document" in await refusal(
        bot.send_document(ann.id, sent.photo[-1].file_id)
    )


async def test_edits_that_the_platform_does_not_allow(bot: Bot, ann: Person) -> None:
    text = await bot.send_message(ann.id, "text")
    photo = await bot.send_photo(ann.id, upload())
    voice = await bot.send_voice(ann.id, upload(b"OggS", "voice.ogg"))
    keys = ReplyKeyboardMarkup(keyboard=[[KeyboardButton(text="Yes")]])
    keyed = await bot.send_message(ann.id, "?", reply_markup=keys)

    assert "there is no text in the message to edit" in await refusal(photo.edit_text("words"))
    assert "there is no caption in the message to edit" in await refusal(text.edit_caption(caption="words"))
    assert "there is no media in the message" in await refusal(voice.edit_media(InputMediaPhoto(media=upload())))
    assert "message can't be edited" in await refusal(keyed.edit_text("!"))
    theirs = ann.writes("mine")
    assert "message can't be edited" in await refusal(
        bot.edit_message_text("stolen", chat_id=ann.id, message_id=theirs)
    )


async def test_a_deleted_message_is_not_found(bot: Bot, ann: Person) -> None:
    status = await bot.send_message(ann.id, "here")
    ann.deletes(ann.sees_from_bot()[0])
    assert "message to edit not found" in await refusal(status.edit_text("gone"))
    assert "message to delete not found" in await refusal(status.delete())
    assert ann.sees_from_bot() == []


async def test_photos_beyond_the_limits_are_refused(bot: Bot, ann: Person) -> None:
    assert "too big for a photo" in await refusal(bot.send_photo(ann.id, upload(b"x" * (10 * 2**20 + 1))))
    assert "PHOTO_INVALID_DIMENSIONS" in await refusal(bot.send_photo(ann.id, upload(picture(size=(9000, 1001)))))
    assert "PHOTO_INVALID_DIMENSIONS" in await refusal(bot.send_photo(ann.id, upload(picture(size=(21, 1)))))
    assert "IMAGE_PROCESS_FAILED" in await refusal(bot.send_photo(ann.id, upload(b"no picture")))
    with pytest.raises(TelegramEntityTooLarge):
        await bot.send_document(ann.id, upload(b"x" * (50 * 2**20 + 1)))


async def test_an_album_and_a_download(bot: Bot, ann: Person) -> None:
    ann.sends_photo(picture("blue"), "look")
    update = (await bot.get_updates(offset=-1))[0]
    assert update.message
    assert update.message.photo
    full = await bot.download(update.message.photo[-1])
    small = await bot.download(update.message.photo[0])
    assert full
    assert small
    assert full.read() == picture("blue")
    assert Image.open(small).size == (320, 240)

    sent = await bot.send_media_group(
        ann.id, [InputMediaPhoto(media=upload(), caption="one"), InputMediaPhoto(media=upload(picture("red")))]
    )
    assert len({message.media_group_id for message in sent}) == 1
    assert [seen.photo for seen in ann.sees_from_bot()] == [picture(), picture("red")]
    assert "must" not in await refusal(sent[0].edit_media(InputMediaDocument(media=upload())))


async def test_a_reply_names_its_message(bot: Bot, ann: Person) -> None:
    asked = ann.writes("question")
    update = (await bot.get_updates(offset=-1))[0]
    assert update.message
    await update.message.reply("answer")
    assert ann.sees_from_bot()[0].reply_to == asked
    ann.deletes(asked)
    assert "message to be replied not found" in await refusal(update.message.reply("again"))


# Presses


async def test_a_press_is_answered_once_and_in_time(bot: Bot, ann: Person, telegram: FakeTelegram) -> None:
    await bot.send_message(ann.id, "done", reply_markup=AGAIN)
    press = ann.presses(ann.sees_from_bot()[0], "Again")
    query = (await bot.get_updates(offset=-1))[0].callback_query
    assert query
    assert (query.data, isinstance(query.message, Message)) == ("again:1", True)
    assert telegram.unanswered_presses
    await query.answer("Queued", show_alert=True)
    assert (await press.is_answered_within(1), press.is_alert) == ("Queued", True)

    assert "query is too old" in await refusal(query.answer())
    assert [each.rule for each in telegram.rule_breaks] == ["answered-twice"]


async def test_a_late_answer_is_refused(bot: Bot, ann: Person, telegram: FakeTelegram) -> None:
    await bot.send_message(ann.id, "done", reply_markup=AGAIN)
    ann.presses(ann.sees_from_bot()[0], "again:1", inaccessible=True)
    query = (await bot.get_updates(offset=-1))[0].callback_query
    assert query
    telegram.callback_lifetime_seconds = 0
    assert "query is too old" in await refusal(query.answer())
    telegram.assert_clean()


# Chats


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


# Troubles


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


async def test_a_delayed_call_times_out_and_still_takes_effect(bot: Bot, ann: Person, telegram: FakeTelegram) -> None:
    telegram.delays("sendMessage", 0.3)
    with pytest.raises(TelegramNetworkError):
        await bot.send_message(ann.id, "slow", request_timeout=0.1)  # type: ignore[arg-type]  # aiohttp takes floats
    assert (await ann.waits_for(lambda message: message.text == "slow")).edits == 0


async def test_polling_survives_troubles(bot: Bot, ann: Person, telegram: FakeTelegram) -> None:
    telegram.answers_502("getUpdates")
    telegram.drops_replies("getUpdates")
    with pytest.raises(ClientDecodeError):
        await bot.get_updates()
    with pytest.raises(TelegramNetworkError):
        await bot.get_updates()
    assert len(await bot.get_updates()) == 1
    telegram.assert_clean()


# Pace


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
    assert 58 <= caught.value.retry_after <= 60
    assert [each.rule for each in telegram.rule_breaks] == ["group-rate"]


async def test_a_bot_may_send_thirty_messages_a_second(bot: Bot, telegram: FakeTelegram) -> None:
    people = [telegram.person(f"Person {number}") for number in range(31)]
    for person in people:
        person.writes("/start")
    await asyncio.gather(*(bot.send_message(person.id, "hello") for person in people))
    assert [each.rule for each in telegram.rule_breaks] == ["bot-rate"]


# The description and what it leaves unsaid


OK = {"chat_id": 1}


def button(**fields: Any) -> dict[str, Any]:
    return {**OK, "text": "a", "reply_markup": {"inline_keyboard": [[{"text": "a", **fields}]]}}


@pytest.mark.parametrize(
    ("method", "params", "complaint"),
    [
        ("sendFoo", {}, "no such method"),
        ("sendMessage", {"text": "a"}, "missing chat_id"),
        ("sendMessage", {**OK, "text": 5}, "not of type String"),
        ("sendMessage", {**OK, "text": "a", "disable_notification": 1}, "not of type Boolean"),
        ("sendMessage", {**OK, "text": "a", "disable_web_page_preview": True}, "unknown field"),
        ("sendMessage", {**OK, "text": ""}, "0 characters"),
        ("sendMessage", {**OK, "text": "  "}, "0 characters"),
        ("sendMessage", {**OK, "text": "x" * 4097}, "4097 characters"),
        ("sendMessage", {**OK, "text": "🦊" * 2049}, "4098 characters"),
        ("sendMessage", {**OK, "text": "x" * 4096 + "<b></b>", "parse_mode": "HTML"}, None),
        ("sendMessage", {**OK, "text": "<b>x", "parse_mode": "HTML"}, "Can't find end tag"),
        ("sendMessage", {**OK, "text": "x", "parse_mode": "Foo"}, "unsupported parse_mode"),
        ("sendPhoto", {**OK, "photo": "id", "caption": "x" * 1025}, "1025 characters"),
        ("sendPhoto", {**OK, "photo": "id", "caption": ""}, None),
        ("sendMessage", button(callback_data="x" * 64), None),
        ("sendMessage", button(callback_data="x" * 65), "65 bytes"),
        ("sendMessage", button(callback_data="я" * 40), "80 bytes"),
        ("sendMessage", button(callback_data="x", style="pink"), "is none of"),
        ("answerCallbackQuery", {"callback_query_id": "1", "text": "x" * 201}, "201 characters"),
        ("sendMediaGroup", {**OK, "media": [{"type": "photo", "media": "a"}]}, "1 items"),
        ("sendMediaGroup", {**OK, "media": [{"type": "photo", "media": "a"}] * 11}, "11 items"),
        ("sendMediaGroup", {**OK, "media": [{"type": "voice", "media": "a"}] * 2}, "is none of"),
        ("editMessageMedia", {**OK, "message_id": 1, "media": {"type": "voice", "media": "a"}}, "is none of"),
        ("setMyCommands", {"commands": [{"command": "b" * 33, "description": "d"}]}, "33 characters"),
        ("setMyCommands", {"commands": [{"command": "b", "description": ""}]}, "0 characters"),
        ("setMyCommands", {"commands": [{"command": "b", "description": "d" * 257}]}, "257 characters"),
        ("setWebhook", {"url": "https://a", "secret_token": "x" * 257}, "257 characters"),
        ("getUpdates", {"limit": 101}, "1 to 100"),
        ("deleteMessages", {**OK, "message_ids": []}, "0 items"),
        ("sendMessage", {**OK, "text": "a", "reply_markup": {"inline_keyboard": [{"text": "a"}]}}, "not an array"),
    ],
)
def test_the_description_is_enforced(method: str, params: dict[str, Any], complaint: str | None) -> None:
    found = spec.check(method, params)
    assert found == [] if complaint is None else any(complaint in each for each in found), found


async def raw(telegram: FakeTelegram, method: str, params: dict[str, Any]) -> dict[str, Any]:
    async with (
        aiohttp.ClientSession() as http,
        http.post(f"{telegram.url}/bot{TOKEN}/{method}", json=params) as response,
    ):
        answer: dict[str, Any] = await response.json()
        return answer


@pytest.mark.parametrize(
    ("method", "params", "complaint"),
    [
        ("sendMessage", button(), "has 0 actions"),
        ("sendMessage", button(callback_data="x", url="https://example.org"), "has 2 actions"),
        ("sendMessage", button(url="http://localhost/x"), "Wrong HTTP URL"),
        ("setMyCommands", {"commands": [{"command": "Bad-Name", "description": "d"}]}, "BOT_COMMAND_INVALID"),
        ("setMyCommands", {"commands": [{"command": "b", "description": "d"}] * 101}, "more than 100 commands"),
        ("setWebhook", {"url": "https://example.org", "secret_token": "no spaces"}, "unallowed characters"),
        ("setWebhook", {"url": "http://example.org"}, "HTTPS URL must be provided"),
        ("editMessageText", {"text": "x"}, "message identifier is not specified"),
        ("sendPhoto", {**OK, "photo": "attach://nothing"}, "no file part"),
        ("sendChatAction", {**OK, "action": "dance"}, "wrong parameter action"),
        ("sendInvoice", {**OK}, "missing title"),
    ],
)
async def test_unwritten_rules_are_enforced(
    telegram: FakeTelegram, account: FakeBot, method: str, params: dict[str, Any], complaint: str
) -> None:
    answer = await raw(telegram, method, params)
    assert answer["ok"] is False
    assert any(complaint in problem for problem in telegram.problems), telegram.problems


@pytest.mark.parametrize(
    ("text", "mode", "plain", "kinds"),
    [
        ("<b>a <i>b</i></b> &lt;c&gt;", "HTML", "a b <c>", ["bold", "italic"]),
        ('<a href="https://a.b?c=1&amp;d=2">x</a>', "HTML", "x", ["text_link"]),
        ('<pre><code class="language-python">x = 1</code></pre>', "HTML", "x = 1", ["pre"]),
        ("*a _b_* ||c|| \\.", "MarkdownV2", "a b c .", ["bold", "italic", "spoiler"]),
        ("[a\\!](https://a.b) `x.y`", "MarkdownV2", "a! x.y", ["text_link", "code"]),
        (">quoted\n>more\nplain", "MarkdownV2", "quoted\nmore\nplain", ["blockquote"]),
        ("__u__ ~s~", "MarkdownV2", "u s", ["underline", "strikethrough"]),
        ("```py\nx\n```", "MarkdownV2", "x", ["pre"]),
        ("<b>no markup</b>", None, "<b>no markup</b>", []),
    ],
)
def test_markup_is_parsed(text: str, mode: str | None, plain: str, kinds: list[str]) -> None:
    found, entities = parse(text, mode)
    assert (found, [entity["type"] for entity in entities]) == (plain, kinds)


@pytest.mark.parametrize(
    ("text", "mode", "complaint"),
    [
        ("a < b", "HTML", "Unsupported start tag"),
        ("<foo>a</foo>", "HTML", 'Unsupported start tag "foo"'),
        ("<b><i>a</b></i>", "HTML", "Unmatched end tag"),
        ("a</b>", "HTML", "Unexpected end tag"),
        ("<span>a</span>", "HTML", "tg-spoiler"),
        ("a.", "MarkdownV2", "Character '.' is reserved"),
        ("*a", "MarkdownV2", "Can't find end of bold"),
        ("[a] b", "MarkdownV2", "address of a link"),
    ],
)
def test_broken_markup_is_refused(text: str, mode: str, complaint: str) -> None:
    with pytest.raises(BadEntities, match=complaint.replace("(", r"\(")):
        parse(text, mode)


async def test_waiting_in_vain_says_what_was_to_be_seen(bot: Bot, ann: Person) -> None:
    await bot.send_message(ann.id, "something else")
    with pytest.raises(AssertionError, match="something else"):
        await ann.waits_for(lambda message: message.photo, timeout=0.05)


async def test_video_and_animation_replace_text(bot: Bot, ann: Person, telegram: FakeTelegram) -> None:
    status = await bot.send_message(ann.id, "working")
    await status.edit_media(InputMediaVideo(media=upload(b"video", "a.mp4"), duration=2, width=64, height=64))
    animation = await bot.send_animation(ann.id, upload(b"GIF", "a.gif"))
    assert animation.animation
    assert [(seen.kind, seen.file) for seen in ann.sees_from_bot()] == [("video", b"video"), ("animation", b"GIF")]
    telegram.assert_clean()

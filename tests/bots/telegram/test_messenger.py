"""The calls of the messenger one by one, and what each failure of a call means."""

from collections.abc import AsyncIterator

import pytest
from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import (
    AiogramError,
    ClientDecodeError,
    TelegramBadRequest,
    TelegramEntityTooLarge,
    TelegramForbiddenError,
    TelegramMigrateToChat,
    TelegramNetworkError,
    TelegramRetryAfter,
    TelegramServerError,
    TelegramUnauthorizedError,
)
from aiogram.methods import GetMe

from bots.messenger import Blocked, Button, Gone, Later, Moved, Picture, Screen, TooLarge, Unknown
from bots.telegram.messenger import TelegramMessenger
from bots.telegram.outcomes import outcome
from tests.bots.telegram.studio import picture
from tests.rigs.telegram import FakeBot, FakeTelegram, Person

ROW = ((Button("Again", "again:" + "0" * 32),),)


@pytest.fixture
async def messenger(telegram: FakeTelegram, fake_bot: FakeBot) -> AsyncIterator[TelegramMessenger]:
    session = AiohttpSession(api=TelegramAPIServer.from_base(telegram.url), timeout=1.0)
    async with Bot(fake_bot.token, session=session) as bot:
        yield TelegramMessenger(bot)


@pytest.fixture
def here(ann: Person) -> dict[str, int]:
    ann.writes("hello")
    return {"chat_id": ann.id}


def png(side: int = 64, height: int | None = None, *, final: bool = True) -> Picture:
    return Picture(picture("PNG", side, height), "fox.png", side, height or side, final=final)


async def test_a_text_becomes_a_picture_and_words_leave_it_there(
    messenger: TelegramMessenger, ann: Person, here: dict[str, int]
) -> None:
    sent = await messenger.send(here, Screen("waiting", buttons=ROW))
    again = await messenger.edit(here, sent, Screen("still waiting", buttons=ROW))
    shown = await messenger.edit(here, again, Screen("done", png(), ROW))
    words = await messenger.edit(here, shown, Screen("other words"))
    seen = ann.sees_from_bot()[0]
    assert (sent["kind"], shown["kind"], words["kind"]) == ("text", "media", "media")
    assert (seen.kind, seen.text, seen.button_texts) == ("photo", "other words", [])


async def test_an_edit_can_be_repeated_and_its_file_is_not_sent_again(
    messenger: TelegramMessenger, telegram: FakeTelegram, ann: Person, here: dict[str, int]
) -> None:
    sent = await messenger.send(here, Screen("waiting"))
    assert await messenger.edit(here, sent, Screen("waiting")) == sent
    shown = await messenger.edit(here, sent, Screen("done", png(), ROW))
    assert await messenger.edit(here, shown, Screen("done", png(), ROW)) == shown
    assert [bool(call.uploads) for call in telegram.calls_of("editMessageMedia")] == [True, False]
    assert ann.sees_from_bot()[0].edits == 1


@pytest.mark.parametrize("stale", ["text", "media"])
async def test_words_for_a_message_that_is_not_what_was_stored(
    messenger: TelegramMessenger, ann: Person, here: dict[str, int], stale: str
) -> None:
    sent = await messenger.send(here, Screen("waiting", png() if stale == "text" else None))
    shown = await messenger.edit(here, sent | {"kind": stale}, Screen("other words"))
    assert shown["kind"] != stale
    assert ann.sees_from_bot()[0].text == "other words"


async def test_a_strip_goes_as_a_document(messenger: TelegramMessenger, ann: Person, here: dict[str, int]) -> None:
    sent = await messenger.send(here, Screen("waiting"))
    shown = await messenger.edit(here, sent, Screen("done", png(1344, 64)))
    assert shown["file_id"]
    assert ann.sees_from_bot()[0].kind == "document"
    assert (await messenger.send(here, Screen("again", png(1344, 64))))["kind"] == "media"


async def test_an_answer_to_a_message_that_was_deleted_is_sent_all_the_same(
    messenger: TelegramMessenger, ann: Person, here: dict[str, int]
) -> None:
    ann.deletes(1)
    await messenger.send(here | {"reply_to": 1}, Screen("hello"))
    assert ann.sees_from_bot()[0].text == "hello"


async def test_a_topic_that_is_gone_leads_to_the_chat_itself(
    messenger: TelegramMessenger, telegram: FakeTelegram, ann: Person
) -> None:
    group = telegram.group("Painters", [ann], is_supergroup=True)
    with pytest.raises(Moved) as moved:
        await messenger.send({"chat_id": group.id, "thread_id": 99, "user": 5}, Screen("hello"))
    assert moved.value.address == {"chat_id": group.id, "user": 5}


async def test_a_call_that_takes_too_long_is_of_unknown_outcome(
    messenger: TelegramMessenger, telegram: FakeTelegram, here: dict[str, int]
) -> None:
    telegram.delays("sendMessage", 1.5)
    with pytest.raises(Unknown):
        await messenger.send(here, Screen("hello"))


async def test_in_a_group_buttons_say_whose_job_they_name(
    messenger: TelegramMessenger, telegram: FakeTelegram, ann: Person
) -> None:
    group = telegram.group("Painters", [ann])
    await messenger.send(
        {"chat_id": group.id, "user": ann.id}, Screen("hello", buttons=(*ROW, (Button("?", "help:"),)))
    )
    data = [button.data for button in ann.at(group).sees_from_bot()[0].buttons]
    assert data == [messenger.seal.signed(f"again:{'0' * 32}:{ann.id}", group.id), "help:"]


CALL = GetMe()


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (TelegramRetryAfter(CALL, "slow down", 7), Later),
        (TelegramMigrateToChat(CALL, "upgraded", -100), Moved),
        (TelegramForbiddenError(CALL, "Forbidden: bot was blocked by the user"), Blocked),
        (TelegramEntityTooLarge(CALL, "Request Entity Too Large"), TooLarge),
        (TelegramUnauthorizedError(CALL, "Unauthorized"), Later),
        (TelegramNetworkError(CALL, "Request timeout error"), Unknown),
        (TelegramServerError(CALL, "Bad Gateway"), Unknown),
        (ClientDecodeError("Failed to decode object", ValueError(), "<html>"), Unknown),
        (TelegramBadRequest(CALL, "Bad Request: message to edit not found"), Gone),
        (TelegramBadRequest(CALL, "Bad Request: MESSAGE_ID_INVALID"), Gone),
        (TelegramBadRequest(CALL, "Bad Request: chat not found"), Blocked),
        (TelegramBadRequest(CALL, "Bad Request: not enough rights to send photos to the chat"), Blocked),
    ],
)
def test_what_a_failure_means(error: AiogramError, expected: type[Exception]) -> None:
    assert type(outcome(error, {"chat_id": 1})) is expected

"""/video, /music, /say, /write and /ask: each result comes as Telegram's own kind, by an edit of the one message."""

from typing import Any

import pytest

from bots.replies.translator import sources
from bots.telegram.messenger import TelegramMessenger
from scheduler.errors import Code
from tests.bots.studio import FILES, FOR_SCREENS, until
from tests.bots.telegram.conftest import at_work
from tests.bots.telegram.studio import TelegramStudio, refusal
from tests.bots.test_files import FILM, JPEG, MIB
from tests.rigs.telegram import FakeBot, FakeTelegram, Person, Seen


@pytest.mark.parametrize(
    ("words", "capability", "kind"),
    [
        ("/video mountains, day to night --seconds 6", "video", "video"),
        ("/music a calm evening at 70 bpm", "audio", "audio"),
        ("/say Your picture is ready --voice en-gb", "audio", "audio"),
    ],
)
async def test_a_result_comes_as_the_platforms_own_kind(
    ann: Person, bot: FakeBot, studio: TelegramStudio, telegram: FakeTelegram, words: str, capability: str, kind: str
) -> None:
    ann.writes(words)
    first = await ann.waits_for(lambda seen: "Next in line" in seen.text)
    job = studio.jobs[0]
    await until(lambda: bool(studio.deliveries[job].message))
    studio.run(job)
    studio.end(job)
    result = await ann.waits_for(lambda seen: "Again" in seen.button_texts)

    assert (result.id, result.kind, result.file) == (first.id, kind, FILES[capability][1])
    assert result.button_texts == (["Again", "Voice note"] if words.startswith("/say") else ["Again"])
    assert studio.asked[0].request.capability == capability
    assert len(telegram.calls_of("sendMessage", "sendVideo", "sendAudio")) == 1


async def speech(ann: Person, studio: TelegramStudio) -> Seen:
    ann.writes("/say Your picture is ready --voice en-gb")
    await until(lambda: bool(studio.jobs) and bool(studio.deliveries[studio.jobs[0]].message))
    studio.run(studio.jobs[0])
    studio.end(studio.jobs[0])
    return await ann.waits_for(lambda seen: "Voice note" in seen.button_texts)


async def test_speech_comes_as_a_voice_note_when_asked_for(
    ann: Person, bot: FakeBot, studio: TelegramStudio, telegram: FakeTelegram
) -> None:
    result = await speech(ann, studio)
    assert telegram.calls_of("sendVoice") == []
    await ann.presses(result, "Voice note").is_answered_within(5)
    note = await ann.waits_for(lambda seen: seen.kind == "voice")

    assert (note.file, note.text, note.button_texts) == (FILES["audio"][1], "", [])
    assert note.id > result.id


async def test_who_takes_no_voice_notes_gets_the_sound(ann: Person, bot: FakeBot, studio: TelegramStudio) -> None:
    result = await speech(ann, studio)
    ann.takes_no_voice_notes()
    await ann.presses(result, "Voice note").is_answered_within(5)
    again = await ann.waits_for(lambda seen: seen.kind == "audio" and seen.id > result.id)

    assert again.file == FILES["audio"][1]


async def test_words_stay_a_text_message(ann: Person, bot: FakeBot, studio: TelegramStudio) -> None:
    ann.writes("/write titles for a fox in the snow")
    await until(lambda: bool(studio.jobs) and bool(studio.deliveries[studio.jobs[0]].message))
    studio.run(studio.jobs[0])
    studio.end(studio.jobs[0])
    result = await ann.waits_for(lambda seen: "Again" in seen.button_texts)

    assert result.kind == "text"
    assert "The Quiet of the Fox\nFox, Late" in result.text


async def test_a_helping_button_keeps_the_command(ann: Person, bot: FakeBot, studio: TelegramStudio) -> None:
    studio.refusal = refusal(Code.UNKNOWN_MODEL, model="svd", alternative="animator")
    ann.writes("/video a fox --model svd --seconds 4")
    told = await ann.waits_for(lambda seen: "Use animator" in seen.button_texts)
    studio.refusal = None
    await ann.presses(told, "Use animator").is_answered_within(5)

    request = studio.asked[-1].request
    assert (request.capability, request.model, request.seconds) == ("video", "animator", 4)


@pytest.mark.parametrize(
    ("words", "shape", "kind", "shown"),
    [
        ("a fox", {"size_bytes": 27 * MIB, "width": 4096, "height": 4096, "web": JPEG}, "photo", "image"),
        ("/video a fox", {"size_bytes": 60 * MIB, "web": FILM}, "video", "video"),
    ],
)
async def test_what_is_too_large_for_telegram_comes_smaller_with_a_link(
    ann: Person, telegram: FakeTelegram, fake_bot: FakeBot, studio: TelegramStudio, words: str, shape: Any, kind: str,
    shown: str,
) -> None:  # fmt: skip
    studio.shape = shape
    async with at_work(telegram, fake_bot, studio, public_url="https://tessera.example/"):
        ann.writes(words)
        await until(lambda: bool(studio.jobs) and bool(studio.deliveries[studio.jobs[0]].message))
        studio.run(studio.jobs[0])
        studio.end(studio.jobs[0])
        result = await ann.waits_for(lambda seen: "Again" in seen.button_texts)

    assert (result.kind, result.file) == (kind, FOR_SCREENS[shown])
    [link] = result.entities
    artifact = studio.deliveries[studio.jobs[0]].job.artifacts[0]
    assert (link["type"], link["url"]) == (
        "text_link",
        f"https://tessera.example/links/{artifact.id}/original?signature=abc",
    )
    assert result.text[link["offset"] :].startswith("Open the original (for 7 days)")
    assert link["length"] == len("Open the original")


async def test_a_picture_that_is_too_long_and_thin_comes_as_a_file_of_its_own_size(
    ann: Person, bot: FakeBot, studio: TelegramStudio
) -> None:
    studio.shape = {"size_bytes": 12 * MIB, "width": 8192, "height": 256, "web": JPEG}
    ann.writes("a fox")
    await until(lambda: bool(studio.jobs) and bool(studio.deliveries[studio.jobs[0]].message))
    studio.run(studio.jobs[0])
    studio.end(studio.jobs[0])
    result = await ann.waits_for(lambda seen: "Again" in seen.button_texts)

    assert result.kind == "document"
    assert "smaller" not in result.text


def test_a_film_of_forty_megabytes_is_still_a_film() -> None:
    assert TelegramMessenger.limits.file_bytes == 50 * 2**20


async def test_a_question_is_answered_and_an_answer_that_is_too_long_comes_as_a_file(
    ann: Person, bot: FakeBot, studio: TelegramStudio, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(FILES, "text", ("txt", b"blue " * 1000))
    ann.writes("/ask why is the sky blue?")
    first = await ann.waits_for(lambda seen: "Next in line" in seen.text)
    await until(lambda: bool(studio.deliveries[studio.jobs[0]].message))
    studio.run(studio.jobs[0])
    studio.end(studio.jobs[0])
    result = await ann.waits_for(lambda seen: "Again" in seen.button_texts)

    assert (studio.asked[0].request.capability, studio.asked[0].request.model) == ("text", "chat")
    assert (result.id, result.kind, result.file) == (first.id, "document", (b"blue " * 1000).strip())
    assert "blue b…\n\nchat" in result.text


async def test_ask_is_in_the_menu_where_a_language_model_is(
    ann: Person, telegram: FakeTelegram, fake_bot: FakeBot, studio: TelegramStudio
) -> None:
    async def shown() -> set[str]:
        await telegram.until(lambda: len(telegram.calls_of("setMyCommands")) == len(sources()))
        return {command["command"] for listed in fake_bot.commands.values() for command in listed}

    async with at_work(telegram, fake_bot, studio):
        assert "ask" not in await shown()
    studio.has_chat = True
    telegram.calls.clear()
    async with at_work(telegram, fake_bot, studio):
        assert "ask" in await shown()
        ann.writes("/help")
        await ann.waits_for(lambda seen: "/ask why is the sky blue?" in seen.text)

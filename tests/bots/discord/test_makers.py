"""/video, /music, /say and /write on Discord: results are attachments that play, or words."""

from typing import Any

import pytest

from scheduler.errors import Code, Refused
from tests.bots.discord.stage import Stage
from tests.bots.studio import FILES


@pytest.mark.parametrize(
    ("command", "options", "capability", "ending"),
    [
        ("video", {"prompt": "mountains", "seconds": 6, "size": "wide"}, "video", ".mp4"),
        ("music", {"prompt": "a calm evening", "seconds": 20}, "audio", ".mp3"),
        ("say", {"prompt": "Your picture is ready", "voice": "en-gb"}, "audio", ".mp3"),
    ],
)
async def test_a_result_is_an_attachment_that_plays(
    stage: Stage, command: str, options: dict[str, Any], capability: str, ending: str
) -> None:
    act = await stage.ann.slash(command, **options)
    assert act.message is not None
    job = await stage.kept()
    stage.studio.run(job)
    stage.studio.end(job)
    result = await stage.sees(lambda seen: FILES[capability][1] in seen.attachments)

    assert result.id == act.message.id
    assert result.filenames[0].endswith(ending)
    assert result.labels == ("Again",)
    assert stage.studio.asked[0].capability == capability
    assert stage.is_clean()


async def test_words_are_words(stage: Stage) -> None:
    await stage.ann.slash("write", prompt="titles for a fox", seed=7)
    job = await stage.kept()
    stage.studio.run(job)
    stage.studio.end(job)
    result = await stage.sees(lambda seen: "The Quiet of the Fox" in seen.content)

    assert result.attachments == ()
    assert stage.is_clean()


async def test_a_helping_button_keeps_the_command(stage: Stage) -> None:
    stage.studio.refusal = Refused.because(Code.UNKNOWN_MODEL, model="speaker", alternative="singer")
    act = await stage.ann.slash("say", prompt="hello", voice="de")
    assert act.message is not None
    stage.studio.refusal = None
    await stage.ann.clicks(act.message, "Use singer")
    await stage.kept()

    (request,) = stage.studio.asked
    assert (request.capability, request.voice, request.model) == ("audio", "de", "singer")


async def test_ask_is_a_command_where_a_language_model_is(stage: Stage) -> None:
    assert "ask" not in stage.ann.commands()
    await stage.running[0].ends()
    stage.studio.has_chat = True
    await stage.start()
    await stage.discord.online(stage.bot, "ask")
    act = await stage.ann.slash("help")
    assert act.message is not None
    assert "/ask why is the sky blue?" in act.message.content
    await stage.ann.slash("ask", question="why is the sky blue?")
    job = await stage.kept()
    stage.studio.run(job)
    stage.studio.end(job)
    await stage.sees(lambda seen: "The Quiet of the Fox" in seen.content)

    (request,) = stage.studio.asked
    assert (request.capability, request.model, request.prompt) == ("text", "chat", "why is the sky blue?")
    assert stage.is_clean()


async def test_an_answer_that_is_too_long_comes_as_a_file(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(FILES, "text", ("txt", b"blue " * 1000))
    await stage.ann.slash("write", prompt="titles for a fox")
    job = await stage.kept()
    stage.studio.run(job)
    stage.studio.end(job)
    result = await stage.sees(lambda seen: seen.attachments)

    assert result.attachments == ((b"blue " * 1000).strip(),)
    assert result.filenames[0].endswith(".txt")
    assert stage.is_clean()

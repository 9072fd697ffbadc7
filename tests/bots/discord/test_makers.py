"""/video, /music, /say and /write on Discord: results are attachments that play, or words."""

from typing import Any

import pytest

from bots.discord.screens import content, linked
from bots.messenger import Link
from scheduler.errors import Code, Refused
from tests.bots.discord.stage import Stage
from tests.bots.studio import FILES, FOR_SCREENS
from tests.bots.test_files import JPEG, MIB


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


async def test_what_is_too_large_for_discord_comes_smaller_with_a_link(stage: Stage) -> None:
    stage.studio.shape = {"size_bytes": 27 * MIB, "width": 4096, "height": 4096, "web": JPEG}
    await stage.asks("a *fox*")
    stage.studio.run(stage.studio.latest)
    stage.studio.end(stage.studio.latest)
    result = await stage.sees(lambda seen: FOR_SCREENS["image"] in seen.attachments)

    [artifact] = stage.studio.deliveries[stage.studio.latest].job.artifacts
    url = f"https://tessera.example/links/{artifact.id}/original?signature=abc"
    assert result.content.endswith(f"the original has 27 MB. [Open the original](<{url}>) (for 7 days)")
    assert result.filenames[0].endswith(".jpg")
    assert stage.is_clean()


async def test_a_server_that_pays_for_larger_files_gets_them(stage: Stage) -> None:
    stage.discord.takes_files_of(25 * MIB)
    stage.studio.shape = {"size_bytes": 11 * MIB, "web": JPEG}
    await stage.asks()
    stage.studio.run(stage.studio.latest)
    stage.studio.end(stage.studio.latest)
    result = await stage.sees(lambda seen: "Again" in seen.labels)

    assert [len(content) for content in result.attachments] == [11 * MIB]
    assert "smaller" not in result.content
    assert stage.is_clean()


async def test_a_file_that_is_refused_in_spite_of_what_was_said_comes_smaller(stage: Stage) -> None:
    stage.discord.takes_files_of(25 * MIB, taken=10 * MIB)
    stage.studio.shape = {"size_bytes": 20 * MIB, "web": JPEG}
    await stage.asks()
    stage.studio.run(stage.studio.latest)
    stage.studio.end(stage.studio.latest)
    result = await stage.sees(lambda seen: FOR_SCREENS["image"] in seen.attachments)

    assert "the original has 20 MB" in result.content
    [broken] = stage.discord.rule_breaks
    assert broken.endswith("a file over 10 MiB or a request over 25 MiB")


def test_links_keep_their_place_in_a_content_that_is_too_long() -> None:
    links = tuple(Link(f"Original {number}", f"https://tessera.example/{'x' * 150}") for number in (1, 2))
    text = linked(content("*" * 900 + "\npainter\nShown smaller here: Original 1 · Original 2 (for 7 days)"), links)

    assert len(text) <= 2000
    assert "…\nShown smaller here: [Original 1](<https" in text
    assert text.endswith(">) (for 7 days)")

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

"""The commands that make something, from words to a request."""

import pytest

from bots.commands import CommandError, Mistake
from bots.making import Maker, maker_of, parse
from bots.repeats import again, larger
from bots.replies import progress, results
from bots.replies.translator import Translator, sources
from scheduler.catalogue.model import Capability
from scheduler.jobs.model import Status
from tests.bots.studio import NOW, a_job, an_account, an_artifact

EN = Translator("en")


@pytest.mark.parametrize(
    ("maker", "words", "wanted"),
    [
        (Maker.VIDEO, "mountains --seconds 8 --size wide", {"capability": "video", "seconds": 8, "width": 1024}),
        (Maker.MUSIC, "calm --seconds 30 --size 64", {"capability": "audio", "seconds": 30, "width": None}),
        (Maker.SAY, "Hallo --voice de", {"capability": "audio", "voice": "de", "model": "speaker", "format": "mp3"}),
        (Maker.WRITE, "titles for a fox --seed 7", {"capability": "text", "seed": 7, "model": None, "format": None}),
        (Maker.ASK, "why is the sky blue?", {"capability": "text", "model": "chat", "prompt": "why is the sky blue?"}),
        (Maker.ASK, "why? --model llama", {"capability": "text", "model": "llama"}),
        (Maker.IMAGINE, "a fox", {"capability": "image", "seconds": None}),
    ],
)
def test_each_command_asks_for_what_it_makes(maker: Maker, words: str, wanted: dict[str, object]) -> None:
    request = parse(maker, words)

    assert request.model_dump() | wanted == request.model_dump()
    assert maker_of(request) is maker


@pytest.mark.parametrize(
    ("words", "mistake"),
    [
        ("x --seconds long", Mistake.BAD_SECONDS),
        ("x --seconds 0", Mistake.BAD_SECONDS),
        ("x --voice ../etc", Mistake.BAD_VOICE),
        ("x --count 3", Mistake.ONE_AT_A_TIME),
        ("--seconds 5", Mistake.PROMPT_EMPTY),
    ],
)
def test_mistakes_have_names(words: str, mistake: Mistake) -> None:
    with pytest.raises(CommandError) as caught:
        parse(Maker.VIDEO, words)
    assert caught.value.code is mistake


def test_again_asks_for_the_same_length_format_and_voice() -> None:
    music = a_job(capability="audio", model="composer", seconds=30.0, format="mp3", width=None, height=None)
    request = again(music)

    assert (request.capability, request.seconds, request.format, request.seed) == (Capability.AUDIO, 30.0, "mp3", None)


def test_only_a_picture_has_variations_and_may_be_larger() -> None:
    film = a_job(capability="video", model="animator", status=Status.COMPLETED, width=512, height=288)

    assert larger(film, 4096) is None
    assert "Variation" not in str(results.ended(film, EN, an_account(), "animator", None, "words"))


def test_words_are_shown_whole_where_they_fit_and_never_beyond_a_caption() -> None:
    job = a_job(capability="text", status=Status.COMPLETED, prompt="titles for a fox", artifacts=[])
    short = results.ended(job, EN, an_account(), "writer (no model)", None, "The Fox\nFox, Late")
    long = results.ended(job, EN, an_account(), "writer (no model)", None, "😀" * 3000)

    assert short.text == "titles for a fox\n\nThe Fox\nFox, Late\n\nwriter (no model) · seed 7 · 1 token, 19 left today"
    assert len(long.text.encode("utf-16-le")) // 2 <= 1024
    assert long.text.endswith("19 left today")
    assert short.picture is None


def test_words_that_a_message_does_not_hold_come_whole_in_a_file() -> None:
    job = a_job(capability="text", status=Status.COMPLETED, prompt="why?", artifacts=[])
    fitting = results.ended(job, EN, an_account(), "chat", None, "w" * 1900, 2000)
    longer = results.ended(job, EN, an_account(), "chat", None, "w" * 2000, 2000)

    assert (fitting.picture, len(fitting.text) > 1900) == (None, True)
    assert longer.picture is not None
    assert (longer.picture.content, longer.picture.kind) == (b"w" * 2000, "words")
    assert len(longer.text) <= 1024


@pytest.mark.parametrize("locale", sorted(sources()))
def test_what_is_under_way_and_why_it_moved_is_said_in_every_language(locale: str) -> None:
    tr = Translator(locale)
    said = {progress.running(a_job(capability=capability), tr).text for capability in Capability}
    moved = {progress.waiting(a_job(), tr, NOW, moved=why).text for why in (True, "out_of_memory", "engine_failed")}

    assert len(said) == 4
    assert len(moved) == 3


def test_a_film_says_how_long_it_is() -> None:
    job = a_job(capability="video", status=Status.COMPLETED, seconds=6.0, model="animator")
    job = job.model_copy(update={"artifacts": [an_artifact(job.id, type="video", format="mp4")]})

    assert results.figures(job, EN, None, "animator (no GPU)") == "animator (no GPU) · 6 s · seed 7 · 1 token"

"""The speaker: the language is in the letters; where eSpeak NG is installed, it is heard."""

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import av
import pytest

from workers.engines.protocol import BadRequest, Broken, Cancelled, Made, Report, Stopped, Task
from workers.engines.speaker import engine
from workers.engines.speaker.engine import SpeakerEngine
from workers.engines.speaker.tongue import language

installed = pytest.mark.skipif(find_spec("espeakng_loader") is None, reason="the extra speech is not installed")


def make(folder: Path, prompt: str, report: Report | None = None, **params: Any) -> Made:
    folder.mkdir(exist_ok=True)
    task = Task("job", 1, "audio", "speaker", {"prompt": prompt, "seed": 7, **params}, folder)
    [made] = SpeakerEngine().run([task], report or (lambda task, fraction, preview=None: None))
    if isinstance(made, Stopped):
        raise made
    return made[0]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Your picture is ready.", "en-us"),
        ("Welcome to Tessera, a red fox.", "en-us"),
        ("Dein Bild ist fertig.", "de"),
        ("Ваша картинка готова", "ru"),
        ("Ваш малюнок є", "uk"),
        ("Bonjour, votre image est prête", "fr"),
        ("こんにちは", "ja"),
        ("42", "en-us"),
    ],
)
def test_the_language_is_told_by_letters_and_small_words(text: str, name: str) -> None:
    assert language(text) == name


def test_nothing_of_it_is_loaded_in_the_worker() -> None:
    """It is GPL: only the process that speaks may load it."""
    code = (
        "import sys, workers.engines.speaker.engine as e; e.SpeakerEngine().load('speaker'); print(sorted(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "espeakng_loader" not in done.stdout
    assert "numpy" not in done.stdout


@pytest.mark.parametrize(("exit_code", "error"), [(4, BadRequest), (3, Broken), (0, Broken)])
def test_what_the_process_says_by_its_exit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, exit_code: int, error: type[Exception]
) -> None:
    monkeypatch.setattr(engine, "PROGRAM", (sys.executable, "-c", f"import sys; sys.exit({exit_code})"))

    with pytest.raises(error):
        make(tmp_path, "hello")


def test_a_cancel_ends_the_process_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "PROGRAM", (sys.executable, "-c", "import time; time.sleep(60)"))
    told: list[float] = []

    def cancel(task: Task, fraction: float, preview: object = None) -> None:
        told.append(fraction)
        if len(told) == 3:
            raise Cancelled

    with pytest.raises(Cancelled):
        make(tmp_path, "hello", cancel)


@installed
def test_words_become_a_sound_of_about_their_length_the_same_each_time(tmp_path: Path) -> None:
    first, again = (make(tmp_path / name, "Welcome. Your picture of a red fox is ready.") for name in "ab")
    with av.open(str(first.path)) as file:
        assert file.streams.audio[0].codec_context.name == "opus"

    assert 2.0 < (first.duration_seconds or 0) < 6.0
    assert first.took_seconds == first.duration_seconds
    assert first.path.read_bytes() == again.path.read_bytes()
    assert first.metadata["voice"] == "en-us"


@installed
@pytest.mark.parametrize("voice", ["de", "en-gb", "fr", "ru"])
def test_each_voice_that_people_are_told_of_speaks(tmp_path: Path, voice: str) -> None:
    said = make(tmp_path, "hello water", voice=voice)

    assert said.metadata["voice"] == voice
    assert (said.duration_seconds or 0) > 0.5


@installed
def test_a_voice_that_is_not_there_and_words_without_a_sound_are_bad_requests(tmp_path: Path) -> None:
    with pytest.raises(BadRequest, match="no voice"):
        make(tmp_path, "hello", voice="klingon-x")
    with pytest.raises(BadRequest):
        make(tmp_path, "   ")

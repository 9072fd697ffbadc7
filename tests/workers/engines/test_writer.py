"""The writer: what is asked for is found in the words, said in their language, and the same seed says the same."""

from pathlib import Path

import pytest

from workers.engines.protocol import BadRequest, Made, Stopped, Task
from workers.engines.writer.brief import Form, brief
from workers.engines.writer.engine import WriterEngine
from workers.engines.writer.text import LANGUAGES, PIECES, write


def make(folder: Path, prompt: str, **params: object) -> list[Made]:
    task = Task("job", 1, "text", "writer", {"prompt": prompt, "seed": 7, **params}, folder)
    [made] = WriterEngine().run([task], lambda task, fraction, preview=None: None)
    if isinstance(made, Stopped):
        raise made
    return list(made)


@pytest.mark.parametrize(
    ("prompt", "form", "subject", "language"),
    [
        ("a fox in the snow", Form.PROMPT, "a fox in the snow", "en"),
        ("write me a short ad for a coffee shop in Riga", Form.AD, "a coffee shop in Riga", "en"),
        ("alt text: a red sunset over the sea", Form.ALT, "a red sunset over the sea", "en"),
        ("titles for the old mill", Form.TITLES, "the old mill", "en"),
        ("the title of a book on a table", Form.TITLES, "a book on a table", "en"),
        ("an old book whose title is worn", Form.PROMPT, "an old book whose title is worn", "en"),
        ("Bildunterschriften für ein Fuchs im Schnee", Form.CAPTIONS, "ein Fuchs im Schnee", "de"),
        ("Titel für einen Fuchs im Schnee", Form.TITLES, "ein Fuchs im Schnee", "de"),
        ("alt text for a picture of a red car", Form.ALT, "a red car", "en"),
        ("alt: ein Bild von einer Mühle", Form.ALT, "ein Bild von einer Mühle", "de"),
        ("реклама: свежий хлеб", Form.AD, "свежий хлеб", "ru"),
        ("🦊", Form.PROMPT, "🦊", "en"),
    ],
)
def test_form_subject_and_language_are_found_in_the_words(prompt: str, form: Form, subject: str, language: str) -> None:
    asked = brief(prompt)

    assert (asked.form, asked.subject, asked.language) == (form, subject, language)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("form", Form)
def test_every_form_is_whole_in_every_language(form: Form, language: str) -> None:
    subject = {"en": "a fox in the snow at night", "de": "ein Fuchs im Schnee bei Nacht", "ru": "лиса в снегу ночью"}
    name = {Form.TITLES: "titel", Form.CAPTIONS: "подпись", Form.ALT: "alt", Form.AD: "ads", Form.PROMPT: "prompt"}
    asked = brief(f"{name[form]}: {subject[language]}")
    for seed in range(20):
        text = write(asked, seed, "writer")
        assert "{" not in text
        assert "  " not in text
        assert " ," not in text
        assert "writer" in text.splitlines()[-1]
        assert len(text.split("\n\n")) - 1 == (1 if form is Form.TITLES else PIECES[form])


def test_the_same_seed_writes_the_same_file_and_another_another(tmp_path: Path) -> None:
    first, again, other = (
        make(folder_of(tmp_path, name), "ad for fresh bread", seed=seed)[0].path.read_bytes()
        for name, seed in (("a", 7), ("b", 7), ("c", 8))
    )

    assert first == again
    assert first != other


def test_an_alt_text_says_only_what_the_words_say(tmp_path: Path) -> None:
    [made] = make(tmp_path, "alt text: a chair in a room")
    pieces = made.path.read_text().split("\n\n")[:-1]

    assert all(piece.lower().count("chair in a room") == 1 and len(piece) < 60 for piece in pieces)
    assert made.metadata == {"model": "writer", "seed": 7, "form": "alt", "language": "en"}


def test_no_words_are_a_bad_request(tmp_path: Path) -> None:
    with pytest.raises(BadRequest):
        make(tmp_path, "  ")


def folder_of(base: Path, name: str) -> Path:
    (base / name).mkdir()
    return base / name

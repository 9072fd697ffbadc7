"""Videos by tiny models of true architectures, through the real libraries, read back by PyAV."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.workers.engines.diffusers.asking import PROMPT, TaskOf, contents, engine_of, made, run, told
from workers.engines.protocol import BadRequest, Cancelled
from workers.media import reading

pytestmark = [
    pytest.mark.torch,
    pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept:DeprecationWarning"),  # in diffusers
]


@pytest.fixture
def given(tmp_path: Path) -> Path:
    path = tmp_path / "given"
    Image.radial_gradient("L").convert("RGB").save(path, "PNG")
    return path


def test_stable_video_diffusion_moves_a_picture_for_as_long_as_asked(svd: Path, task: TaskOf, given: Path) -> None:
    engine = engine_of(svd, steps=2)
    [offer] = engine.offers()
    assert (offer.capability, offer.batch, offer.takes_picture) == ("video", 1, True)
    [result], heard = told(engine, task(given, seconds=0.5))
    [film] = made(result)

    assert (film.type, film.format, film.width, film.height) == ("video", "mp4", 64, 64)
    assert (film.duration_seconds, film.took_seconds) == (0.5, 0.5)  # its five frames, ten a second
    read = reading.film(film.path)
    assert (read.width, read.height, read.seconds) == (64, 64, 0.5)
    assert film.look is not None
    assert [round(fraction, 2) for _, fraction, _ in heard] == [0, 0.48, 0.97, 1]
    assert contents(result) == contents(run(engine, task(given, seconds=0.5))[0])


def test_what_starts_from_a_picture_and_got_none_is_refused(svd: Path, task: TaskOf, given: Path) -> None:
    without, long = run(engine_of(svd), task(), task(given, seconds=2))
    assert isinstance(without, BadRequest)
    assert isinstance(long, BadRequest)
    assert (without.code, long.code) == ("picture_missing", "seconds_out_of_range")


def test_ltx_makes_a_film_of_words_or_of_a_picture(ltx: Path, task: TaskOf, given: Path) -> None:
    engine = engine_of(ltx, steps=2)
    asked = {"width": 72, "seconds": 0.7, "count": 2}
    words, picture = run(engine, task(**asked), task(given, **asked))

    for film in [*made(words), *made(picture)]:
        read = reading.film(film.path)
        assert (read.width, read.height) == (72, 64)
        assert read.seconds == pytest.approx(17 / 24, abs=0.01)
    assert [film.metadata["seed"] for film in made(words)] == [7, 8]
    assert made(words)[0].metadata == {"model": "tiny", "seed": 7, "prompt": PROMPT, "steps": 2, "guidance": 3.0}
    assert len({*contents(words), *contents(picture)}) == 4
    assert contents(words)[1:] == contents(run(engine, task(**{**asked, "count": 1, "seed": 8}))[0])


@pytest.mark.parametrize(("model", "size"), [("svd", (64, 32)), ("ltx", (96, 64))])
def test_each_step_shows_the_middle_of_a_film(
    model: str,
    size: tuple[int, int],
    request: pytest.FixtureRequest,
    task: TaskOf,
    given: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    engine = engine_of(request.getfixturevalue(model), steps=3)
    monkeypatch.setattr("workers.engines.diffusers.shooting.PREVIEW_SECONDS", 0)
    for start in (given, None) if model == "ltx" else (given,):
        _, heard = told(engine, task(start, width=72, seconds=0.7))
        seen = [preview for _, _, preview in heard if preview]
        assert len(seen) == 4  # the last one is of the film itself
        assert seen[0].size == size
        assert len({preview.tobytes() for preview in seen}) == 4


@pytest.mark.parametrize("model", ["svd", "ltx"])
def test_a_film_is_called_off_within_one_step(
    model: str, request: pytest.FixtureRequest, task: TaskOf, given: Path
) -> None:
    engine, off = engine_of(request.getfixturevalue(model), steps=50), task(given, seconds=0.5, count=2)
    [result], heard = told(engine, off, stop=lambda _, fraction: fraction > 0.01)

    assert isinstance(result, Cancelled)
    assert len(heard) == 3  # begun, one step, and the one it left at
    assert list(off.folder.iterdir()) == []


def test_a_film_of_words_can_be_varied(ltx: Path, task: TaskOf) -> None:
    asked, parent = {"width": 64, "seconds": 0.7, "seed": 9}, {"parent_seed": 7}
    looks = [
        made(result)[0].look
        for result in run(
            engine_of(ltx, steps=2),
            task(**asked),
            task(**asked, **parent, strength=1.0),
            task(**asked, **parent, strength=0.3),
            task(**{**asked, "seed": 7}),
        )
    ]
    own, left, near, parents = (np.asarray(look, np.int16) for look in looks)
    assert np.abs(own - left).mean() < 1  # drawn as the pipeline itself draws it
    assert 0 < np.abs(near - parents).mean() < np.abs(own - parents).mean()

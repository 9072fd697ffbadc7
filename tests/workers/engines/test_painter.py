"""The painter: same seed same bytes, every prompt its own picture, progress that can be watched and stopped."""

from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tests.workers.engines.buttons import NEW_SEED, PRESSES, pressed
from workers.engines.painter.engine import MODEL, PainterEngine
from workers.engines.painter.lexicon import PLACES, SUBJECTS
from workers.engines.painter.scenes import LANDS
from workers.engines.painter.subjects import OUTLINES
from workers.engines.painter.words import read
from workers.engines.protocol import BadRequest, Cancelled, Made, Stopped, Task

PROMPTS = (
    "a red sunset over the sea",
    "storm at sea with lightning",
    "forest in fog",
    "city at night",
    "desert dunes",
    "aurora over a frozen lake",
    "a meadow of flowers",
    "bouquet of white roses",
    "cyberpunk street in the rain",
    "a fox in the snow",
    "mountains at dawn",
    "autumn forest",
    "a lighthouse in a storm at night",
    "a galaxy with a ringed planet",
    "coral reef underwater",
    "volcano eruption at night",
    "waterfall in the jungle",
    "tropical beach with palms",
    "lavender field at sunset",
    "melancholy",
    "joy in yellow and teal, abstract",
    "hot air balloons over green hills",
)
STRANGE_PROMPTS = ("", "   ", "🦊🌊✨", "\x00\ud800 broken", "Ω≈ç√∫ 你好 مرحبا", "word " * 400, "a" * 2000)
APART = 0.08  # mean difference of two thumbnails; the nearest two prompts measured 0.096


class Watcher:
    """Records what is reported and cancels after `limit` reports."""

    def __init__(self, limit: int | None = None) -> None:
        self.fractions: list[float] = []
        self.previews: list[Image.Image] = []
        self.limit = limit

    def __call__(self, task: Task, fraction: float, preview: Image.Image | None = None) -> None:
        self.fractions.append(fraction)
        if preview is not None:
            self.previews.append(preview)
        if len(self.fractions) == self.limit:
            raise Cancelled


def run(folder: Path, prompt: str, watcher: Watcher | None = None, side: int = 256, **params: Any) -> list[Made]:
    folder.mkdir(exist_ok=True)
    asked = {"prompt": prompt, "width": side, "height": side, "seed": 11, "count": 1, "strength": None, **params}
    [made] = PainterEngine().run([Task("job", 1, "image", MODEL, asked, folder)], watcher or Watcher())
    if isinstance(made, Stopped):
        raise made
    return list(made)


def thumbnail(path: Path) -> np.ndarray[Any, Any]:
    with Image.open(path) as picture:
        return np.asarray(picture.convert("RGB").resize((24, 24), Image.Resampling.BOX), np.float32) / 255


def size_of(path: Path) -> tuple[int, int]:
    with Image.open(path) as picture:
        return picture.size


def difference(a: Path, b: Path) -> float:
    return float(np.abs(thumbnail(a) - thumbnail(b)).mean())


@pytest.mark.parametrize("prompt", ["a red sunset over the sea", "a fox in the snow", "joy"])
def test_the_same_seed_gives_the_same_bytes_and_another_seed_does_not(tmp_path: Path, prompt: str) -> None:
    [first], [again] = (run(tmp_path / name, prompt) for name in ("first", "again"))
    [other] = run(tmp_path / "other", prompt, seed=12)
    assert first.path.read_bytes() == again.path.read_bytes()
    assert first.path.read_bytes() != other.path.read_bytes()


@pytest.fixture(scope="module")
def gallery(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Each prompt's picture."""
    folder = tmp_path_factory.mktemp("gallery")
    return {prompt: run(folder / str(at), prompt, side=192)[0].path for at, prompt in enumerate(PROMPTS)}


def test_twenty_two_prompts_give_twenty_two_pictures(gallery: dict[str, Path]) -> None:
    apart = {pair: difference(gallery[pair[0]], gallery[pair[1]]) for pair in combinations(PROMPTS, 2)}
    closest = min(apart, key=lambda pair: apart[pair])
    assert apart[closest] > APART, closest


def test_no_picture_is_empty_burnt_out_or_pitch_dark(gallery: dict[str, Path]) -> None:
    for prompt, path in gallery.items():
        picture = thumbnail(path) * 255
        assert picture.std() > 12, prompt
        assert 12 < picture.mean() < 235, prompt


@pytest.mark.parametrize("prompt", PROMPTS)
def test_progress_grows_with_a_preview_each_time(tmp_path: Path, prompt: str) -> None:
    watcher = Watcher()
    run(tmp_path, prompt, watcher, side=128)
    assert len(watcher.fractions) >= 8
    assert watcher.fractions == sorted(watcher.fractions)
    assert watcher.fractions[-1] == 1.0
    assert len(watcher.previews) >= len(watcher.fractions) - 1
    assert max(watcher.previews[-1].size) <= 512


def test_a_cancel_stops_at_the_report_that_brings_it(tmp_path: Path) -> None:
    watcher = Watcher(limit=4)
    with pytest.raises(Cancelled):
        run(tmp_path, "forest in fog", watcher)
    assert len(watcher.fractions) == 4
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("width", "height"), [(64, 64), (1536, 640), (65, 511), (512, 64)])
def test_any_shape_is_painted_at_its_size(tmp_path: Path, width: int, height: int) -> None:
    for at, prompt in enumerate(
        ("a red sunset over the sea", "city at night", "bouquet of roses", "a fox in the snow")
    ):
        [made] = run(tmp_path / str(at), prompt, width=width, height=height)
        assert size_of(made.path) == (made.width, made.height) == (width, height)


@pytest.mark.parametrize("prompt", STRANGE_PROMPTS)
def test_strange_prompts_are_painted_too(tmp_path: Path, prompt: str) -> None:
    [made] = run(tmp_path, prompt, side=96)
    assert size_of(made.path) == (96, 96)


def test_unknown_words_change_the_picture(tmp_path: Path) -> None:
    paths = [run(tmp_path / word, word)[0].path for word in ("zorbl", "quixnar", "blivvet")]
    assert all(difference(a, b) > 0.02 for a, b in combinations(paths, 2))


@pytest.mark.parametrize("kind", SUBJECTS)
def test_every_subject_changes_what_is_seen(tmp_path: Path, kind: str) -> None:
    word = SUBJECTS[kind].split()[0].rstrip("*")
    assert kind in [subject.kind for subject in read(f"a {word}").subjects]
    assert kind == "tree" or kind in OUTLINES
    [made] = run(tmp_path, f"a {word}", side=128)
    assert made.width == 128


def test_every_place_and_light_can_be_painted(tmp_path: Path) -> None:
    for place in PLACES:
        assert place in LANDS or place in ("abstract", "space", "underwater", "bouquet")
        for light in ("sunset", "night", "storm", "snow"):
            word = PLACES[place].split()[0].rstrip("*")
            assert run(tmp_path, f"{word} {light}", side=64)


def test_count_gives_following_seeds(tmp_path: Path) -> None:
    made = run(tmp_path / "three", "desert", count=3, side=128)
    [second] = run(tmp_path / "second", "desert", seed=12, side=128)
    assert [item.metadata["seed"] for item in made] == [11, 12, 13]
    assert len({item.path for item in made}) == 3
    assert made[1].path.read_bytes() == second.path.read_bytes()


def test_the_last_seed_wraps_around(tmp_path: Path) -> None:
    made = run(tmp_path, "desert", count=2, side=64, seed=2**31 - 1)
    assert [item.metadata["seed"] for item in made] == [2**31 - 1, 0]


@pytest.mark.parametrize("prompt", ["a red sunset over the sea", "mountains at dawn", "city at night"])
def test_a_variation_stays_near_its_parent_as_far_as_its_strength_says(tmp_path: Path, prompt: str) -> None:
    [parent] = run(tmp_path / "parent", prompt, seed=5)
    [stranger] = run(tmp_path / "stranger", prompt, seed=77)
    [near] = run(tmp_path / "near", prompt, seed=77, parent_seed=5, strength=0.1)
    [same] = run(tmp_path / "same", prompt, seed=77, parent_seed=5, strength=0.0)
    assert difference(parent.path, same.path) < 0.001
    assert 0 < difference(parent.path, near.path) < 0.75 * difference(parent.path, stranger.path)


@pytest.mark.parametrize("prompt", ["a red sunset over the sea", "mountains at dawn", "city at night"])
def test_each_button_under_a_picture_makes_what_it_says(tmp_path: Path, prompt: str) -> None:
    job: dict[str, Any] = {"prompt": prompt, "seed": 5, "width": 256, "height": 256}
    [parent] = run(tmp_path / "parent", **job)
    [stranger] = run(tmp_path / "stranger", **{**job, "seed": NEW_SEED})
    made = {button: run(tmp_path / button, **pressed(button, job))[0] for button in PRESSES}
    [of_near] = run(tmp_path / "of_near", **pressed("retry", pressed("variation", job)))

    assert made["again"].path.read_bytes() == stranger.path.read_bytes()
    assert made["retry"].path.read_bytes() == parent.path.read_bytes()
    assert of_near.path.read_bytes() == made["variation"].path.read_bytes()
    near, larger, away = (difference(parent.path, one.path) for one in (made["variation"], made["larger"], stranger))
    assert made["larger"].width == 512
    assert larger < near < away
    assert larger < 0.5 * away


def test_the_file_says_how_it_was_made_and_not_for_whom(tmp_path: Path) -> None:
    [made] = run(tmp_path, "a red sunset over the sea 🌅", user="somebody")
    with Image.open(made.path) as picture:
        text = picture.info
    assert (made.type, made.format) == ("image", "png")
    assert text["model"] == "painter"
    assert text["seed"] == "11"
    assert text["prompt"] == "a red sunset over the sea 🌅"
    assert "somebody" not in str(text)


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"width": 8}, "size_out_of_range"),
        ({"height": 5000}, "size_out_of_range"),
        ({"count": 9}, "count_out_of_range"),
    ],
)
def test_what_cannot_be_painted_is_the_requests_fault(tmp_path: Path, params: dict[str, Any], code: str) -> None:
    with pytest.raises(BadRequest) as caught:
        run(tmp_path, "a fox", **params)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("prompt", "place", "light", "kinds"),
    [
        ("a red sunset over the sea", "sea", "sunset", []),
        ("закат над морем", "sea", "sunset", []),
        ("лиса в зимнем лесу ночью", "forest", "night", ["fox"]),
        ("ein Fuchs im Schnee", "snow", "day", ["fox"]),
        ("coucher de soleil sur la mer", "sea", "sunset", []),
        ("una ciudad de noche", "city", "night", []),
        ("evening in the city", "city", "dusk", []),
        ("a lighthouse", "sea", "day", ["lighthouse"]),
        ("an astronaut riding a horse", "space", "day", ["horse", "astronaut"]),
        ("aurora", "lake", "night", []),
        ("northern lights above a cabin", "lake", "night", ["house"]),
        ("luces del norte", "lake", "night", []),
        ("a girl with a red umbrella in the rain", "street", "overcast", ["umbrella"]),
        ("a stone bridge", "river", "day", ["arch"]),
        ("puente de piedra", "river", "day", ["arch"]),
        ("a bridge", "river", "day", ["bridge"]),
        ("a town by a river", "river", "day", ["house"]),
        ("downtown", "city", "dusk", []),
    ],
)
def test_words_are_understood(prompt: str, place: str, light: str, kinds: list[str]) -> None:
    scene = read(prompt)
    assert (scene.place, scene.light) == (place, light)
    assert sorted(subject.kind for subject in scene.subjects) == sorted(kinds)


def test_a_colour_that_is_bound_across_a_phrase_stays_with_its_thing() -> None:
    assert [(subject.kind, subject.colour) for subject in read("a wooden bridge").subjects] == [("arch", "brown")]
    scene = read("a girl with a red umbrella in the rain")
    assert (scene.subjects[0].colour, scene.sky_colours) == ("red", ())


def test_a_colour_belongs_to_the_thing_it_stands_before() -> None:
    scene = read("a white horse under a purple sky by the emerald sea")
    assert [subject.colour for subject in scene.subjects] == ["white"]
    assert scene.sky_colours == ("purple",)
    assert scene.place_colours == ("emerald",)

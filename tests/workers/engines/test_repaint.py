"""A given picture painted anew: as near to it as the strength says, in its colours, the same each time."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageDraw

from workers.engines.painter.arrays import Picture
from workers.engines.painter.engine import MODEL, PainterEngine
from workers.engines.protocol import BadRequest, Cancelled, Made, Stopped, Task

SIZE = (192, 144)


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    """An orange disc on green."""
    image = Image.new("RGB", (384, 288), (40, 90, 50))
    ImageDraw.Draw(image).ellipse((40, 60, 200, 220), fill=(230, 130, 30))
    path = tmp_path / "given"
    image.save(path, "PNG")
    return path


def run(folder: Path, picture: Path, report: Any = None, **params: Any) -> Made:
    folder.mkdir()
    given = {"prompt": "a city at night", "seed": 3, "width": SIZE[0], "height": SIZE[1], **params}
    task = Task("job", 1, "image", MODEL, given, folder, picture)
    [made] = PainterEngine().run([task], report or (lambda task, fraction, preview=None: None))
    if isinstance(made, Stopped):
        raise made
    return made[0]


def pixels(path: Path) -> Picture:
    with Image.open(path) as image:
        return np.asarray(image.convert("RGB").resize(SIZE), np.float32) / 255


def apart(one: Picture, other: Picture) -> float:
    return float(np.abs(one - other).mean())


def test_the_strength_says_how_far_the_picture_is_left(tmp_path: Path, picture: Path) -> None:
    given = pixels(picture)
    left = [
        apart(given, pixels(run(tmp_path / str(strength), picture, strength=strength).path))
        for strength in (0.0, 0.2, 0.5, 0.8, 1.0)
    ]

    assert left[0] < 0.01
    assert left == sorted(left)
    assert left[2] < 0.06  # its layout is still there
    assert left[-1] > 2 * left[2]


def test_at_the_full_strength_the_colours_stay(tmp_path: Path, picture: Path) -> None:
    given = pixels(picture)
    painted = pixels(run(tmp_path / "own", picture, strength=1.0).path)
    (tmp_path / "words").mkdir()
    params = {"prompt": "a city at night", "seed": 3, "width": SIZE[0], "height": SIZE[1]}
    [[plain]] = PainterEngine().run(  # type: ignore[misc]  # it is not stopped
        [Task("job", 1, "image", MODEL, params, tmp_path / "words")], lambda task, fraction, preview=None: None
    )
    means = [one.mean(axis=(0, 1)) for one in (given, painted, pixels(plain.path))]

    assert np.abs(means[0] - means[1]).max() < 0.06
    assert np.abs(means[0] - means[2]).max() > 0.1


def test_the_same_seed_gives_the_same_bytes_and_another_other_strokes(tmp_path: Path, picture: Path) -> None:
    first, again = (run(tmp_path / name, picture).path.read_bytes() for name in ("first", "again"))
    other = run(tmp_path / "other", picture, seed=4)

    assert first == again != other.path.read_bytes()
    assert other.metadata["strength"] == 0.45


def test_it_takes_the_shape_that_was_asked_for(tmp_path: Path, picture: Path) -> None:
    made = run(tmp_path / "tall", picture, width=96, height=200)
    assert (made.width, made.height) == (96, 200)


def test_what_shines_through_is_white(tmp_path: Path) -> None:
    Image.new("RGBA", (64, 64), (255, 0, 0, 0)).save(tmp_path / "given", "PNG")
    assert pixels(run(tmp_path / "made", tmp_path / "given", strength=0.0).path).min() > 0.97


def test_what_is_no_picture_is_the_request_s_fault(tmp_path: Path) -> None:
    (tmp_path / "given").write_bytes(b"not a picture")
    with pytest.raises(BadRequest) as caught:
        run(tmp_path / "made", tmp_path / "given")
    assert caught.value.code == "picture_unreadable"


@pytest.mark.parametrize("strength", [0.3, 0.9])
def test_it_shows_how_far_it_is_and_can_be_stopped(tmp_path: Path, picture: Path, strength: float) -> None:
    told: list[tuple[float, bool]] = []

    def watch(task: Task, fraction: float, preview: Image.Image | None = None) -> None:
        told.append((fraction, preview is not None))

    run(tmp_path / "whole", picture, watch, strength=strength)
    assert [fraction for fraction, _ in told] == sorted(fraction for fraction, _ in told)
    assert sum(shown for _, shown in told) >= 3

    def stop(task: Task, fraction: float, preview: Image.Image | None = None) -> None:
        if fraction > 0.3:
            raise Cancelled

    with pytest.raises(Cancelled):
        run(tmp_path / "stopped", picture, stop, strength=strength)

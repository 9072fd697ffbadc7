"""The animator: a file that players play, a camera that moves, night that falls, the same seed the same bytes."""

import threading
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from PIL import Image

from workers.engines.animator.engine import AnimatorEngine
from workers.engines.animator.filming import box, frame
from workers.engines.animator.given import Given, depths_of
from workers.engines.animator.moves import MOVES, move_in, night_falls, view
from workers.engines.animator.scenery import Layer
from workers.engines.painter.dice import Dice
from workers.engines.protocol import BadRequest, Cancelled, Made, Report, Stopped, Task

SMALL = {"width": 160, "height": 90, "seconds": 0.5, "seed": 7}


def make(
    folder: Path, prompt: str = "mountains", picture: Path | None = None, report: Report | None = None, **params: Any
) -> Made:
    folder.mkdir(exist_ok=True)
    task = Task("job", 1, "video", "animator", {**SMALL, "prompt": prompt, **params}, folder, picture)
    [made] = AnimatorEngine().run([task], report or (lambda task, fraction, preview=None: None))
    if isinstance(made, Stopped):
        raise made
    return made[0]


def frames(path: Path) -> list[np.ndarray]:
    with av.open(str(path)) as file:
        return [each.to_ndarray(format="rgb24").astype(np.float32) for each in file.decode(video=0)]


def test_the_file_is_what_players_play_everywhere(tmp_path: Path) -> None:
    made = make(tmp_path)
    with av.open(str(made.path)) as file:
        [stream] = file.streams.video
        assert len(file.streams) == 1
        assert (stream.codec_context.name, stream.codec_context.pix_fmt) == ("h264", "yuv420p")
        assert (stream.codec_context.width, stream.codec_context.height) == (160, 90)
        assert float(file.duration or 0) / 1e6 == pytest.approx(0.5, abs=0.05)
        assert file.metadata["comment"].startswith("model animator; seed 7")
    content = made.path.read_bytes()
    assert content.index(b"moov") < content.index(b"mdat")  # it plays before all of it has come
    assert (made.format, made.width, made.height, made.duration_seconds) == ("mp4", 160, 90, 0.5)
    assert made.look is not None
    assert made.look.size == (160, 90)


def test_something_is_seen_from_the_first_frame_and_it_moves(tmp_path: Path) -> None:
    shown = frames(make(tmp_path).path)

    assert len(shown) == 12
    assert shown[0].mean() > 20
    assert np.abs(shown[-1] - shown[0]).mean() > 2


def test_the_same_seed_makes_the_same_bytes_and_another_another(tmp_path: Path) -> None:
    first, again, other = (
        make(tmp_path / name, seed=seed).path.read_bytes() for name, seed in (("a", 7), ("b", 7), ("c", 8))
    )

    assert first == again
    assert first != other


def test_a_film_larger_than_a_screen_comes_with_a_smaller_one_of_the_same_frames(tmp_path: Path) -> None:
    webs = []
    for name in ("a", "b"):
        made = make(tmp_path / name, width=2040, height=144, seconds=0.3)
        assert made.web is not None
        webs.append(made.web)
    small, large = frames(webs[0]), frames(made.path)

    assert small[0].shape == (136, 1920, 3)
    assert len(small) == len(large) == 7
    assert all(abs(one.mean() - other.mean()) < 2 for one, other in zip(small, large, strict=True))
    assert webs[0].read_bytes() == webs[1].read_bytes()


def test_one_that_fits_comes_alone(tmp_path: Path) -> None:
    assert make(tmp_path).web is None


def test_a_cancel_ends_both_films(tmp_path: Path) -> None:
    def cancelled(task: Task, fraction: float, preview: Any = None) -> None:
        if fraction > 0.5:
            raise Cancelled

    with pytest.raises(Cancelled):
        make(tmp_path, report=cancelled, width=2040, height=144)
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("alongside")]


def test_night_falls_where_it_is_asked_for(tmp_path: Path) -> None:
    made = make(tmp_path, "hills, day to night")
    shown = frames(made.path)

    assert made.metadata["light"] == "day to night"
    assert shown[-1].mean() < 0.7 * shown[0].mean()


def test_a_given_picture_is_filmed(tmp_path: Path) -> None:
    path = tmp_path / "mine.png"
    Image.linear_gradient("L").resize((300, 200)).convert("RGB").save(path)
    shown = frames(make(tmp_path / "film", "zoom in", path).path)

    assert shown[0][:10].mean() < shown[0][-10:].mean()
    assert np.abs(shown[-1] - shown[0]).mean() > 0.5


def test_what_is_near_in_a_given_picture_moves_more_than_what_is_far() -> None:
    """Two rods, one above the other: the camera passes the lower one faster."""
    picture = Image.new("RGB", (256, 144))
    picture.paste((255, 255, 255), (126, 0, 130, 144))
    shown = Given(picture, None, depths_of(picture))
    start, end = (np.asarray(shown.seen(view(MOVES["right"], part), 0.0, (200, 112)), int) for part in (0.0, 1.0))

    def column(frame: np.ndarray, row: int) -> float:
        return float(np.average(np.arange(200), weights=frame[row, :, 0]))

    far, near = (column(start, row) - column(end, row) for row in (4, 107))
    assert near > 1.5 * far > 3
    assert (start.max(axis=(1, 2)) > 150).all()  # it is bent, not torn


@pytest.mark.parametrize("prompt", ["day to night", "Vom Tag zur Nacht"])
def test_night_falls_over_a_given_picture_when_it_is_asked_for(tmp_path: Path, prompt: str) -> None:
    path = tmp_path / "mine.png"
    Image.linear_gradient("L").resize((300, 200)).convert("RGB").save(path)
    made = make(tmp_path / "film", prompt, path)
    shown = frames(made.path)

    assert made.metadata["light"] == "day to night"
    assert shown[-1].mean() < 0.5 * shown[0].mean()


def test_it_grows_dark_where_there_is_no_sky_too(tmp_path: Path) -> None:
    made = make(tmp_path, "a bouquet of roses, day to night")
    shown = frames(made.path)

    assert made.metadata["light"] == "day to night"
    assert shown[-1].mean() < 0.7 * shown[0].mean()


def test_what_is_transparent_in_a_given_picture_is_white(tmp_path: Path) -> None:
    path = tmp_path / "mine.png"
    Image.new("RGBA", (300, 200), (0, 0, 0, 0)).save(path)

    assert frames(make(tmp_path / "film", "zoom", path).path)[0].mean() > 240


def test_what_is_no_picture_is_a_bad_request(tmp_path: Path) -> None:
    path = tmp_path / "mine.png"
    path.write_bytes(b"not a picture")
    with pytest.raises(BadRequest):
        make(tmp_path / "film", picture=path)


@pytest.mark.parametrize(
    ("words", "name"), [("zoom into a forest", "push"), ("панорама города", "right"), ("Schwenk nach links", "right")]
)
def test_the_words_choose_the_move(words: str, name: str) -> None:
    assert move_in(words, Dice("x", 1)).name == name


@pytest.mark.parametrize("words", ["a city from day to night", "Vom Tag zur Nacht", "день в ночь"])
def test_the_words_ask_for_the_night(words: str) -> None:
    assert night_falls(words, "day", True, Dice("x", 1))


def test_no_move_leaves_the_painted_scene() -> None:
    picture = Image.new("RGB", (205, 115))
    for depth in (0.0, 0.5, 1.0):
        for move in MOVES.values():
            for part in (0.0, 0.3, 1.0):
                left, top, right, bottom = box(Layer(picture, None, depth, (0, 115)), view(move, part))
                assert left >= 0
                assert top >= 0
                assert right <= 205
                assert bottom <= 115


def test_behind_a_layer_stands_what_was_painted_before_it() -> None:
    """A red block before a green ground: where the block has gone there is green, not a hole and no smear."""
    mask = Image.new("L", (128, 72))
    mask.paste(255, (40, 30, 80, 60))
    layers = [
        Layer(Image.new("RGB", (128, 72), "green"), None, 0.0, (0, 72)),
        Layer(Image.new("RGB", (128, 72), "red"), mask, 1.0, (30, 60)),
    ]
    start, end = (np.asarray(frame(layers, view(MOVES["right"], part), (100, 56)), int) for part in (0.0, 1.0))

    red = [(each[..., 0] > 200).sum() for each in (start, end)]
    assert min(red) > 0.8 * max(red)
    assert ((start[..., 0] > 200) != (end[..., 0] > 200)).sum() > 100
    assert (start.sum(axis=2) > 90).all()


def test_it_stops_at_once(tmp_path: Path) -> None:
    told: list[float] = []

    def cancel(task: Task, fraction: float, preview: object = None) -> None:
        told.append(fraction)
        if fraction > 0.5:
            raise Cancelled

    with pytest.raises(Cancelled):
        make(tmp_path, report=cancel)
    assert told[-1] < 0.6

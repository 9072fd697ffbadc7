"""Engines are found by name, made once each, and imported only when asked for."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from workers.engines import registry
from workers.engines.protocol import BadRequest, Broken, Cancelled, OutOfMemory, Stopped, Task
from workers.engines.registry import NO_GPU, NotInstalled, UnknownEngine, engines


def test_names_become_engines_in_order_and_once_each() -> None:
    assert [engine.name for engine in engines(["painter", "instant", "painter"])] == ["painter", "instant"]


def test_an_unknown_name_is_refused_with_the_names_there_are() -> None:
    with pytest.raises(UnknownEngine, match=r"there is no engine 'oil'; known are: .*painter") as caught:
        engines(["painter", "oil"])
    assert caught.value.name == "oil"


def test_nothing_heavy_is_imported_before_an_engine_is_asked_for() -> None:
    code = "import sys, workers.engines.registry; print('numpy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_an_engine_whose_packages_are_not_here_is_listed_with_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    away = registry.Entry("nowhere:Nothing", no_gpu=True, packages=("no_such_package",), extra="rare")
    monkeypatch.setattr(registry, "ENGINES", {**registry.ENGINES, "rare": away})

    assert registry.not_installed()["rare"] == "rare"
    assert "rare" not in [engine.name for engine in engines([NO_GPU])]
    with pytest.raises(NotInstalled, match="install the extra 'rare'"):
        engines(["rare"])


@pytest.mark.parametrize(
    ("away", "remedy"),
    [
        (("torch",), "install torch, the build that its site names for this machine"),
        (("diffusers",), "install the extra 'diffusers'"),
        (
            ("torch", "diffusers"),
            "install the extra 'diffusers', then torch, the build that its site names for this machine",
        ),
    ],
)
def test_who_lacks_torch_is_told_to_install_torch(
    monkeypatch: pytest.MonkeyPatch, away: tuple[str, ...], remedy: str
) -> None:
    monkeypatch.setattr(registry, "find_spec", lambda name: None if name in away else name)
    assert registry.remedies()["diffusers"] == remedy
    with pytest.raises(NotInstalled, match=f"{', '.join(away)}; {remedy}"):
        engines(["diffusers"])


def test_each_engine_offers_models_a_worker_can_announce() -> None:
    for engine in engines([NO_GPU, "instant"]):
        for offer in engine.offers():
            assert offer.capability in ("image", "video", "audio", "text")
            assert offer.no_gpu
            assert offer.max_side >= 2048
            assert offer.batch == 1


def instant_task(folder: Path, **params: object) -> Task:
    return Task("job", 1, "image", "instant", {"seed": 7, **params}, folder)


def test_the_instant_engine_makes_a_small_picture_per_count(tmp_path: Path) -> None:
    [engine] = engines(["instant"])
    seen: list[float] = []

    def note(task: Task, fraction: float, preview: Image.Image | None = None) -> None:
        seen.append(fraction)

    [made] = engine.run([instant_task(tmp_path, count=2, steps=2)], note)
    assert not isinstance(made, Stopped)
    assert seen == [0.25, 0.5, 0.75, 1.0]
    assert [item.metadata["seed"] for item in made] == [7, 8]
    assert all((item.width, item.height) == (64, 64) and item.path.stat().st_size > 0 for item in made)


def test_the_instant_engine_makes_large_pictures_and_begins_with_given_ones(tmp_path: Path) -> None:
    [engine] = engines(["instant"])
    given, torn = tmp_path / "given.jpg", tmp_path / "torn.jpg"
    Image.new("RGB", (640, 480), (255, 0, 0)).save(given)
    torn.write_bytes(b"no picture")
    task = replace(instant_task(tmp_path, prompt="a fox large 1600"), picture=given)

    first, second = engine.run([task, replace(task, picture=torn)], lambda task, fraction, preview=None: None)
    assert not isinstance(first, Stopped)
    assert (first[0].width, first[0].height) == (1600, 1200)
    with Image.open(first[0].path) as picture:
        assert [picture.getpixel((8, 8)), picture.getpixel((800, 600))] == [(254, 0, 0), (7, 0, 128)]
    assert isinstance(second, BadRequest)


@pytest.mark.parametrize(
    ("fail", "error"), [("bad_request", BadRequest), ("out_of_memory", OutOfMemory), ("broken", Broken)]
)
def test_the_instant_engine_fails_as_it_is_told(tmp_path: Path, fail: str, error: type[Exception]) -> None:
    [engine] = engines(["instant"])
    [result] = engine.run([instant_task(tmp_path, fail=fail)], lambda task, fraction, preview=None: None)
    assert isinstance(result, error)


def test_a_report_stops_its_own_task_and_no_other_of_the_pass(tmp_path: Path) -> None:
    [engine] = engines(["instant"])
    stopped, kept = (instant_task(folder, steps=5) for folder in (tmp_path / "a", tmp_path / "b"))
    for task in (stopped, kept):
        task.folder.mkdir()

    def cancel(task: Task, fraction: float, preview: Image.Image | None = None) -> None:
        if task is stopped:
            raise Cancelled

    first, second = engine.run([stopped, kept], cancel)
    assert isinstance(first, Cancelled)
    assert not isinstance(second, Stopped)
    assert list(stopped.folder.iterdir()) == []
    assert [item.path.name for item in second] == ["0.png"]

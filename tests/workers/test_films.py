"""From stored clips through a whole worker to the film."""

import asyncio
import threading
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from scheduler.wire import Outcome
from tests.workers.conftest import StartWorker
from tests.workers.fake_scheduler import FakeScheduler
from workers.media import rendition, screen
from workers.media.reading import film

pytestmark = pytest.mark.skipif(find_spec("imageio_ffmpeg") is None, reason="the extra compose is not installed")


async def made_of(scheduler: FakeScheduler, inputs: dict[str, str], *clips: Any, **params: Any) -> Outcome:
    size: dict[str, Any] = {"width": 160, "height": 90}
    task = scheduler.job(film={"clips": clips, "fade_seconds": 0.25}, inputs=inputs, **size, **params)
    ref = await scheduler.assign(task.model_copy(update={"model": "compose", "capability": "video"}))
    return await scheduler.outcome(ref)


async def test_a_film_is_cut_from_what_is_stored(
    scheduler: FakeScheduler, start_worker: StartWorker, store: Path
) -> None:
    (store / "uploads").mkdir(parents=True)
    for name, colour in (("red", "red"), ("blue", "blue")):
        Image.new("RGB", (90, 60), colour).save(store / "uploads" / f"{name}.png")
    await start_worker(worker_engines=("compose",))
    inputs = {"r": "uploads/red.png", "b": "uploads/blue.png"}
    clips = {"id": "r", "seconds": 1.0}, {"id": "b", "seconds": 1.0}
    outcome = await made_of(scheduler, inputs, *clips, format="hls")
    assert outcome.status == "completed", outcome
    [artifact] = outcome.artifacts
    seen = film(store / artifact.path)

    assert (seen.width, seen.height, artifact.duration_seconds) == (160, 90, 1.75)
    assert (artifact.format, artifact.metadata["hls"]["pieces"][0][0]) == ("mp4", 1.75)
    assert artifact.thumbnail_path is not None
    assert [offer.model for offer in scheduler.beat.offers] == ["compose"]


async def test_a_film_larger_than_a_screen_has_its_rendition_when_its_engine_is_done(
    scheduler: FakeScheduler, start_worker: StartWorker, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(rendition, "smaller")  # nobody reads the film again
    await start_worker(worker_engines=("animator",))
    task = scheduler.job(prompt="the sea", width=2040, height=96, seconds=0.3)
    ref = await scheduler.assign(task.model_copy(update={"model": "animator", "capability": "video"}))
    outcome = await scheduler.outcome(ref)
    [artifact] = outcome.artifacts

    assert artifact.web is not None
    web = film(store / artifact.web.path)
    assert (web.width, web.height, web.seconds) == (artifact.web.width, artifact.web.height, 0.29) == (1920, 90, 0.29)
    assert artifact.web.size_bytes == (store / artifact.web.path).stat().st_size < artifact.size_bytes


async def test_a_clip_that_is_not_there_any_more_is_said_to_be_gone(
    scheduler: FakeScheduler, start_worker: StartWorker
) -> None:
    await start_worker(worker_engines=("compose",))
    for path in ("uploads/none.png", "../../etc/passwd"):
        outcome = await made_of(scheduler, {"r": path}, {"id": "r", "seconds": 1.0})
        assert (outcome.status, outcome.error_code, outcome.retryable) == ("failed", "bad_request", False)
        assert outcome.error_message == "A file that this is made of is not there any more."


async def test_a_cancel_ends_the_rendition_and_gives_back_what_was_not_done(
    scheduler: FakeScheduler, start_worker: StartWorker, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, steps = threading.Event(), threading.Event()

    def half(path: Path, to: Path, size: tuple[int, int], seconds: float, step: Callable[[float], None]) -> None:
        begun.set()
        while True:
            step(0.5)
            steps.wait(0.01)

    monkeypatch.setattr(rendition, "smaller", half)
    monkeypatch.setattr(screen, "HEAVY_BYTES", 100)  # so that a rendition is needed that no engine foresaw
    (store / "uploads").mkdir(parents=True)
    Image.new("RGB", (90, 60), "red").save(store / "uploads" / "red.png")
    await start_worker(worker_engines=("compose",))
    film: dict[str, Any] = {"film": {"clips": [{"id": "r", "seconds": 0.5}]}, "width": 160, "height": 64}
    task = scheduler.job(inputs={"r": "uploads/red.png"}, **film)
    ref = await scheduler.assign(task.model_copy(update={"model": "compose", "capability": "video"}))
    assert await asyncio.to_thread(begun.wait, 15)
    await scheduler.cancel(ref)
    outcome = await scheduler.outcome(ref)

    assert (outcome.status, outcome.unused_fraction, outcome.artifacts) == ("cancelled", 0.125, [])
    assert not (store / "jobs").exists()

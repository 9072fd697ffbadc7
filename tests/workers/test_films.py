"""From stored clips through a whole worker to the film."""

from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from scheduler.wire import Outcome
from tests.workers.conftest import StartWorker
from tests.workers.fake_scheduler import FakeScheduler
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


async def test_a_clip_that_is_not_there_any_more_is_said_to_be_gone(
    scheduler: FakeScheduler, start_worker: StartWorker
) -> None:
    await start_worker(worker_engines=("compose",))
    for path in ("uploads/none.png", "../../etc/passwd"):
        outcome = await made_of(scheduler, {"r": path}, {"id": "r", "seconds": 1.0})
        assert (outcome.status, outcome.error_code, outcome.retryable) == ("failed", "bad_request", False)
        assert outcome.error_message == "A file that this is made of is not there any more."

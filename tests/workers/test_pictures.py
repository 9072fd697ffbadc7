"""From a stored picture through a whole worker to what each engine makes of it."""

from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from PIL import Image

from scheduler.wire import Outcome
from tests.workers.conftest import StartWorker
from tests.workers.fake_scheduler import FakeScheduler

ORANGE = (230, 130, 30)


async def made_of(picture: Image.Image, scheduler: FakeScheduler, store: Path, engine: str, **params: Any) -> Outcome:
    (store / "uploads").mkdir(parents=True)
    picture.save(store / "uploads" / "one.png")
    capability = "video" if engine == "animator" else "image"
    task = scheduler.job(picture_path="uploads/one.png", **params)
    ref = await scheduler.assign(task.model_copy(update={"model": engine, "capability": capability}))
    return await scheduler.outcome(ref)


@pytest.mark.parametrize(("engine", "params"), [("painter", {"strength": 0.1}), ("animator", {"seconds": 0.5})])
async def test_an_engine_starts_from_the_stored_picture(
    scheduler: FakeScheduler, start_worker: StartWorker, store: Path, engine: str, params: dict[str, Any]
) -> None:
    await start_worker(worker_engines=(engine,))
    outcome = await made_of(Image.new("RGB", (90, 60), ORANGE), scheduler, store, engine, **params)
    assert outcome.status == "completed", outcome
    path = store / outcome.artifacts[0].path
    if engine == "animator":
        with av.open(str(path)) as film:
            shown = next(film.decode(video=0)).to_ndarray(format="rgb24")
    else:
        shown = np.asarray(Image.open(path).convert("RGB"))

    assert scheduler.beat.offers[0].takes_picture
    assert np.abs(shown.reshape(-1, 3).mean(axis=0) - ORANGE).max() < 12

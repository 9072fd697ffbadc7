"""Videos by tiny models, from the request to the file."""

from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from tests.scheduler.api import Api, Json
from tests.workers.conftest import StartWorker
from tests.workers.road import made, played


@pytest.mark.torch
@pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept:DeprecationWarning")  # in diffusers
async def test_a_request_moves_a_picture_or_makes_a_video_of_words(
    road: Api, start_worker: StartWorker, svd: Path, ltx: Path
) -> None:
    folders = {"svd": str(svd), "ltx": str(ltx)}
    tables = [{"model": name, "engine": "diffusers", "folder": folder, "steps": 2} for name, folder in folders.items()]
    await start_worker(models=tables)
    buffer = BytesIO()
    Image.radial_gradient("L").convert("RGB").save(buffer, "PNG")
    given = await road.call("POST", "/v1/uploads", data=buffer.getvalue(), headers={"Content-Type": "image/png"})
    small: Json = {"capability": "video", "width": 64, "height": 64, "seconds": 1}
    moved = await made(road, model="svd", picture=given.document["id"], **small)
    words = await made(road, model="ltx", **small)
    refused = await road.call("POST", "/v1/jobs", {"request": {"prompt": "a fox", "model": "svd", **small}})

    assert await played(road, moved, "video") == pytest.approx(1, abs=0.05)
    assert await played(road, words, "video") == pytest.approx(25 / 24, abs=0.05)
    assert (moved["cost_tokens"], words["cost_tokens"]) == ("2.00", "1.00")
    assert (refused.code, refused.document["alternative"]) == ("picture_missing", "ltx")

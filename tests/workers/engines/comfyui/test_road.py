"""Videos and sound of ComfyUI servers, from the request to the file."""

import pytest

from tests.rigs.comfyui.fake import fake_comfy
from tests.scheduler.api import Api
from tests.workers.conftest import StartWorker
from tests.workers.engines.comfyui.conftest import table
from tests.workers.road import made, played


async def test_a_request_becomes_a_video_or_a_sound(road: Api, start_worker: StartWorker) -> None:
    async with fake_comfy() as comfy:
        clip = {"prompt": "6.text", "frames": "5.batch_size"}
        song = {"prompt": "6.text", "seconds": "5.seconds"}
        tables = [
            table(comfy.url, "clip", clip, model="wan", capability="video", frames_a_second=16.0),
            table(comfy.url, "song", song, model="stable-audio", capability="audio"),
        ]
        await start_worker(models=tables)
        film = await made(road, capability="video", model="wan", seconds=2)
        sound = await made(road, capability="audio", model="stable-audio", seconds=3)
        assert comfy.violations == []

    assert await played(road, film, "video") == pytest.approx(33 / 24, abs=0.1)  # the stand-in's own pace
    assert await played(road, sound, "audio") == pytest.approx(3, abs=0.1)
    assert (film["cost_tokens"], sound["cost_tokens"]) == ("6.00", "2.00")

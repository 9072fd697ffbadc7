"""Attaching a server: what a `[[models]]` may say, and what a server must have for its workflow."""

import asyncio
import json
import os
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tests.rigs.comfyui.fake import FakeComfy, fake_comfy
from tests.rigs.comfyui.nodes import CHECKPOINT, nodes_with
from tests.workers.conftest import StartWorker
from tests.workers.engines.comfyui.conftest import WORKFLOWS, Stage, table
from tests.workers.fake_scheduler import FakeScheduler
from workers.engines.comfyui.engine import ComfyEngine
from workers.engines.comfyui.fitness import lacks
from workers.engines.comfyui.table import ComfyModel
from workers.engines.registry import BadTable, engines

ROOT = Path(__file__).parents[4]
SERVER = "http://127.0.0.1:8188"
REPAINT = str(WORKFLOWS / "repaint.json")


def refusal(model: dict[str, Any]) -> str:
    with pytest.raises(BadTable) as caught:
        engines([], [model])
    return str(caught.value)


def test_the_readme_s_example_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    examples = re.findall(r"```toml\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    [example] = [written for written in examples if "comfyui" in written]
    [model] = tomllib.loads(example)["models"]

    [offer] = ComfyEngine([model]).offers()
    assert (offer.model, offer.capability, offer.takes_picture) == ("sdxl", "image", False)
    assert lacks(ComfyModel.model_validate(model).template, nodes_with((CHECKPOINT,), ())) == []


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"servers": []}, "servers"),
        ({"servers": "127.0.0.1:8188"}, "servers"),
        ({"workflow": "/nowhere.json"}, "/nowhere.json cannot be read (No such file or directory)"),
        ({"inputs": {"prompt": "60.text"}}, "inputs.prompt: the workflow has no node 60"),
        ({"inputs": {"prompt": "text"}}, "'text' is not a place: write it as node.input"),
        ({"inputs": {"prompt": "6.text", "negative": "6.text"}}, "inputs.negative: 6.text is taken"),
        ({"inputs": {"seed": "3.seed"}}, "say at least where the prompt or the picture goes"),
        ({"inputs": {"promt": "6.text"}}, "inputs.promt"),
        ({"colour": "red"}, "colour"),
        ({"from_picture": {"workflow": REPAINT, "inputs": {"prompt": "6.text"}}}, "say where the picture goes"),
    ],
)
def test_a_wrong_table_is_refused_in_plain_words(changes: dict[str, Any], said: str) -> None:
    assert said in refusal(table(SERVER) | changes)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ({"nodes": [], "links": []}, "saved for the editor; export it"),
        ([], "it is no workflow"),
        ({"1": {"inputs": {}}}, "node 1 has no class_type"),
        ({"1": {"class_type": "SaveImage"}}, "node 1 has no inputs"),
        ({"1": {"class_type": "SaveImage", "inputs": {"images": ["2", 0]}}}, "takes its images from node 2"),
    ],
)
def test_a_file_that_is_no_workflow_is_refused_in_plain_words(tmp_path: Path, content: Any, said: str) -> None:
    (tmp_path / "workflow.json").write_text(json.dumps(content))

    assert said in refusal(table(SERVER) | {"workflow": str(tmp_path / "workflow.json")})


def test_one_wish_may_go_to_several_places() -> None:
    inputs = {"prompt": ["6.text", "7.text"], "steps": "3.steps"}
    model = ComfyModel.model_validate(table(SERVER, inputs=inputs))
    graph = model.template.filled({"prompt": "a fox", "steps": 4})

    assert (graph["6"]["inputs"]["text"], graph["7"]["inputs"]["text"]) == ("a fox", "a fox")
    assert model.template.graph["6"]["inputs"]["text"] == ""  # the template is as it was


async def troubles(models: list[dict[str, Any]]) -> list[str | None]:
    served = await asyncio.to_thread(ComfyEngine(models).servers)
    return [one.trouble for one in served]


async def test_what_a_server_lacks_is_said_in_plain_words(comfy: FakeComfy) -> None:
    repaint = table(comfy.url, "repaint", {"picture": "10.image"}, model="repaint")
    assert await troubles([table(comfy.url), repaint]) == [None, None]

    comfy.checkpoints = ("another.safetensors",)
    assert await troubles([table(comfy.url)]) == [
        "it has no 'sd_xl_base_1.0.safetensors' for ckpt_name of node 4 (CheckpointLoaderSimple)"
    ]
    comfy.checkpoints = (CHECKPOINT,)
    assert await troubles([table(comfy.url, inputs={"prompt": "6.words", "seed": "3.noise"})]) == [
        "node 3 (KSampler) has no input noise for the seed; node 6 (CLIPTextEncode) has no input words for the prompt"
    ]


async def test_a_node_that_a_server_has_not_is_named(comfy: FakeComfy, tmp_path: Path) -> None:
    graph = json.loads((WORKFLOWS / "sdxl.json").read_text())
    graph["9"]["class_type"] = "SaveImageOfAnotherPackage"
    (tmp_path / "workflow.json").write_text(json.dumps(graph))

    [trouble] = await troubles([table(comfy.url) | {"workflow": str(tmp_path / "workflow.json")}])
    assert trouble == "it has no node SaveImageOfAnotherPackage"


async def test_a_server_that_does_not_answer_is_said_without_its_password(comfy: FakeComfy) -> None:
    await comfy.stop()
    engine = ComfyEngine([table(f"http://ann:secret@127.0.0.1:{comfy.port}")])
    [served] = await asyncio.to_thread(engine.servers)
    await comfy.start()

    assert served.server == f"127.0.0.1:{comfy.port}"
    assert "no ComfyUI answers there" in (served.trouble or "")


async def test_a_worker_offers_and_makes_what_its_server_can(
    scheduler: FakeScheduler, start_worker: StartWorker, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workers.readiness.LOOK_SECONDS", 0.1)
    async with fake_comfy(checkpoints=()) as comfy:
        await start_worker(models=[table(comfy.url)])
        await scheduler.worker()
        assert [offer.model for offer in scheduler.beat.offers] == ["instant"]

        comfy.checkpoints = (CHECKPOINT,)
        await scheduler.until(lambda: {offer.model for offer in scheduler.beat.offers} == {"instant", "sdxl"})
        job = scheduler.job(steps=3).model_copy(update={"model": "sdxl"})
        outcome = await scheduler.outcome(await scheduler.assign(job))

    assert outcome.status == "completed"
    with Image.open(store / outcome.artifacts[0].path) as picture:
        assert picture.size == (64, 64)


@pytest.mark.skipif("COMFYUI_URL" not in os.environ, reason="COMFYUI_URL names no ComfyUI server")
async def test_a_real_server_scales_a_picture(stage: Stage, tmp_path: Path) -> None:
    """A workflow that every ComfyUI can run: it needs no model."""
    Image.effect_noise((64, 64), 80).save(tmp_path / "given.png")
    graph = {
        "1": {"class_type": "LoadImage", "inputs": {"image": "example.png"}},
        "2": {
            "class_type": "ImageScale",
            "inputs": {"image": ["1", 0], "upscale_method": "lanczos", "width": 64, "height": 64, "crop": "disabled"},
        },
        "3": {"class_type": "SaveImage", "inputs": {"images": ["2", 0], "filename_prefix": "tessera/test"}},
    }
    (tmp_path / "scale.json").write_text(json.dumps(graph))
    inputs = {"picture": "1.image", "width": "2.width", "height": "2.height"}
    model = table(os.environ["COMFYUI_URL"], inputs=inputs) | {"workflow": str(tmp_path / "scale.json")}
    assert await troubles([model]) == [None]

    for _ in range(2):  # the second from its cache
        [made] = await stage.make(model, picture=tmp_path / "given.png", width=96, height=80)
        assert (made.width, made.height) == (96, 80)

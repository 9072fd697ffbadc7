"""Tiny models, made once; the tests that ask for one are skipped where torch is not installed."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.workers.engines.diffusers.asking import PROMPT, TaskOf
from workers.engines.protocol import Task


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    for package in ("torch", "diffusers", "transformers", "accelerate"):
        pytest.importorskip(package)
    import torch

    torch.set_num_threads(1)  # they are too small to be shared out
    return tmp_path_factory.mktemp("models")


@pytest.fixture(scope="session")
def sdxl(models: Path) -> Path:
    from tests.rigs.tiny_models.pictures import save_sdxl

    return save_sdxl(models / "sdxl")


@pytest.fixture(scope="session")
def flux(models: Path) -> Path:
    from tests.rigs.tiny_models.pictures import save_flux

    return save_flux(models / "flux")


@pytest.fixture(scope="session")
def svd(models: Path) -> Path:
    from tests.rigs.tiny_models.films import save_svd

    return save_svd(models / "svd", frames=5)


@pytest.fixture(scope="session")
def ltx(models: Path) -> Path:
    from tests.rigs.tiny_models.films import save_ltx

    return save_ltx(models / "ltx")


@pytest.fixture
def task(tmp_path: Path) -> TaskOf:
    numbers = iter(range(100))

    def make(picture: Path | None = None, **params: Any) -> Task:
        number = next(numbers)
        folder = tmp_path / f"task{number}"
        folder.mkdir()
        asked = {"prompt": PROMPT, "seed": 7, "width": 64, "height": 64, **params}
        return Task(f"job{number}", 1, "image", "tiny", asked, folder, picture)

    return make


@pytest.fixture
def written_folder(tmp_path: Path) -> Callable[..., Path]:
    """Writes a folder that is like a model's, but for what is in its weights: they are as large as they are said to
    be."""

    def write(pipeline: Any = "StableDiffusionXLPipeline", **sizes: int) -> Path:
        folder, sizes = tmp_path / "hollow", sizes or {"unet/diffusion_pytorch_model.safetensors": 2**20}
        parts = {name.partition("/")[0]: ["diffusers", "Part"] for name in sizes}
        index = {"_class_name": pipeline, "_diffusers_version": "0.42.1", "safety_checker": [None, None], **parts}
        folder.mkdir()
        (folder / "model_index.json").write_text(json.dumps(index))
        for name, size in sizes.items():
            (folder / name).parent.mkdir(exist_ok=True)
            with (folder / name).open("wb") as file:
                file.truncate(size)  # on most disks it takes no room
        return folder

    return write

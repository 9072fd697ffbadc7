"""A stand-in for a ComfyUI server, and tasks that an engine runs on it in a thread, as a worker does."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tests.rigs.comfyui.fake import FakeComfy, fake_comfy
from workers.engines.comfyui.engine import ComfyEngine
from workers.engines.protocol import Cancelled, Made, Stopped, Task

WORKFLOWS = Path(__file__).parents[3] / "rigs" / "comfyui" / "workflows"
INPUTS: dict[str, Any] = {
    "prompt": "6.text",
    "negative": "7.text",
    "seed": "3.seed",
    "width": "5.width",
    "height": "5.height",
    "steps": "3.steps",
    "count": "5.batch_size",
}


def table(url: str | list[str], workflow: str = "sdxl", inputs: dict[str, Any] = INPUTS, **more: Any) -> dict[str, Any]:
    """A `[[models]]` of tessera.toml."""
    path = str(WORKFLOWS / f"{workflow}.json")
    return {"model": "sdxl", "engine": "comfyui", "servers": url, "workflow": path, "inputs": inputs} | more


@dataclass(slots=True)
class Told:
    """What the engine reported; `cancelled` makes it stop at the next report."""

    fractions: list[float] = field(default_factory=list)
    previews: list[Image.Image] = field(default_factory=list)
    cancelled: bool = False

    def __call__(self, task: Task, fraction: float, preview: Image.Image | None = None) -> None:
        if self.cancelled:
            raise Cancelled
        self.fractions.append(fraction)
        if preview is not None:
            self.previews.append(preview)


@dataclass(slots=True)
class Stage:
    """Runs tasks of one `[[models]]`."""

    folder: Path
    told: Told = field(default_factory=Told)
    attempts: int = 0

    async def make(self, model: dict[str, Any], picture: Path | None = None, **params: Any) -> list[Made]:
        """The files, or what the engine says instead is raised."""
        self.attempts += 1
        folder = self.folder / f"attempt-{self.attempts}"
        folder.mkdir()
        asked = {"prompt": "a red fox", "seed": 7, "width": 64, "height": 64, "steps": 3, **params}
        task = Task("job", self.attempts, model.get("capability", "image"), model["model"], asked, folder, picture)
        [made] = await asyncio.to_thread(ComfyEngine([model]).run, [task], self.told)
        if isinstance(made, Stopped):
            raise made
        assert sorted(path.name for path in folder.iterdir()) == sorted(one.path.name for one in made)
        return list(made)

    def begin(self, model: dict[str, Any], **params: Any) -> "asyncio.Task[list[Made]]":
        return asyncio.get_running_loop().create_task(self.make(model, **params))


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    return Stage(tmp_path)


@pytest.fixture
async def comfy() -> AsyncIterator[FakeComfy]:
    async with fake_comfy() as fake:
        yield fake
        assert fake.violations == []


@pytest.fixture
async def old_comfy() -> AsyncIterator[FakeComfy]:
    """One that knows neither our prompt ids nor `/api/jobs`."""
    async with fake_comfy(old=True) as fake:
        yield fake
        assert fake.violations == []

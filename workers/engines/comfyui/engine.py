"""The engine `comfyui`: runs workflows on ComfyUI servers."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any

import structlog
from PIL import Image

from workers.engines.comfyui.client import Away, connected, nodes, shown
from workers.engines.comfyui.fitness import lacks
from workers.engines.comfyui.making import make
from workers.engines.comfyui.table import ComfyModel
from workers.engines.protocol import (
    Broken,
    Cancelled,
    Made,
    ModelOffer,
    Progress,
    Report,
    Result,
    Served,
    Task,
    one_by_one,
)
from workers.engines.wanted import run_wanted

log = structlog.get_logger(__name__)

LOOK_SECONDS = 8.0  # for all that is asked of a server to know whether it can run a model
SAID = 3  # lacking things are named, at most


class ComfyEngine:
    """One workflow for each model that it offers, and the servers that run it."""

    name = "comfyui"

    def __init__(self, tables: Sequence[Mapping[str, Any]]) -> None:
        self._models = {model.model: model for model in map(ComfyModel.model_validate, tables)}

    def offers(self) -> Iterable[ModelOffer]:
        for model in self._models.values():
            yield ModelOffer(
                model=model.model,
                capability=model.capability,
                display_name=model.display_name or f"{model.model} (ComfyUI)",
                max_side=model.max_side,
                memory_gib=0.0,  # it is the server's
                takes_picture=model.flow(picture=True) is not None,
                needs_picture=model.flow(picture=False) is None,
            )

    def load(self, model: str) -> None:
        """The server loads it."""

    def unload(self, model: str) -> None:
        """Nothing was loaded here."""

    def servers(self) -> Iterable[Served]:
        """Each model with each of its servers, and what is wrong there."""
        return asyncio.run(looked_at(list(self._models.values())))

    def run(self, tasks: Sequence[Task], report: Report) -> Sequence[Result]:
        return one_by_one(tasks, report, self.make)

    def make(self, task: Task, progress: Progress) -> list[Made]:
        try:
            return self._made(task, progress)
        except Broken as broken:
            log.warning("comfyui.failed", model=task.model, why=str(broken))
            raise

    def _made(self, task: Task, progress: Progress) -> list[Made]:
        """A cancel is looked for all the time, whatever a server is asked: it may never answer. That look alone hears
        it, once: a second one would cut off what ends the prompt on the server."""
        done = 0.0

        def tell(fraction: float, preview: Image.Image | None) -> None:
            nonlocal done
            done = fraction
            with suppress(Cancelled):
                progress(fraction, preview)

        return run_wanted(make(self._models[task.model], task, tell), lambda: progress(done, None))


async def looked_at(models: Sequence[ComfyModel]) -> list[Served]:
    async with asyncio.TaskGroup() as group:
        looks = [
            (model.model, url, group.create_task(trouble(model, url))) for model in models for url in model.servers
        ]
    return [Served(model, shown(url), look.result()) for model, url, look in looks]


async def trouble(model: ComfyModel, url: str) -> str | None:
    """Why a server cannot run the model's workflow now; None when it can."""
    try:
        async with asyncio.timeout(LOOK_SECONDS), connected(url) as comfy:
            await comfy.waiting()
            known = await nodes(comfy, (name for flow in model.flows for name in flow.template.classes))
    except (Away, TimeoutError) as error:
        return f"no ComfyUI answers there ({str(error) or 'in time'})"
    missing = [line for flow in model.flows for line in lacks(flow.template, known)]
    return "; ".join(missing[:SAID]) + (f"; and {len(missing) - SAID} more" if len(missing) > SAID else "") or None

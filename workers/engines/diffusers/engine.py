"""The engine `diffusers`: pipelines from local folders, on the GPU there is or on the processor."""

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from workers.engines.diffusers.audience import Audience, NobodyWaits
from workers.engines.diffusers.orders import Order, Shot, limit, ordered, parts, passes
from workers.engines.diffusers.table import LocalModel
from workers.engines.protocol import BadRequest, Broken, Made, ModelOffer, OutOfMemory, Report, Result, Task

if TYPE_CHECKING:
    from workers.engines.diffusers.studio import Studio

ROOM = 1.2  # what a model takes, in sizes of its files


class DiffusersEngine:
    """One folder for each model that it offers. Torch is imported with the first that is loaded."""

    name = "diffusers"

    def __init__(self, tables: Sequence[Mapping[str, Any]]) -> None:
        self._models = {model.model: model for model in map(LocalModel.model_validate, tables)}
        self._studios: dict[str, Studio] = {}

    def offers(self) -> Iterable[ModelOffer]:
        for model in self._models.values():
            yield ModelOffer(
                model=model.model,
                capability=model.architecture.capability,
                display_name=model.display_name or f"{model.model} (diffusers)",
                max_side=limit(model),
                memory_gib=round(model.source.gib * ROOM, 1),
                batch=model.at_once,
                takes_picture=model.architecture.takes_picture,
                needs_picture=model.architecture.needs_picture,
                films_twice=True,
            )

    def load(self, model: str) -> None:
        from workers.engines.diffusers.studio import Studio

        self._studios[model] = Studio(self._models[model])

    def unload(self, model: str) -> None:
        self._studios.pop(model).close()

    def run(self, tasks: Sequence[Task], report: Report) -> Sequence[Result]:
        """What has one shape is made in one pass; where there is not memory enough for that, in smaller ones."""
        studio, audience = self._studios[tasks[0].model], Audience(report)
        made: dict[Task, list[Made]] = {task: [] for task in tasks}
        waiting = passes(self._orders(tasks, audience), studio.most)
        while waiting:
            shots = [shot for shot in waiting.pop(0) if audience.waits_for(shot)]
            try:
                for shot, file in make(studio, shots, audience):
                    made[shot.order.task].append(file)
            except OutOfMemory as error:
                if len(shots) > 1:
                    studio.most = len(shots) // 2
                    waiting[:0] = parts(shots, studio.most)
                else:
                    audience.fail(shots[0].order.task, error)
            except Broken as error:
                apart = by_task(shots)
                if len(apart) > 1:  # what one breaks harms no other
                    waiting[:0] = apart
                else:
                    audience.fail(shots[0].order.task, error)
        return [audience.ended.get(task) or made[task] for task in tasks]

    def _orders(self, tasks: Sequence[Task], audience: Audience) -> Iterable[Order]:
        for task in tasks:
            try:
                order = ordered(task, self._models[task.model])
            except BadRequest as error:
                audience.fail(task, error)
                continue
            audience.begin(order)
            if task not in audience.ended:
                yield order


def by_task(shots: Sequence[Shot]) -> list[list[Shot]]:
    apart: dict[Task, list[Shot]] = {}
    for shot in shots:
        apart.setdefault(shot.order.task, []).append(shot)
    return list(apart.values())


def make(studio: "Studio", shots: Sequence[Shot], audience: Audience) -> Iterable[tuple[Shot, Made]]:
    """The files of one pass, for those who still wait."""
    from workers.engines.diffusers.files import written
    from workers.engines.diffusers.shooting import shoot

    if not shots:
        return
    try:
        takes = shoot(studio, shots, audience)
    except NobodyWaits:
        return
    wanted = [(shot, take) for shot, take in zip(shots, takes, strict=True) if audience.waits_for(shot)]
    with ThreadPoolExecutor(len(shots), "written") as crew:  # the GPU has nothing to do meanwhile
        writing = [(shot, crew.submit(written, shot, take)) for shot, take in wanted]
    for shot, writes in writing:
        try:
            file = writes.result()
        except BadRequest as error:
            audience.fail(shot.order.task, error)
            continue
        audience.finish(shot, file.look)
        yield shot, file

"""The engine `animator`: a camera that moves through a painted scene or a given picture."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from workers.engines.protocol import BadRequest, Made, ModelOffer, Progress, Report, Result, Task, each, one_by_one

MODEL = "animator"
SEEDS = 2**31
MAX_SIDE, MIN_SIDE = 2048, 64
USUAL_SECONDS, LONGEST_SECONDS = 6.0, 30.0


@dataclass(frozen=True, slots=True)
class Order:
    """What a task asks for, checked; the sides are even, as H.264 wants them."""

    prompt: str
    width: int
    height: int
    seconds: float
    seed: int
    picture: Path | None


class AnimatorEngine:
    """Paints a scene in layers and films it; a given picture is filmed as it is."""

    name = "animator"

    def offers(self) -> Iterable[ModelOffer]:
        yield ModelOffer(
            model=MODEL,
            capability="video",
            display_name="animator (no GPU)",
            max_side=MAX_SIDE,
            memory_gib=1.0,
            no_gpu=True,
            takes_picture=True,
            films_twice=True,
        )

    def load(self, model: str) -> None:
        """There are no weights; what it is made of is imported now, not when the worker starts."""
        import_module("workers.engines.animator.film")

    def unload(self, model: str) -> None:
        """Nothing was loaded."""

    def run(self, tasks: Sequence[Task], report: Report) -> Sequence[Result]:
        return one_by_one(tasks, report, self.make)

    def make(self, task: Task, progress: Progress) -> list[Made]:
        """One film for each of the task's count."""
        from workers.engines.animator.film import shoot

        def make(index: int, progress: Progress) -> Made:
            return shoot(checked(task, index), MODEL, task.folder / f"{index}.mp4", progress)

        return each(task, progress, make)


def checked(task: Task, index: int) -> Order:
    """The order in a task, or BadRequest."""
    params: Mapping[str, Any] = task.params
    width, height = int(params.get("width", 1024)), int(params.get("height", 576))
    if not (MIN_SIDE <= width <= MAX_SIDE and MIN_SIDE <= height <= MAX_SIDE):
        raise BadRequest("size_out_of_range", f"each side must be {MIN_SIDE} to {MAX_SIDE} pixels")
    seconds = float(params.get("seconds") or USUAL_SECONDS)
    if not 0.2 <= seconds <= LONGEST_SECONDS:
        raise BadRequest("seconds_out_of_range", f"a video is at most {LONGEST_SECONDS:g} s long")
    return Order(
        prompt=str(params.get("prompt", "")),
        width=width - width % 2,
        height=height - height % 2,
        seconds=seconds,
        seed=(int(params.get("seed", 0)) + index) % SEEDS,
        picture=task.picture,
    )

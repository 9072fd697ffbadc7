"""Engines for tests: a small flat picture at once, or as slowly or as badly as the task's params or prompt ask."""

import re
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from PIL import Image

from workers.engines.protocol import (
    BadRequest,
    Broken,
    Cancelled,
    Made,
    ModelOffer,
    OutOfMemory,
    Progress,
    Report,
    Result,
    Stopped,
    Task,
    one_by_one,
)

FAILURES: Mapping[str, Callable[[], Stopped]] = {
    "bad_request": lambda: BadRequest("instant_refused", "the task asked to be refused"),
    "out_of_memory": lambda: OutOfMemory("the task asked for too much"),
    "broken": lambda: Broken("the task asked the engine to break"),
}
SLOWLY = re.compile(r"\bslowly (\d{1,2}(?:\.\d)?)\b")
SLOW_STEPS = 10
LARGE = re.compile(r"\blarge (\d{2,4})\b")
SIZE = (64, 64)


class InstantEngine:
    """Obeys `steps` (reports per picture), `delay` (seconds per step) and `fail` (a key of FAILURES) in params; a
    prompt with "slowly 3" takes three seconds per picture, one with "large 1600" makes it so wide. A picture to start
    from becomes a part of the result."""

    name = "instant"
    batch = 1

    def __init__(self) -> None:
        self._clock = threading.Event()

    def offers(self) -> Iterable[ModelOffer]:
        yield ModelOffer(
            model="instant",
            capability="image",
            display_name="instant (tests)",
            max_side=4096,
            memory_gib=0.1,
            no_gpu=True,
            takes_picture=True,
            batch=self.batch,
        )

    def load(self, model: str) -> None:
        """Nothing to load."""

    def unload(self, model: str) -> None:
        """Nothing was loaded."""

    def run(self, tasks: Sequence[Task], report: Report) -> Sequence[Result]:
        return one_by_one(tasks, report, self.make)

    def make(self, task: Task, progress: Progress) -> list[Made]:
        params = task.params
        steps, delay = pace(params)
        fail = params.get("fail")
        count, seed = int(params.get("count", 1)), int(params.get("seed", 0))
        made: list[Made] = []
        for index in range(count):
            colour = ((seed + index) % 256, (seed + index) // 256 % 256, 128)
            picture = Image.new("RGB", size(params), colour)
            if task.picture:
                picture.paste(given(task.picture))
            for step in range(steps):
                self._clock.wait(delay)
                if fail and step == steps // 2:
                    raise FAILURES[fail]()
                progress((index * steps + step + 1) / (count * steps), picture)
            made.append(save(picture, task, index, seed + index))
        return made


class TogetherEngine(InstantEngine):
    """The same model, but up to four tasks in one pass, step by step as slowly as the slowest; what one reports or
    fails in harms no other. Too many pictures in a pass take more memory than it has."""

    name = "together"
    batch = 4
    most_pictures = 6

    def run(self, tasks: Sequence[Task], report: Report) -> Sequence[Result]:
        if len(tasks) > 1 and sum(int(task.params.get("count", 1)) for task in tasks) > self.most_pictures:
            raise OutOfMemory
        results: dict[Task, Result] = {}
        steps, delay = max(pace(task.params)[0] for task in tasks), max(pace(task.params)[1] for task in tasks)
        for step in range(steps):
            left = [task for task in tasks if task not in results]
            if left:
                self._clock.wait(delay)
            for task in left:
                if stopped := self._step(task, step, steps, report):
                    results[task] = stopped
        return [results.get(task) or self._pictures(task, len(tasks)) for task in tasks]

    def _step(self, task: Task, step: int, steps: int, report: Report) -> Stopped | None:
        fail = task.params.get("fail")
        try:
            report(task, (step + 1) / steps)
        except Cancelled as cancelled:
            return cancelled
        return FAILURES[fail]() if fail and step == steps // 2 else None

    def _pictures(self, task: Task, together: int) -> Result:
        made = []
        for index in range(int(task.params.get("count", 1))):
            seed = int(task.params.get("seed", 0)) + index
            one = save(Image.new("RGB", (64, 64), (seed % 256, 0, 128)), task, index, seed)
            one.metadata["together"] = together
            made.append(one)
        return made


def pace(params: Mapping[str, Any]) -> tuple[int, float]:
    """Reports per picture, and seconds before each."""
    if slowly := SLOWLY.search(str(params.get("prompt", ""))):
        return SLOW_STEPS, float(slowly[1]) / SLOW_STEPS
    return int(params.get("steps", 1)), float(params.get("delay", 0.0))


def size(params: Mapping[str, Any]) -> tuple[int, int]:
    large = LARGE.search(str(params.get("prompt", "")))
    return (int(large[1]), int(large[1]) * 3 // 4) if large else SIZE


def given(path: Path) -> Image.Image:
    """The picture to start from, small."""
    try:
        with Image.open(path) as picture:
            return picture.convert("RGB").resize((SIZE[0] // 2, SIZE[1] // 2))
    except (OSError, ValueError) as error:
        raise BadRequest("picture_unreadable", "the picture to start from cannot be read") from error


def save(picture: Image.Image, task: Task, index: int, seed: int) -> Made:
    path = task.folder / f"{index}.png"
    picture.save(path)
    metadata = {"seed": seed, "model": task.model}
    return Made(path, "image", "png", picture.width, picture.height, metadata=metadata, look=picture)

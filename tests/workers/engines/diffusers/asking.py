"""Asks a loaded engine for things, and hears what it reports."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from PIL import Image

from workers.engines.diffusers.engine import DiffusersEngine
from workers.engines.protocol import Cancelled, Made, Result, Stopped, Task

PROMPT = "a red fox in the snow, in secret words"
Told = list[tuple[str, float, Image.Image | None]]
TaskOf = Callable[..., Task]
Stop = Callable[[Task, float], bool]


def engine_of(folder: Path, **more: Any) -> DiffusersEngine:
    """With the model loaded."""
    engine = DiffusersEngine([{"model": "tiny", "engine": "diffusers", "folder": str(folder), "steps": 4, **more}])
    engine.load("tiny")
    return engine


def run(engine: DiffusersEngine, *tasks: Task) -> list[Result]:
    return told(engine, *tasks)[0]


def told(engine: DiffusersEngine, *tasks: Task, stop: Stop = lambda *_: False) -> tuple[list[Result], Told]:
    """The results, and each report; `stop` calls a task off at one."""
    heard: Told = []

    def report(task: Task, fraction: float, preview: Image.Image | None = None) -> None:
        heard.append((task.job_id, fraction, preview))
        if stop(task, fraction):
            raise Cancelled

    return list(engine.run(tasks, report)), heard


def made(result: Result) -> list[Made]:
    assert not isinstance(result, Stopped), repr(result)
    return list(result)


def contents(result: Result) -> list[bytes]:
    return [item.path.read_bytes() for item in made(result)]

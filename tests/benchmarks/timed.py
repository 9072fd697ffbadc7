"""The real worker, whose engines are timed: `python -m tests.benchmarks.timed`.

For each job a line of JSON: when the engine began and when it was done, by the clock that all processes share, and how
long it waited meanwhile for those whom it told of its progress, in nanoseconds. With `alone` among the params the
engine makes nothing but its file, and what else is needed comes afterwards.
"""

import json
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from typing import Any
from unittest.mock import patch

from PIL import Image

from workers import __main__ as worker
from workers import bench
from workers.engines.protocol import Engine, ModelOffer, Report, Result, Task
from workers.engines.registry import engines


class Timed:
    """An engine that says how long it took."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.name = engine.name

    def offers(self) -> Iterable[ModelOffer]:
        return self.engine.offers()

    def load(self, model: str) -> None:
        self.engine.load(model)

    def unload(self, model: str) -> None:
        self.engine.unload(model)

    def run(self, tasks: Sequence[Task], report: Report) -> Sequence[Result]:
        told = 0

        def timed(task: Task, fraction: float, preview: Image.Image | None = None) -> None:
            nonlocal told
            began = time.monotonic_ns()
            try:
                report(task, fraction, preview)
            finally:
                told += time.monotonic_ns() - began

        with without_renditions() if tasks[0].params.get("alone") else nullcontext():
            began = time.monotonic_ns()
            results = self.engine.run(tasks, timed)
            ended = time.monotonic_ns()
        print(json.dumps({"began": began, "ended": ended, "told": told}), flush=True)
        return results


@contextmanager
def without_renditions() -> Iterator[None]:
    with (
        patch("workers.media.screen.size_of", lambda *_, **__: None),
        patch("workers.engines.painter.engine.begun", lambda *_: None),
    ):
        yield


def timed_engines(*asked: Any) -> list[Engine]:
    return [Timed(engine) for engine in engines(*asked)]


if __name__ == "__main__":
    vars(bench)["engines"] = timed_engines
    worker.main()

"""The real worker, whose engines are timed: `python -m tests.benchmarks.timed`.

For each job a line of JSON: when the engine began and when it was done, by the clock that all processes share, and how
long it waited meanwhile for those whom it told of its progress, in nanoseconds.
"""

import json
import time
from collections.abc import Iterable, Sequence
from typing import Any

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

        began = time.monotonic_ns()
        results = self.engine.run(tasks, timed)
        print(json.dumps({"began": began, "ended": time.monotonic_ns(), "told": told}), flush=True)
        return results


def timed_engines(*asked: Any) -> list[Engine]:
    return [Timed(engine) for engine in engines(*asked)]


if __name__ == "__main__":
    vars(bench)["engines"] = timed_engines
    worker.main()

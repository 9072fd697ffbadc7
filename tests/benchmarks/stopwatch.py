"""The real worker with an engine that notes when its body begins: `python -m tests.benchmarks.stopwatch`.

A prompt is the moment of its submit; what is printed is how many nanoseconds passed until the engine ran.
"""

import time
from collections.abc import Iterable, Sequence

from workers import __main__ as worker
from workers.engines import registry
from workers.engines.protocol import ModelOffer, Report, Result, Task


class Stopwatch:
    name = "stopwatch"

    def offers(self) -> Iterable[ModelOffer]:
        yield ModelOffer("painter", "image", "stopwatch", max_side=4096, memory_gib=0.1)

    def load(self, model: str) -> None:
        """Nothing to load."""

    def unload(self, model: str) -> None:
        """Nothing was loaded."""

    def run(self, tasks: Sequence[Task], report: Report) -> list[Result]:
        [task] = tasks
        print(time.monotonic_ns() - int(task.params["prompt"]), flush=True)
        return [[]]


if __name__ == "__main__":
    registry.ENGINES = {"stopwatch": registry.Entry(f"{__name__}:Stopwatch")}
    worker.main()

"""The real worker with an engine that notes when its body begins: `python -m tests.benchmarks.stopwatch`.

A prompt is the moment of its submit; what is printed is how many nanoseconds passed until the engine ran.
"""

import time
from collections.abc import Iterable

from workers import __main__ as worker
from workers.engines import registry
from workers.engines.protocol import Made, ModelOffer, Report, Task


class Stopwatch:
    name = "stopwatch"

    def offers(self) -> Iterable[ModelOffer]:
        yield ModelOffer("painter", "image", "stopwatch", max_side=4096, memory_gib=0.1)

    def load(self, model: str) -> None:
        """Nothing to load."""

    def run(self, task: Task, report: Report) -> list[Made]:
        print(time.monotonic_ns() - int(task.params["prompt"]), flush=True)
        return []


if __name__ == "__main__":
    registry.ENGINES = {"stopwatch": f"{__name__}:Stopwatch"}
    worker.main()

"""The engine `compose`: clips and pictures become one film."""

from collections.abc import Iterable, Sequence
from importlib import import_module
from pathlib import Path

from workers.engines.compose import program
from workers.engines.protocol import Made, ModelOffer, Progress, Report, Result, Task, one_by_one

MODEL = "compose"


class ComposeEngine:
    """`ffmpeg`: the program to run, where one is configured; raises BadProgram if that one cannot do it."""

    name = "compose"

    def __init__(self, ffmpeg: Path | None = None) -> None:
        self._program = None if ffmpeg is None else program.find(ffmpeg)

    def offers(self) -> Iterable[ModelOffer]:
        yield ModelOffer(
            model=MODEL,
            capability="video",
            display_name="compose (ffmpeg)",
            max_side=2048,
            memory_gib=2.0,
            no_gpu=True,
            films_twice=True,
        )

    def load(self, model: str) -> None:
        """Finds the program; what reads and draws is imported now, not when the worker starts."""
        self._found()
        import_module("workers.engines.compose.cutting")

    def unload(self, model: str) -> None:
        """Nothing is kept."""

    def run(self, tasks: Sequence[Task], report: Report) -> Sequence[Result]:
        return one_by_one(tasks, report, self._make)

    def _found(self) -> Path:
        self._program = self._program or program.find(None)
        return self._program

    def _make(self, task: Task, progress: Progress) -> Sequence[Made]:
        from workers.engines.compose.cutting import cut
        from workers.engines.compose.model import order_of

        return [cut(self._found(), order_of(task), task, progress)]

"""Makes the artifacts of a pass, start to end, in the thread of its slot: engine, variants, store."""

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from scheduler.wire import Assignment, Made
from workers.bench import Bench
from workers.engines import protocol
from workers.engines.protocol import Stopped
from workers.narrator import Narrator
from workers.shelf import Shelf
from workers.store import Missing, Store, StoreFailed
from workers.trays import Trays
from workers.variants import Variants, variants

PICTURE, INPUT = "given", "input"  # files without a suffix: engines look at what is in them
Loaded = Callable[[float], None]
Result = Sequence[Made] | Exception


@dataclass(frozen=True, slots=True)
class Workshop:
    """Blocking; what goes wrong with one attempt is its result, what goes wrong with all is raised, see
    `outcomes.outcome_of`."""

    store: Store
    trays: Trays

    def make(self, narrators: Sequence[Narrator], bench: Bench, loaded: Loaded) -> list[Result]:
        """Run the engine on the attempts of a pass and store what it made, below each attempt's folder; `loaded` hears
        before it runs how long their model took to load, if it was not loaded."""
        results: dict[Narrator, Result] = {}
        tasks: dict[protocol.Task, Narrator] = {}
        with ExitStack() as stack:
            for narrator in narrators:
                try:
                    tasks[self._task(narrator.assignment, stack.enter_context(self.trays.one()))] = narrator
                except Exception as error:  # noqa: BLE001 - whatever it is, it is this attempt's alone
                    results[narrator] = error
            if tasks:
                results |= self._run(tasks, bench, loaded)
        return [results[narrator] for narrator in narrators]

    def _run(self, tasks: Mapping[protocol.Task, Narrator], bench: Bench, loaded: Loaded) -> dict[Narrator, Result]:
        first = next(iter(tasks))
        began, cold = time.monotonic(), first.model not in bench.warm
        engine = bench.load(first)
        if cold:
            loaded(time.monotonic() - began)
        for narrator in tasks.values():
            narrator.begin(films_twice=bench.films_twice(first))

        def report(task: protocol.Task, fraction: float, preview: Image.Image | None = None) -> None:
            tasks[task](fraction, preview)

        made = run_all(engine, list(tasks), report)
        return {tasks[task]: self._stored(tasks[task], one) for task, one in zip(tasks, made, strict=True)}

    def _stored(self, narrator: Narrator, made: protocol.Result) -> Result:
        if isinstance(made, Stopped):
            return made
        try:
            narrator.check()
            beside = beside_of(narrator, made)
            narrator.finish()
            shelf = Shelf(narrator.assignment.folder)
            kept = [shelf.told(number, *one) for number, one in enumerate(zip(made, beside, strict=True))]
            self.store.put_all(shelf.files)
            return kept
        except Exception as error:  # noqa: BLE001 - whatever it is, it is this attempt's alone
            return error

    def _task(self, assignment: Assignment, folder: Path) -> protocol.Task:
        return protocol.Task(
            job_id=str(assignment.job_id),
            attempt=assignment.attempt,
            capability=assignment.capability,
            model=assignment.model,
            params=assignment.params,
            folder=folder,
            picture=self._picture(assignment, folder),
            inputs=self._inputs(assignment, folder),
        )

    def _picture(self, assignment: Assignment, folder: Path) -> Path | None:
        """The picture to start from, brought into the task's folder under a name of ours."""
        path = assignment.params.get("picture_path")
        return None if path is None else self._brought(str(path), folder / PICTURE, "The picture to start from")

    def _inputs(self, assignment: Assignment, folder: Path) -> dict[str, Path]:
        """The files that the params name by id, likewise."""
        named = assignment.params.get("inputs") or {}
        return {
            given: self._brought(str(path), folder / f"{INPUT}{number}", "A file that this is made of")
            for number, (given, path) in enumerate(named.items())
        }

    def _brought(self, path: str, to: Path, name: str) -> Path:
        try:
            content = self.store.get(path)
        except Missing:
            raise protocol.BadRequest("input_gone", f"{name} is not there any more.") from None
        except StoreFailed as error:
            raise protocol.Broken("a file that was given could not be read") from error
        to.write_bytes(content)
        return to


def beside_of(narrator: Narrator, made: Sequence[protocol.Made]) -> list[Variants]:
    """What stands beside each file; the renditions of films share what is left of the work."""

    def one(position: int, file: protocol.Made) -> Variants:
        return variants(file, file.path.stat().st_size, lambda part: narrator.render((position + part) / len(made)))

    return [one(position, file) for position, file in enumerate(made)]


def run_all(
    engine: protocol.Engine, tasks: Sequence[protocol.Task], report: protocol.Report
) -> Sequence[protocol.Result]:
    """In one pass; where that takes more memory than there is, one after the other."""
    try:
        return engine.run(tasks, report)
    except (protocol.OutOfMemory, MemoryError):
        if len(tasks) == 1:
            raise
    return [run_alone(engine, task, report) for task in tasks]


def run_alone(engine: protocol.Engine, task: protocol.Task, report: protocol.Report) -> protocol.Result:
    try:
        return engine.run([task], report)[0]
    except Stopped as stopped:
        return stopped
    except MemoryError:
        return protocol.OutOfMemory()

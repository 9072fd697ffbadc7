"""Makes one attempt's artifacts, start to end, in the thread of its slot: engine, variants, store."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from scheduler.wire import Assignment, Made, Rendition
from workers.bench import Bench
from workers.engines import protocol
from workers.engines.protocol import Stopped
from workers.narrator import Narrator
from workers.store import Missing, Store, StoreFailed
from workers.variants import Variants, variants

PICTURE, INPUT = "given", "input"  # files without a suffix: engines look at what is in them
Loaded = Callable[[float | None], None]


@dataclass(frozen=True, slots=True)
class Workshop:
    """Blocking; whatever goes wrong is raised, see `outcomes.outcome_of`."""

    store: Store
    scratch: Path

    def make(self, assignment: Assignment, bench: Bench, narrator: Narrator, loaded: Loaded) -> list[Made]:
        """Run the engine and store what it made, below the attempt's folder; `loaded` hears before it runs how long its
        model took to load, if it was not loaded."""
        with TemporaryDirectory(dir=self.scratch, ignore_cleanup_errors=True) as folder:
            task = protocol.Task(
                job_id=str(assignment.job_id),
                attempt=assignment.attempt,
                capability=assignment.capability,
                model=assignment.model,
                params=assignment.params,
                folder=Path(folder),
                picture=self._picture(assignment, Path(folder)),
                inputs=self._inputs(assignment, Path(folder)),
            )
            began, cold = time.monotonic(), task.model not in bench.warm
            engine = bench.load(task)
            loaded(time.monotonic() - began if cold else None)
            narrator.begin()
            [made] = engine.run([task], narrator.report)
            if isinstance(made, Stopped):
                raise made
            narrator.finish()
            return [self._keep(assignment, position, file, narrator.check) for position, file in enumerate(made)]

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

    def _keep(self, assignment: Assignment, position: int, made: protocol.Made, check: Callable[[], None]) -> Made:
        start = f"{assignment.folder.strip('/')}/{position}"
        size_bytes = made.path.stat().st_size
        beside = variants(made, size_bytes, check)
        path = f"{start}.{made.format}"
        self.store.put(path, made.path)
        return Made(
            type=made.type,
            format=made.format,
            path=path,
            thumbnail_path=self._keep_thumbnail(f"{start}.thumb.jpg", beside),
            web=self._keep_web(start, beside),
            blurhash=beside.blurhash,
            width=made.width,
            height=made.height,
            duration_seconds=made.duration_seconds,
            took_seconds=made.took_seconds,
            took_tokens=made.took_tokens,
            size_bytes=size_bytes,
            metadata=made.metadata,
        )

    def _keep_thumbnail(self, path: str, beside: Variants) -> str | None:
        if beside.thumbnail is None:
            return None
        self.store.put(path, beside.thumbnail)
        return path

    def _keep_web(self, start: str, beside: Variants) -> Rendition | None:
        web = beside.web
        if web is None:
            return None
        path = f"{start}.web.{web.format}"
        self.store.put(path, web.content)
        return Rendition(path=path, width=web.width, height=web.height, size_bytes=web.size_bytes)

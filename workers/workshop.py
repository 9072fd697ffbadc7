"""Makes one attempt's artifacts, start to end, in the thread of its slot: engine, thumbnails, store."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from scheduler.wire import Assignment, Made
from workers import thumbnails
from workers.bench import Bench
from workers.engines import protocol
from workers.engines.protocol import Stopped
from workers.narrator import Narrator
from workers.store import Missing, Store, StoreFailed

PICTURE = "given"  # a file without a suffix: engines look at what is in it
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
            )
            began, cold = time.monotonic(), task.model not in bench.warm
            engine = bench.load(task)
            loaded(time.monotonic() - began if cold else None)
            narrator.begin()
            [made] = engine.run([task], narrator.report)
            if isinstance(made, Stopped):
                raise made
            narrator.finish()
            return [self._keep(assignment, position, file) for position, file in enumerate(made)]

    def _picture(self, assignment: Assignment, folder: Path) -> Path | None:
        """The picture to start from, brought into the task's folder under a name of ours."""
        path = assignment.params.get("picture_path")
        if path is None:
            return None
        try:
            content = self.store.get(str(path))
        except Missing:
            raise protocol.BadRequest("picture_gone", "The picture to start from is not there any more.") from None
        except StoreFailed as error:
            raise protocol.Broken("the picture to start from could not be read") from error
        picture = folder / PICTURE
        picture.write_bytes(content)
        return picture

    def _keep(self, assignment: Assignment, position: int, made: protocol.Made) -> Made:
        path = f"{assignment.folder.strip('/')}/{position}.{made.format}"
        small = small_picture(made)
        thumbnail_path = f"{assignment.folder.strip('/')}/{position}.thumb.jpg" if small else None
        size_bytes = made.path.stat().st_size
        self.store.put(path, made.path)
        if small and thumbnail_path:
            self.store.put(thumbnail_path, small)
        return Made(
            type=made.type,
            format=made.format,
            path=path,
            thumbnail_path=thumbnail_path,
            width=made.width,
            height=made.height,
            duration_seconds=made.duration_seconds,
            took_seconds=made.took_seconds,
            took_tokens=made.took_tokens,
            size_bytes=size_bytes,
            metadata=made.metadata,
        )


def small_picture(made: protocol.Made) -> bytes | None:
    """The thumbnail, from what the engine has at hand; a file is only read where it has nothing."""
    if made.look is not None:
        return thumbnails.thumbnail_of(made.look)
    return thumbnails.thumbnail(made.path) if made.type == "image" else None

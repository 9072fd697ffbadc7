"""What an engine is: blocking code that turns tasks into files, and knows nothing else."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, runtime_checkable

from PIL import Image

if TYPE_CHECKING:
    from concurrent.futures import Future

    from workers.variants import Variants


@dataclass(frozen=True, slots=True)
class ModelOffer:
    """One model an engine can run, as the fleet is told about it."""

    model: str
    capability: str
    display_name: str
    max_side: int  # pixels; of what is neither picture nor video it says nothing
    memory_gib: float
    no_gpu: bool = False
    batch: int = 1  # tasks in one pass
    takes_picture: bool = False  # a task may come with a picture
    needs_picture: bool = False  # none may come without
    films_twice: bool = False  # a film that is larger than a screen comes with a smaller one, see Made


@dataclass(frozen=True, slots=True, eq=False)
class Task:
    """One attempt of one job.

    `params` has the prompt and the seed (0 .. 2**31-1, always given); of an image width, height, count (1 .. 4) and,
    for a variation, parent_seed and strength (0 .. 1), and drawn_width and drawn_height where it is to be a picture of
    the same seed at that size once more, larger; of a video width, height and seconds; of a sound seconds and
    what the person chose of format, mood, tempo and voice. `picture` is the file to start from, where there is one;
    `inputs` are the files that `params` names by id.
    `folder` is a scratch folder of this attempt alone; whoever made the task removes it.
    """

    job_id: str
    attempt: int
    capability: str
    model: str
    params: Mapping[str, Any]
    folder: Path
    picture: Path | None = None
    inputs: Mapping[str, Path] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Made:
    """One finished file in the task's folder; `type` is the artifact's (image, video, audio, text).

    `look` is what stands for it where there is no room for it: the picture itself, a poster frame, a waveform. Whoever
    made the file has it at hand, so that nobody decodes the file again. `beside`: its variants, begun before the file
    was written, see `variants.begun`. `web`: a film smaller, as `media.screen` says, made along with it.
    `took_seconds` or `took_tokens`: what of it is paid for, where nobody knew before how long it would be; never more
    than was held is charged.
    """

    path: Path
    type: str
    format: str
    width: int | None = None
    height: int | None = None
    duration_seconds: float | None = None
    took_seconds: float | None = None
    took_tokens: int | None = None
    metadata: dict[str, Any] = field(default_factory=dict)
    look: Image.Image | None = None
    beside: "Future[Variants] | None" = None
    web: Path | None = None


class Report(Protocol):
    """Tells the runner how far a task is (0 .. 1); raises Cancelled when that task should stop. The others of its pass
    go on: an engine catches it and answers with it. A preview is looked at later: it is not changed any more."""

    def __call__(self, task: Task, fraction: float, preview: Image.Image | None = None) -> None: ...


class Stopped(Exception):
    """Why a task has no files."""


class Cancelled(Stopped):
    """The task was called off; the engine leaves it at once and owes nothing."""


class BadRequest(Stopped):
    """The request itself cannot be done, here or elsewhere: never retried. People are told by the code,
    for which the bots have a sentence; the message is for who reads it in the API."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


class OutOfMemory(Stopped):
    """The task needs more memory than this worker has: tried once more on a larger one."""


class Broken(Stopped):
    """The engine failed through no fault of the request: tried once more on another worker."""


Result = Sequence[Made] | Stopped


class Engine(Protocol):
    """Makes artifacts of one family of models; called from one thread at a time."""

    name: str

    def offers(self) -> Iterable[ModelOffer]: ...

    def load(self, model: str) -> None:
        """Make a model ready to run; others that are loaded stay. Raises OutOfMemory or Broken."""
        ...

    def unload(self, model: str) -> None:
        """Give back the memory of a loaded model."""
        ...

    def run(self, tasks: Sequence[Task], report: Report) -> Sequence[Result]:
        """Make the artifacts of tasks of one loaded model, at most as many as its offer's `batch`, in one pass. One
        answer for each, in order: its files, or why it has none. What is raised ends them all."""
        ...


class Served(NamedTuple):
    """A server that has a model; `trouble` says in plain words why it cannot run it now."""

    model: str
    server: str
    trouble: str | None


@runtime_checkable
class Remote(Protocol):
    """What an engine whose models are on servers has beside: it offers all it was told of, not all runs at any time."""

    def servers(self) -> Iterable[Served]:
        """Each model with each of its servers; asks them, for a few seconds at most, beside a `run` under way."""
        ...


Progress = Callable[[float, Image.Image | None], None]  # of one task: the report without it


def one_by_one(
    tasks: Sequence[Task], report: Report, make: Callable[[Task, Progress], Sequence[Made]]
) -> Sequence[Result]:
    """The `run` of engines that make one task at a time."""
    return [result_of(task, report, make) for task in tasks]


def result_of(task: Task, report: Report, make: Callable[[Task, Progress], Sequence[Made]]) -> Result:
    def progress(fraction: float, preview: Image.Image | None) -> None:
        report(task, fraction, preview)

    try:
        return make(task, progress)
    except Stopped as stopped:
        return stopped


def each(task: Task, progress: Progress, make: Callable[[int, Progress], Made]) -> list[Made]:
    """As many things as the task wants, one after the other, each with its share of the progress."""
    count = int(task.params.get("count", 1))
    made: list[Made] = []
    for index in range(count):

        def share(fraction: float, preview: Image.Image | None, done: int = index) -> None:
            progress((done + fraction) / count, preview)

        made.append(make(index, share))
    return made

"""What an engine is: blocking code that turns one task into files, and knows nothing else."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from PIL import Image


@dataclass(frozen=True, slots=True)
class ModelOffer:
    """One model an engine can run, as the fleet is told about it."""

    model: str
    capability: str
    display_name: str
    max_side: int
    memory_gib: float
    no_gpu: bool = False
    batch: int = 1


@dataclass(frozen=True, slots=True)
class Task:
    """One attempt of one job.

    `params` of an image: prompt, width, height, seed (0 .. 2**31-1, always given), count (1 .. 4) and, for a
    variation, parent_seed and strength (0 .. 1). `folder` is a scratch folder of this attempt alone; whoever
    made the task removes it.
    """

    job_id: str
    attempt: int
    capability: str
    model: str
    params: Mapping[str, Any]
    folder: Path


@dataclass(frozen=True, slots=True)
class Made:
    """One finished file in the task's folder; `type` is the artifact's (image, video, audio, text)."""

    path: Path
    type: str
    format: str
    width: int | None = None
    height: int | None = None
    duration_seconds: float | None = None
    metadata: dict[str, Any] = field(default_factory=dict)


class Report(Protocol):
    """Tells the runner how far a task is (0 .. 1); raises Cancelled when the task should stop."""

    def __call__(self, fraction: float, preview: Image.Image | None = None) -> None: ...


class Engine(Protocol):
    """Makes artifacts of one family of models; called from one thread at a time."""

    name: str

    def offers(self) -> Iterable[ModelOffer]: ...

    def load(self, model: str) -> None: ...

    def run(self, task: Task, report: Report) -> list[Made]:
        """Make the task's artifacts; raises Cancelled, BadRequest, OutOfMemory or Broken."""
        ...


class Cancelled(Exception):
    """The task was called off; the engine leaves at once and owes nothing."""


class BadRequest(Exception):
    """The request itself cannot be done, here or elsewhere: never retried."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


class OutOfMemory(Exception):
    """The task needs more memory than this worker has."""


class Broken(Exception):
    """The engine failed through no fault of the request; another worker may succeed."""

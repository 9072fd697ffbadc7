"""How long a job will wait: measured speeds, and predictions corrected by how earlier ones turned out."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import exp, log2
from typing import NamedTuple
from uuid import UUID

from scheduler.jobs.policy.model import GUESSED_PACE

NEW_WEIGHT = 0.2  # of the newest run in a running mean
FORGOTTEN_SECONDS = 86_400.0  # a promise to a job that was never seen again
MOST_PROMISES = 10_000  # remembered until their jobs start; more teach nothing new
SMALLEST_STEP = 0.05  # of the logarithm of a factor, so that it keeps following what changes
LARGEST_STEP = 0.5


class Speeds:
    """Seconds a token takes, by model and worker, and seconds a worker takes to load a model: running means."""

    def __init__(self) -> None:
        self._paces: dict[tuple[str, str], float] = {}
        self._models: dict[str, float] = {}
        self._loads: dict[str, float] = {}

    def note_run(self, model: str, worker: str, seconds: float, tokens: float, cold: bool = False) -> None:
        """A job was completed; `cold`: the seconds include loading its model."""
        if cold and model in self._models:
            load_seconds = max(0.0, seconds - tokens * self.pace(model, worker))
            self._loads[worker] = newer(self._loads.get(worker), load_seconds)
            return
        pace = seconds / tokens
        self._paces[model, worker] = newer(self._paces.get((model, worker)), pace)
        self._models[model] = newer(self._models.get(model), pace)

    def pace(self, model: str, worker: str) -> float:
        """As measured on this worker, or on any."""
        return self._paces.get((model, worker)) or self._models.get(model) or GUESSED_PACE

    def paces(self, models: Iterable[str], worker: str) -> dict[str, float]:
        return {model: self.pace(model, worker) for model in models}

    def load_seconds(self, worker: str) -> float:
        """Nothing until it was measured, so that nobody waits for a guess."""
        return self._loads.get(worker, 0.0)


class Expected(NamedTuple):
    """Half of such jobs start within `p50` seconds, nine of ten within `p90`."""

    p50: float
    p90: float


@dataclass(slots=True)
class Quantile:
    """A factor that a given part of actual waits stays below, found by small steps (Robbins and Monro 1951)."""

    part: float
    log_factor: float = 0.0
    seen: int = 0

    def turned_out(self, held: bool) -> None:
        self.seen += 1
        step = max(SMALLEST_STEP, LARGEST_STEP / self.seen**0.5)
        self.log_factor += step * (self.part - held)


class Promise(NamedTuple):
    at: float
    priority: int
    raw: float
    expected: Expected


class Foresight:
    """Corrects raw predictions, which are too bright where models are swapped and dark where users come and go."""

    def __init__(self) -> None:
        self._factors: dict[tuple[int, int], tuple[Quantile, Quantile]] = {}
        self._promises: dict[UUID, Promise] = {}

    def expect(self, priority: int, raw: float) -> Expected:
        """Seconds; what is raw zero starts at once."""
        if raw <= 0:
            return Expected(0.0, 0.0)
        half, most = self._of(priority, raw)
        p50 = raw * exp(half.log_factor)
        return Expected(p50, max(p50, raw * exp(most.log_factor)))

    def promise(self, job_id: UUID, priority: int, raw: float, now: float) -> Expected:
        """The same, and remember the first that was said until the job starts."""
        expected = self.expect(priority, raw)
        if raw > 0 and job_id not in self._promises and self._has_room(now):
            self._promises[job_id] = Promise(now, priority, raw, expected)
        return expected

    def started(self, job_id: UUID, now: float) -> None:
        """A job starts: learn from what it was told."""
        if promise := self._promises.pop(job_id, None):
            half, most = self._of(promise.priority, promise.raw)
            half.turned_out(now - promise.at <= promise.expected.p50)
            most.turned_out(now - promise.at <= promise.expected.p90)

    def left(self, job_id: UUID) -> None:
        """A job ended without having started."""
        self._promises.pop(job_id, None)

    def _has_room(self, now: float) -> bool:
        if len(self._promises) >= MOST_PROMISES:
            oldest = next(iter(self._promises))
            if now - self._promises[oldest].at > FORGOTTEN_SECONDS:
                del self._promises[oldest]
        return len(self._promises) < MOST_PROMISES

    def _of(self, priority: int, raw: float) -> tuple[Quantile, Quantile]:
        return self._factors.setdefault((priority, int(log2(1 + raw))), (Quantile(0.5), Quantile(0.9, 0.7)))


def newer(mean: float | None, value: float) -> float:
    return value if mean is None else mean + NEW_WEIGHT * (value - mean)


def raw_wait(ahead_tokens: float, pace: float, busy_seconds: float, slots: int) -> float:
    """What runs on the workers that could take the job, and what is ahead of it, shared by their slots."""
    return (busy_seconds + ahead_tokens * pace) / slots

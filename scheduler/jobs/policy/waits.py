"""How long a job will wait: measured speeds, and predictions corrected by how earlier ones turned out."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import exp, inf, log, log2
from statistics import fmean
from typing import NamedTuple
from uuid import UUID

from scheduler.jobs.policy.model import GUESSED_PACE

NEW_WEIGHT = 0.2  # of the newest run in a running mean
FORGOTTEN_SECONDS = 86_400.0  # a promise to a job that was never seen again
MOST_PROMISES = 10_000  # remembered until their jobs start; more teach nothing new
SMALLEST_STEP = 0.05  # of the logarithm of a factor, so that it keeps following what changes
LARGEST_STEP = 0.5
LARGEST_LOG = 6.0  # of a factor
AIM_STEP = 0.01
LARGEST_AIM = 0.9  # of what is left above the part


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

    def stated(self, worker: str, paces: Mapping[str, float], load_seconds: Mapping[str, float]) -> None:
        """What a worker has measured itself, by model. It knows its loads apart from its runs, and every scheduler
        hears it: a new leader is as wise as the last one."""
        for model, pace in paces.items():
            if pace > 0 and self._paces.get((model, worker)) != pace:
                self._paces[model, worker] = pace
                self._models[model] = newer(self._models.get(model), pace)
        if load_seconds:
            self._loads[worker] = fmean(load_seconds.values())

    def pace(self, model: str, worker: str) -> float:
        """As measured on this worker, or on any."""
        return self._paces.get((model, worker)) or self._models.get(model) or GUESSED_PACE

    def paces(self, models: Iterable[str], worker: str) -> dict[str, float]:
        return {model: self.pace(model, worker) for model in models}

    def load_seconds(self, worker: str) -> float:
        """Nothing until it was measured, so that nobody waits for a guess."""
        return self._loads.get(worker, 0.0)


class Raw(NamedTuple):
    """Seconds until a job starts, as the queue looks now; `own`: it is the jobs of its own user that it waits for."""

    seconds: float
    own: bool = False


class Expected(NamedTuple):
    """Half of such jobs start within `p50` seconds, nine of ten within `p90`."""

    p50: float
    p90: float


@dataclass(slots=True)
class Quantile:
    """The logarithm of a factor that a given part of actual waits stays below, found by small steps (Robbins and Monro
    1951). A step is judged by the factor as it is now: a promise that turns out late must not teach what was learned
    meanwhile. What part of the promises held is minded by aiming a little higher or lower (Gibbs and Candès 2021)."""

    part: float
    log_factor: float = 0.0
    seen: int = 0
    aim: float = 0.0  # above the part

    def turned_out(self, log_ratio: float, held: bool) -> None:
        self.seen += 1
        self.aim = within(self.aim + AIM_STEP * (self.part - held), LARGEST_AIM * (1 - self.part))
        step = max(SMALLEST_STEP, LARGEST_STEP / self.seen**0.5)
        aimed = self.part + self.aim - (log_ratio <= self.log_factor)
        self.log_factor = within(self.log_factor + step * aimed, LARGEST_LOG)


class Promise(NamedTuple):
    at: float
    priority: int
    raw: Raw
    expected: Expected


class Foresight:
    """Corrects raw predictions, which are too bright where models are swapped and dark where users come and go."""

    def __init__(self) -> None:
        self._factors: dict[tuple[int, bool, int], tuple[Quantile, Quantile]] = {}
        self.promises: dict[UUID, Promise] = {}

    def expect(self, priority: int, raw: Raw) -> Expected:
        """Seconds; what is raw zero starts at once."""
        if raw.seconds <= 0:
            return Expected(0.0, 0.0)
        half, most = self._of(priority, raw)
        p50 = raw.seconds * exp(half.log_factor)
        return Expected(p50, max(p50, raw.seconds * exp(most.log_factor)))

    def promise(self, job_id: UUID, priority: int, raw: Raw, now: float) -> Expected:
        """The same, and remember the first that was said until the job starts."""
        expected = self.expect(priority, raw)
        if raw.seconds > 0 and job_id not in self.promises and self._has_room(now):
            self.promises[job_id] = Promise(now, priority, raw, expected)
        return expected

    def started(self, job_id: UUID, now: float) -> None:
        """A job starts: learn from what it was told."""
        if promise := self.promises.pop(job_id, None):
            waited = now - promise.at
            log_ratio = log(waited / promise.raw.seconds) if waited > 0 else -inf
            for quantile, seconds in zip(self._of(promise.priority, promise.raw), promise.expected, strict=True):
                quantile.turned_out(log_ratio, waited <= seconds)

    def left(self, job_id: UUID) -> None:
        """A job ended without having started."""
        self.promises.pop(job_id, None)

    def _has_room(self, now: float) -> bool:
        if len(self.promises) >= MOST_PROMISES:
            oldest = next(iter(self.promises))
            if now - self.promises[oldest].at > FORGOTTEN_SECONDS:
                del self.promises[oldest]
        return len(self.promises) < MOST_PROMISES

    def _of(self, priority: int, raw: Raw) -> tuple[Quantile, Quantile]:
        key = priority, raw.own, int(log2(1 + raw.seconds))
        return self._factors.setdefault(key, (Quantile(0.5, 0.3), Quantile(0.9, 1.3)))


def newer(mean: float | None, value: float) -> float:
    return value if mean is None else mean + NEW_WEIGHT * (value - mean)


def within(value: float, most: float) -> float:
    return min(most, max(-most, value))

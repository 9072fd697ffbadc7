"""What is counted while a simulation runs, in a room that does not grow with the jobs."""

from collections import Counter
from dataclasses import dataclass, field
from math import log2

from scheduler.errors import Code
from scheduler.jobs.queue import CLASSES, Waiting
from scheduler.simulation.machine import Arrival, Run
from scheduler.simulation.oracle import Oracle

PER_OCTAVE = 24  # bins of waits: 3 % apart
RESOLUTION_SECONDS = 0.1
STEPS = 240  # of the picture
WINDOWS = 96  # in which shares are compared


class Histogram:
    """Seconds, by logarithmic bins."""

    def __init__(self) -> None:
        self.bins: dict[int, int] = {}
        self.count = 0
        self.largest = 0.0

    def add(self, seconds: float) -> None:
        place = round(PER_OCTAVE * log2(1 + seconds / RESOLUTION_SECONDS)) if seconds > 0 else 0
        self.bins[place] = self.bins.get(place, 0) + 1
        self.count += 1
        self.largest = max(self.largest, seconds)

    def percentile(self, part: float) -> float:
        """Within 3 %, or a tenth of a second."""
        left = part * self.count
        for place in sorted(self.bins):
            left -= self.bins[place]
            if left <= 0:
                return float(min(self.largest, (2 ** (place / PER_OCTAVE) - 1) * RESOLUTION_SECONDS))
        return self.largest


@dataclass(slots=True)
class ClassNumbers:
    jobs: int = 0
    refused: Counter[Code] = field(default_factory=Counter)
    tokens: float = 0.0
    waits: Histogram = field(default_factory=Histogram)
    jains: list[float] = field(default_factory=list)  # one for each window in which two or more always waited


@dataclass(slots=True)
class Moment:
    """A step of the picture."""

    waits: list[Histogram] = field(default_factory=lambda: [Histogram() for _ in range(CLASSES)])
    waiting: int = 0  # jobs, at its end
    busy: int = 0  # slots


@dataclass(slots=True)
class Backlog:
    """A user with jobs waiting."""

    priority: int
    since: float
    jobs: int = 0


class Measures:
    """Watches a machine over `seconds`."""

    def __init__(self, seconds: float, oracle: Oracle) -> None:
        self.seconds = seconds
        self.oracle = oracle
        self.classes = [ClassNumbers() for _ in range(CLASSES)]
        self.moments = [Moment() for _ in range(STEPS)]
        self.step = 0
        self.loads = 0
        self.load_seconds = self.run_seconds = 0.0
        self.waiting = self.busy = self.ended_jobs = 0
        self.backlogs: dict[int, Backlog] = {}
        self.shares: dict[int, float] = {}  # tokens dispatched in this window, by user
        self.window_began = 0.0

    def arrived(self, job: Waiting, now: float) -> None:
        self._advance(now)
        self.waiting += 1
        backlog = self.backlogs.get(job.user_id)
        if backlog is None:
            backlog = self.backlogs[job.user_id] = Backlog(job.priority, now)
        backlog.jobs += 1
        self.classes[job.priority].jobs += 1
        self.oracle.arrived(job, now)

    def refused(self, arrival: Arrival, code: Code) -> None:
        self.classes[arrival.priority].refused[code] += 1

    def started(self, job: Waiting, arrived: float, run: Run) -> None:
        self._advance(run.started)
        waited = run.started - arrived
        numbers = self.classes[job.priority]
        numbers.waits.add(waited)
        numbers.tokens += job.cost
        self.moments[self.step].waits[job.priority].add(waited)
        self.waiting -= 1
        self.shares[job.user_id] = self.shares.get(job.user_id, 0.0) + job.cost
        backlog = self.backlogs[job.user_id]
        backlog.jobs -= 1
        if not backlog.jobs:
            del self.backlogs[job.user_id]
        if job is run.jobs[0]:
            self.busy += 1
            self.loads += run.load_seconds > 0
            self.load_seconds += run.load_seconds
            self.run_seconds += run.run_seconds
        self.oracle.started(job, run)

    def ended(self, run: Run, now: float) -> None:
        self._advance(now)
        self.busy -= 1
        self.ended_jobs += len(run.jobs)
        self.oracle.ended(run)

    def close(self) -> None:
        """The run is over: what waits and runs now is the picture's last moment."""
        self.moments[self.step].waiting, self.moments[self.step].busy = self.waiting, self.busy

    def _advance(self, now: float) -> None:
        """Close the steps and windows that are over."""
        while self.step < STEPS - 1 and now >= (self.step + 1) * self.seconds / STEPS:
            self.moments[self.step].waiting, self.moments[self.step].busy = self.waiting, self.busy
            self.step += 1
        if now >= self.window_began + self.seconds / WINDOWS:
            self._close_window(now)

    def _close_window(self, now: float) -> None:
        """Jain's index of what the users of a class got who had jobs waiting all the time."""
        got: list[list[float]] = [[] for _ in range(CLASSES)]
        for user, backlog in self.backlogs.items():
            if backlog.since <= self.window_began:
                got[backlog.priority].append(self.shares.get(user, 0.0))
        for numbers, tokens in zip(self.classes, got, strict=True):
            if len(tokens) > 1 and any(tokens):
                numbers.jains.append(jain(tokens))
        self.shares.clear()
        self.window_began = now


def jain(values: list[float]) -> float:
    """Jain's index of fairness (1984): 1 when all have the same, 1/n when one has everything."""
    return sum(values) ** 2 / (len(values) * sum(value * value for value in values))

"""What is counted while a simulation runs, in a room that does not grow with the jobs."""

from collections import Counter
from dataclasses import dataclass, field
from math import log2

from scheduler.errors import Code
from scheduler.jobs.queue import CLASSES, Waiting
from scheduler.simulation.fairness import Fairness
from scheduler.simulation.machine import Arrival, Run
from scheduler.simulation.oracle import Oracle

PER_OCTAVE = 24  # bins of waits: 3 % apart
RESOLUTION_SECONDS = 0.1
STEPS = 240  # of the picture
LOOKS = 96  # at whether shares can be compared


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
    fairness: Fairness = field(default_factory=Fairness)


@dataclass(slots=True)
class Moment:
    """A step of the picture."""

    waits: list[Histogram] = field(default_factory=lambda: [Histogram() for _ in range(CLASSES)])
    waiting: int = 0  # jobs, at its end
    busy: int = 0  # slots


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
        self.looked_at = 0.0

    def arrived(self, job: Waiting, now: float) -> None:
        self._advance(now)
        self.waiting += 1
        numbers = self.classes[job.priority]
        numbers.jobs += 1
        numbers.fairness.arrived(job.user_id, now)
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
        numbers.fairness.started(job.user_id, job.cost)
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
        """Close what is over."""
        while self.step < STEPS - 1 and now >= (self.step + 1) * self.seconds / STEPS:
            self.moments[self.step].waiting, self.moments[self.step].busy = self.waiting, self.busy
            self.step += 1
        if now >= self.looked_at + self.seconds / LOOKS:
            self.looked_at = now
            for numbers in self.classes:
                numbers.fairness.look(now)

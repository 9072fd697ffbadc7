"""What the policy's benchmarks share: alike workers, streams of jobs, and what is written down."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from random import Random
from statistics import median
from uuid import UUID

from scheduler.errors import Code
from scheduler.jobs.kinds import Kind
from scheduler.jobs.queue import Server, Waiting
from scheduler.simulation.machine import Arrival, Run, Worker
from tests.benchmarks.figures import Spread

SIDE = 1024
SEEDS = range(1, 11)


def kind(model: str) -> Kind:
    return Kind(model, SIDE)


def fleet(warm: Sequence[str], models: Sequence[str], pace: float = 1.0, load_seconds: float = 10.0) -> list[Worker]:
    """Workers that hold one model each."""
    offers = dict.fromkeys(models, SIDE)
    return [
        Worker(
            Server(
                f"w{n}",
                f"w{n}",
                offers,
                warm=frozenset({model}),
                paces=dict.fromkeys(models, pace),
                load_seconds=load_seconds,
            ),
            loaded=[model],
        )
        for n, model in enumerate(warm)
    ]


def poisson(
    rate: float, users: Sequence[int], models: Sequence[str], weights: Sequence[float], limit: int, seed: int
) -> Iterator[Arrival]:
    """Endless; `rate` jobs a second."""
    random, now = Random(seed), 0.0
    while True:
        now += random.expovariate(rate)
        model = random.choices(models, weights)[0]
        yield Arrival(now, random.choice(users), 1, kind(model), 1.0, limit)


@dataclass
class Notes:
    """Waits and ends, kept one by one."""

    waits: list[tuple[float, int, float]] = field(default_factory=list)  # started, user, waited
    tokens: dict[int, float] = field(default_factory=dict)  # dispatched, by user
    ends: list[float] = field(default_factory=list)
    loads: int = 0
    waiting: dict[UUID, tuple[int, float]] = field(default_factory=dict)  # user, arrived

    def arrived(self, job: Waiting, now: float) -> None:
        self.waiting[job.id] = job.user_id, now

    def refused(self, arrival: Arrival, code: Code) -> None:
        pass

    def started(self, job: Waiting, arrived: float, run: Run) -> None:
        del self.waiting[job.id]
        self.waits.append((run.started, job.user_id, run.started - arrived))
        self.tokens[job.user_id] = self.tokens.get(job.user_id, 0.0) + job.cost
        self.loads += run.load_seconds > 0

    def ended(self, run: Run, now: float) -> None:
        self.ends += [now] * len(run.jobs)


def spread(values: Iterable[float]) -> dict[str, float]:
    return Spread.of(values).json()


def middle(seconds: Sequence[float]) -> float:
    """Milliseconds of virtual time: the median of the seeds."""
    return round(median(seconds) * 1000, 1)


def percentile(values: Sequence[float], part: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))]

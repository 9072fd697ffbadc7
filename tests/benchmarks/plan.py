"""How much of everything a run of the benchmarks does."""

import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from math import inf

PACKAGES = {
    "PgQueuer": ("pgqueuer",),
    "procrastinate": ("procrastinate", "psycopg_pool"),
    "saq": ("saq",),
    "taskiq": ("taskiq", "taskiq_redis"),
    "raw asyncpg": ("asyncpg",),
}


@dataclass(frozen=True, slots=True)
class Plan:
    """`seconds` is how long a rate is measured."""

    repeat: int = 5
    row_seconds: float = inf  # after which a row begins no further repetition
    seconds: float = 3.0
    users: int = 5_000
    history: int = 100_000  # jobs of the past
    callers: int = 32
    lives: int = 200  # in flight
    deep: int = 100_000
    most_waiting: int = 1_000_000
    picks: int = 300  # jobs picked up one after the other
    rebuilds: int = 5
    deciders: int = 5  # crowds of which each decision is timed
    seeds: int = 10  # of a simulated row
    without_peers: bool = False

    def repetitions(self) -> Iterator[int]:
        """As many as are wanted, or as there is time for, and at least one."""
        until = time.monotonic() + self.row_seconds
        for done in range(self.repeat):
            if done and time.monotonic() > until:
                print(f"after {done} of {self.repeat} repetitions there was no time for more", file=sys.stderr)
                return
            yield done

    def peers(self, names: Sequence[str]) -> Iterator[str]:
        """Those of the peers that are installed."""
        for name in names:
            if not self.without_peers and all(find_spec(package) for package in PACKAGES[name]):
                yield name


FULL = Plan()
QUICK = Plan(repeat=3, row_seconds=50, seconds=1.5, picks=100, rebuilds=1, deciders=1, seeds=3)
TINY = Plan(
    repeat=1,
    seconds=0.2,
    users=100,
    history=100,
    callers=4,
    lives=8,
    deep=100,
    most_waiting=200,
    picks=5,
    rebuilds=1,
    deciders=1,
    seeds=1,
    without_peers=True,
)

"""Three models by Zipf's law on four workers that hold one each; loading one takes as long as ten jobs."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from random import Random
from typing import Any

from scheduler.jobs.policy.lines import Aisle
from scheduler.jobs.policy.warmth import Warmth
from scheduler.jobs.queue import MOST_TOGETHER, LookAhead, Queue, Server, Taken
from scheduler.simulation.machine import Arrival, Machine, Rule, Run, Worker
from tests.benchmarks.policy.rules import Fifo, Swarm
from tests.benchmarks.policy.stage import SEEDS, SIDE, Notes, fleet, kind, middle, percentile, poisson, spread

MODELS, WEIGHTS, WARM = "ABC", (6, 3, 2), "AABC"
JOB, LOAD = 3.0, 30.0  # seconds
BOUND = 3 * LOAD  # W
JITTER = 0.2
HORIZON, WARM_UP = 20_000.0, 2_000.0
USERS = 300
NEVER = 1e12  # seconds to ageing: who waits for a higher class is not passed over for a warm model


class Judged(Warmth):
    """Notes which models a decision found passed over, and since when."""

    def __init__(self, bound_seconds: float) -> None:
        super().__init__(bound_seconds)
        self.judged: dict[str, float] = {}

    def late_at(self, server: Server, aisle: Aisle, now: float) -> float:
        late_at = super().late_at(server, aisle, now)
        self.judged[aisle.model] = self.passed[aisle.model]
        return late_at


class Watched(Queue):
    """Notes for how long a model was passed over until it was loaded, or no longer behind."""

    def __init__(self) -> None:
        super().__init__(aging_seconds=NEVER, warm_bound_seconds=BOUND)
        self.warmth: Judged = Judged(BOUND)
        self.behind: dict[str, float] = {}
        self.longest = 0.0

    def take(self, server_id: str, now: float, ahead: LookAhead | None = None, most: int = MOST_TOGETHER) -> Taken:
        self.warmth.judged.clear()
        for model in [model for model in self.behind if model not in self.warmth.passed]:
            del self.behind[model]
        taken = super().take(server_id, now, ahead, most)
        for model, passed in self.warmth.judged.items():
            since = self.behind.setdefault(model, max(now, passed))  # not while it is being loaded
            self.longest = max(self.longest, now - since)
            if taken.jobs and taken.jobs[0].kind.model == model:
                del self.behind[model]
        return taken


def swaps(seeds: Sequence[int] = SEEDS) -> dict[str, Any]:
    """Jobs a job length, saturated; waits at seventy per cent of it; how long a model is passed over."""
    rows = []
    for seed in seeds:
        best, _ = saturated(seed, Watched(), only_their_own())
        queue = Watched()
        ours, _ = saturated(seed, queue, crew())
        fifo, swarm = saturated(seed, Fifo(), crew())[0], saturated(seed, Swarm(), crew())[0]
        waited, passed_open = at_seventy_percent(seed, best)
        p50, p99 = (percentile(waited, part) for part in (0.5, 0.99))
        rows.append((ours, best, fifo, swarm, p99, max(queue.longest, passed_open), p50))
    return {
        "name": "swaps",
        "title": "3 models by Zipf on 4 workers that hold one each; jobs a job length, saturated",
        "demanded": "0.95 of the best fixed assignment; at 70 % load p99 at most W; loaded within 2 W and one job",
        "ratio": spread(row[0] / row[1] for row in rows),
        "ratio_is": "jobs by those of the best fixed assignment, saturated; p50 and p99 are the waits at 70 % load",
        "p50_ms": middle([row[6] for row in rows]),
        "p99_ms": middle([row[4] for row in rows]),
        "jobs_per_length": [round(row[0], 2) for row in rows],
        "best_fixed": [round(row[1], 2) for row in rows],
        "fifo": [round(row[2], 2) for row in rows],
        "swarmui_s_rule": [round(row[3], 2) for row in rows],
        "p99_seconds_at_70": [round(row[4], 1) for row in rows],
        "bound_seconds": BOUND,
        "longest_passed_seconds": [round(row[5], 1) for row in rows],
        "passed_bound_seconds": 2 * BOUND + JOB * (1 + JITTER),
    }


def saturated(seed: int, rule: Rule, workers: list[Worker]) -> tuple[float, int]:
    """Every user always has one job waiting or running: jobs a job length, loads."""
    random, notes = Random(seed), Notes()

    def another(run: Run, now: float) -> Iterable[Arrival]:
        return [one(random, now, job.user_id) for job in run.jobs]

    machine = Machine(rule, workers, notes, JITTER, seed, another)
    machine.run((one(random, user * 0.01, user) for user in range(USERS)), HORIZON)
    done = sum(ended > WARM_UP for ended in notes.ends)
    return done * JOB / (HORIZON - WARM_UP), notes.loads


def at_seventy_percent(seed: int, best: float) -> tuple[list[float], float]:
    """The waits, and the longest pass-over."""
    queue, notes = Watched(), Notes()
    machine = Machine(queue, crew(), notes, JITTER, seed)
    machine.run(poisson(0.7 * best / JOB, range(USERS), MODELS, WEIGHTS, 2**31, seed), HORIZON)
    return [waited for started, _, waited in notes.waits if started > WARM_UP], queue.longest


def one(random: Random, at: float, user: int) -> Arrival:
    return Arrival(at, user, 1, kind(random.choices(MODELS, WEIGHTS)[0]), 1.0)


def crew() -> list[Worker]:
    return fleet(WARM, MODELS, JOB, LOAD)


def only_their_own() -> list[Worker]:
    """The best fixed assignment: nobody ever loads another model."""

    def bound_to(server: Server) -> Server:
        return replace(server, models=dict.fromkeys(server.warm, SIDE))

    return [replace(worker, server=bound_to(worker.server)) for worker in crew()]

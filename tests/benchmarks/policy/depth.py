"""A decision, and the memory, at a million waiting jobs of a hundred thousand users and twenty kinds."""

import resource
from random import Random
from time import perf_counter
from typing import Any
from uuid import UUID

from scheduler import collector
from scheduler.jobs.kinds import Kind
from scheduler.jobs.queue import Queue, Server, Waiting
from tests.benchmarks.policy.stage import percentile

USERS, KINDS, WORKERS = 100_000, 20, 8
DECISIONS = 20_000


def depth(jobs: int = 1_000_000, seed: int = 1) -> list[dict[str, Any]]:
    """The rows `depth` (microseconds) and `memory` (bytes), of the policy alone."""
    random, before = Random(seed), resident_bytes()
    queue = Queue()
    models = [f"model-{n % 10}" for n in range(KINDS)]
    kinds = [Kind(model, 512 if n < 10 else 1024) for n, model in enumerate(models)]
    for n in range(WORKERS):
        warm = frozenset({models[n % 10]})
        queue.meet(Server(f"w{n}", f"w{n}", dict.fromkeys(models, 1024), warm=warm, paces=dict.fromkeys(models, 1.0)))
    began = perf_counter()
    with collector.filling():  # as a new leader does
        for seq in range(1, jobs + 1):
            user = random.randrange(USERS)
            queue.add(Waiting(UUID(int=seq), seq, user, user % 4, random.choice(kinds), 1.0 + seq % 5), 3, seq / jobs)
    built = perf_counter() - began
    memory = resident_bytes() - before
    takes, asks = decide(queue, random)
    return [
        {
            "name": "depth",
            "waiting": jobs,
            "decision_us": {part: round(percentile(takes, float(part)) * 1e6, 1) for part in ("0.5", "0.99")},
            "mean_us": round(sum(takes) / len(takes) * 1e6, 1),
            "position_us": round(sum(asks) / len(asks) * 1e6, 1),
            "build_seconds": round(built, 1),
        },
        {"name": "memory", "waiting": jobs, "policy_bytes": memory},
    ]


def decide(queue: Queue, random: Random) -> tuple[list[float], list[float]]:
    """Seconds of each decision, the end of a job and its successor included, and of each question for a place."""
    takes, asks, now = [], [], 2.0
    for n in range(min(DECISIONS, len(queue.jobs) // 2)):
        now += 0.01
        began = perf_counter()
        taken = queue.take(f"w{n % WORKERS}", now)
        for job in taken.jobs:
            queue.finish(job.user_id, now)
        takes.append(perf_counter() - began)
        if n % 100 == 0:
            job = next(iter(queue.jobs.values()))
            began = perf_counter()
            queue.ahead(job)
            asks.append(perf_counter() - began)
    return takes, asks


def resident_bytes() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024

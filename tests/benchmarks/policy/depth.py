"""A decision, and the memory, at a million waiting jobs of a hundred thousand users and twenty kinds."""

import resource
from dataclasses import replace
from random import Random
from time import perf_counter
from typing import Any
from uuid import UUID

from scheduler import collector
from scheduler.jobs.kinds import Kind
from scheduler.jobs.queue import Queue, Server, Waiting
from tests.benchmarks.policy.stage import percentile

USERS, KINDS, WORKERS = 100_000, 20, 8
DECISIONS = 5_000  # in each state
LOAD_SECONDS = 5.0
STATES = {  # from when on, seconds to load a model
    "fresh": (2.0, 0.0),
    "fresh, loads cost": (60.0, LOAD_SECONDS),
    "lines rise": (302.0, 0.0),  # some at each decision, all of them before the last one
    "lines rise, loads cost": (702.0, LOAD_SECONDS),
    "aged": (1302.0, LOAD_SECONDS),
}


def depth(jobs: int = 1_000_000, seed: int = 1) -> list[dict[str, Any]]:
    """The rows `depth` (microseconds) and `memory` (bytes), of the policy alone. `decision_us` is of the state in which
    a decision costs most: a crowd that large waits for so long that all of it has aged."""
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
    asks: list[float] = []
    states: dict[str, dict[str, float]] = {}
    for name, (start, load_seconds) in STATES.items():
        if name == "aged":
            rise_all(queue, start)
        states[name] = summary(decide(queue, start, load_seconds, asks))
    worst = max(states.values(), key=lambda one: one["0.5"])
    return [
        {
            "name": "depth",
            "waiting": jobs,
            "decision_us": {part: worst[part] for part in ("0.5", "0.99")},
            "states_us": states,
            "position_us": round(sum(asks) / len(asks) * 1e6, 1),
            "build_seconds": round(built, 1),
        },
        {"name": "memory", "waiting": jobs, "policy_bytes": memory, "aged_bytes": resident_bytes() - before},
    ]


def summary(seconds: list[float]) -> dict[str, float]:
    told = {part: percentile(seconds, float(part)) for part in ("0.5", "0.99")} | {"mean": sum(seconds) / len(seconds)}
    return {name: round(value * 1e6, 1) for name, value in told.items()}


def rise_all(queue: Queue, now: float) -> None:
    """As decisions do for hours: a worker that can run nothing asks."""
    queue.meet(Server("nothing", "nothing", {}))
    for _ in range(len(queue.jobs)):
        queue.take("nothing", now)
    queue.lose("nothing")


def decide(queue: Queue, start: float, load_seconds: float, asks: list[float]) -> list[float]:
    """Seconds of each decision, the end of a job and its successor included, and of each question for a place."""
    takes, now = [], start
    for server in [*queue.servers.values()]:
        queue.meet(replace(server, load_seconds=load_seconds))
    for n in range(min(DECISIONS, len(queue.jobs) // 2)):
        now += 0.01
        server = queue.servers[f"w{n % WORKERS}"]
        began = perf_counter()
        taken = queue.take(server.id, now)
        for job in taken.jobs:
            queue.finish(job.user_id, now)
        takes.append(perf_counter() - began)
        if taken.jobs and taken.jobs[0].kind.model not in server.warm:
            queue.meet(replace(server, warm=frozenset({taken.jobs[0].kind.model})))
        if n % 100 == 0:
            job = next(iter(queue.jobs.values()))
            began = perf_counter()
            queue.ahead(job)
            asks.append(perf_counter() - began)
    return takes


def resident_bytes() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024

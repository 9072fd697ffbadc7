"""One user sends ten thousand equal jobs; what does that cost the ninety-nine others of the class?"""

import heapq
from collections.abc import Callable, Sequence
from typing import Any

from scheduler.jobs.queue import Queue
from scheduler.simulation.fairness import jain
from scheduler.simulation.machine import UNLIMITED, Arrival, Machine, Rule
from tests.benchmarks.policy.rules import Fifo
from tests.benchmarks.policy.stage import SEEDS, Notes, fleet, kind, middle, percentile, poisson, spread

WORKERS, OTHERS, LOAD = 8, range(1, 100), 0.8
FLOOD = 10_000  # jobs of one length; times here are in job lengths
START = 50.0
HORIZON = START + FLOOD / (WORKERS * (1 - LOAD)) * 0.9  # the flood lasts to the end
LOAD_TIME = 10.0  # to load a model, where there are several
PLAN_LIMIT = 3  # jobs at a time: the larger of the plans that people buy


def flood(seeds: Sequence[int] = SEEDS) -> dict[str, Any]:
    """One warm model, and a flooder whom no limit holds: the others' p99 wait above that of the unloaded class, and
    Jain's index when all hundred always have work waiting. Beside it what a FIFO makes of the same jobs."""
    row = against_unloaded(seeds, lambda rule, seed, jobs: waits(rule, seed, jobs, "A", "A" * WORKERS, UNLIMITED))
    return {
        "name": "flood",
        "title": "a user with 10,000 jobs, 99 of the class who send one now and then; in job lengths of a second",
        "demanded": "the 99's p99 wait at most 2 above the unloaded class, Jain at least 0.99",
        **row,
        "jain": [round(shares(Queue(), seed), 4) for seed in seeds],
        "fifo_jain": [round(shares(Fifo(), seed), 4) for seed in seeds],
    }


def flood_three_models(seeds: Sequence[int] = SEEDS) -> dict[str, Any]:
    """Three models, and a flooder with a plan's limit who wants them all."""
    row = against_unloaded(seeds, lambda rule, seed, jobs: waits(rule, seed, jobs, "ABC", "AAAABBCC", PLAN_LIMIT))
    return {
        "name": "flood_three_models",
        "title": "the same over three models",
        "demanded": "the 99's p99 wait at most 5 above",
        **row,
    }


def against_unloaded(seeds: Sequence[int], run: Callable[[Rule, int, int], list[float]]) -> dict[str, Any]:
    """The p99 waits in a flood above those without it; those of a FIFO above the same, for it would be slow unloaded,
    too, where models are swapped."""
    waited = [run(Queue(), seed, FLOOD) for seed in seeds]
    unloaded = [percentile(run(Queue(), seed, 0), 0.99) for seed in seeds]
    flooded = [percentile(one, 0.99) for one in waited]
    fifo = [percentile(run(Fifo(), seed, FLOOD), 0.99) for seed in seeds]
    return {
        "ratio": spread(theirs / ours for theirs, ours in zip(fifo, flooded, strict=True)),
        "ratio_is": "a FIFO's p99 wait in the flood by the policy's",
        "p50_ms": middle([percentile(one, 0.5) for one in waited]),
        "p99_ms": middle(flooded),
        "p99_unloaded": [round(value, 2) for value in unloaded],
        "p99_flooded": [round(value, 2) for value in flooded],
        "p99_above": spread(more - less for less, more in zip(unloaded, flooded, strict=True)),
        "fifo_p99_above": spread(more - less for less, more in zip(unloaded, fifo, strict=True)),
    }


def waits(
    rule: Rule, seed: int, jobs: int, models: str, warm: str, limit: int, weights: Sequence[float] = (6, 3, 2)
) -> list[float]:
    """The others' waits once the flood has come, those that have not ended at the end as long as they are; models are
    wanted by Zipf's law."""
    notes = Notes()
    others = poisson(LOAD * WORKERS, OTHERS, models, weights[: len(models)], UNLIMITED, seed)
    flooder = (Arrival(START, 0, 1, kind(models[n % len(models)]), 1.0, limit) for n in range(jobs))
    machine = Machine(rule, fleet(warm, models, 1.0, LOAD_TIME), notes)
    machine.run(heapq.merge(others, flooder, key=lambda arrival: arrival.at), HORIZON)
    over = [waited for started, user, waited in notes.waits if user and started - waited > START]
    return over + [HORIZON - since for user, since in notes.waiting.values() if user and since > START]


def shares(rule: Rule, seed: int, each: int = 20) -> float:
    """Jain's index of the tokens of a hundred users, one of them a flooder, after `each` jobs on average."""
    notes, users = Notes(), [0, *OTHERS]
    arrivals = [Arrival(0.0, user, 1, kind("A"), 1.0) for user in users for _ in range(2 * each)]
    arrivals += [Arrival(0.0, 0, 1, kind("A"), 1.0) for _ in range(FLOOD)]
    arrivals = sorted(arrivals, key=lambda one: (one.user * 7919 + seed * 104729) % 101)
    Machine(rule, fleet("A" * WORKERS, "A", 1.0), notes, 0.2, seed).run(iter(arrivals), each * len(users) / WORKERS)
    return jain([notes.tokens.get(user, 0.0) for user in users])

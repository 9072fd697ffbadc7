"""Of the waits that people are told, how many hold?"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from scheduler.simulation.model import Breed, Demand, Setting
from scheduler.simulation.run import simulate
from tests.benchmarks.policy.stage import SEEDS, middle, spread

SETTINGS = {
    "one model": Setting(Demand(users=1000, jobs=40_000, models=1), (Breed(5, "gpu"),)),
    "five models": Setting(Demand(users=1000, jobs=40_000, models=5), (Breed(6, "gpu"),)),
    "two kinds of workers, a flood": Setting(
        Demand(users=1000, jobs=30_000, models=3, flooders=5), (Breed(4, "fast", 2.0), Breed(4, "slow", 0.5))
    ),
}


def expected_wait(seeds: Sequence[int] = SEEDS) -> dict[str, Any]:
    """The parts of jobs, of those that had to wait, that started within their p50 and their p90. Who was told to start
    at once and did so is not counted: it would make the figures better."""
    told, oracles_of_all, waits = {}, [], []
    for name, setting in SETTINGS.items():
        runs = [simulate(replace(setting, seed=seed)).measures for seed in seeds]
        oracles = [run.oracle for run in runs]
        oracles_of_all += oracles
        waits += [run.classes[0].waits for run in runs]
        told[name] = {
            "asked": sum(one.asked for one in oracles),
            "p50_held": [round(one.held_p50 / one.asked, 3) for one in oracles],
            "p90_held": [round(one.held_p90 / one.asked, 3) for one in oracles],
        }
    return {
        "name": "expected_wait",
        "title": "waits that people were told, in the simulator; only jobs that had to wait are counted",
        "demanded": "p50 holds for 0.45-0.55 of them, p90 for 0.85-0.95",
        "ratio": spread(one.held_p50 / one.asked / 0.5 for one in oracles_of_all),
        "ratio_is": "part of the jobs that started within the p50 they were told, by half; waits: the Free plan's",
        "p50_ms": middle([one.percentile(0.5) for one in waits]),
        "p99_ms": middle([one.percentile(0.99) for one in waits]),
        "settings": told,
    }

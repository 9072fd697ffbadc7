"""Of the waits that people are told, how many hold?"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from scheduler.simulation.model import Breed, Demand, Setting
from scheduler.simulation.run import simulate

SETTINGS = {
    "one model": Setting(Demand(users=1000, jobs=40_000, models=1), (Breed(5, "gpu"),)),
    "five models": Setting(Demand(users=1000, jobs=40_000, models=5), (Breed(6, "gpu"),)),
    "two kinds of workers, a flood": Setting(
        Demand(users=1000, jobs=30_000, models=3, flooders=5), (Breed(4, "fast", 2.0), Breed(4, "slow", 0.5))
    ),
}


def expected_wait(seeds: Sequence[int] = (1, 2, 3)) -> dict[str, Any]:
    """The parts of jobs, of those that had to wait, that started within their p50 and their p90. Who was told to start
    at once and did so is not counted: it would make the figures better."""
    told = {}
    for name, setting in SETTINGS.items():
        oracles = [simulate(replace(setting, seed=seed)).measures.oracle for seed in seeds]
        told[name] = {
            "asked": sum(one.asked for one in oracles),
            "p50_held": [round(one.held_p50 / one.asked, 3) for one in oracles],
            "p90_held": [round(one.held_p90 / one.asked, 3) for one in oracles],
        }
    return {
        "name": "expected_wait",
        "title": "waits that people were told, in the simulator; only jobs that had to wait are counted",
        "demanded": "p50 holds for 0.45-0.55 of them, p90 for 0.85-0.95",
        "settings": told,
    }

"""What a simulation is made of: the plans, who asks for what, and who serves."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from scheduler.plans.model import Plan

SIDE = 1024  # pixels of every picture
TOKENS = (1.0, 2.0, 4.0)  # of a job: one picture, two, four
TOKEN_SHARES = (0.6, 0.3, 0.1)
MEAN_TOKENS = sum(tokens * share for tokens, share in zip(TOKENS, TOKEN_SHARES, strict=True))


def seeded(
    plan_id: int, tier: str, priority: int, requests_per_minute: int, max_concurrent_jobs: int, max_waiting_jobs: int
) -> Plan:
    """A plan as Tessera comes with it, as far as it matters here: models are made up, and tokens are not counted."""
    return Plan(
        id=plan_id,
        name=tier.title(),
        tier=tier,
        daily_token_limit=0,
        requests_per_minute=requests_per_minute,
        max_concurrent_jobs=max_concurrent_jobs,
        max_waiting_jobs=max_waiting_jobs,
        priority=priority,
        max_resolution=0,
        allowed_models=frozenset("*"),
        price_cents=0,
    )


SEEDED = (
    seeded(1, "free", 0, 5, 1, 5),
    seeded(2, "starter", 1, 15, 2, 20),
    seeded(3, "pro", 2, 30, 3, 50),
    seeded(4, "admin", 3, 600, 16, 1000),
)


def classes_of(plans: Sequence[Plan]) -> Mapping[int, str]:
    """What the class of each priority is called: the plans that have it."""
    priorities = sorted({plan.priority for plan in plans})
    return {at: " + ".join(plan.tier for plan in plans if plan.priority == at) for at in priorities}


@dataclass(frozen=True, slots=True)
class Demand:
    """Who asks for what. Users and models are drawn by Zipf's law: the n-th is asked for 1/n^exponent as often."""

    users: int = 1000
    jobs: int = 20_000
    hours: float = 24.0
    models: int = 5
    shares: tuple[float, ...] = (0.8, 0.14, 0.055, 0.005)  # of users, by plan
    user_exponent: float = 0.8
    model_exponent: float = 1.0
    day_curve: float = 0.6  # 0: the same at all hours; 1: nobody at night, twice the mean at the peak
    bursts: int = 3  # short crowds: five times the usual for ten minutes
    flooders: int = 0  # users of the first plan that send as much as they are let


@dataclass(frozen=True, slots=True)
class Breed:
    """Alike workers."""

    count: int
    name: str
    speed: float = 1.0
    holds: int = 1  # models in memory at once
    models: int = 1000  # it can run so many of the most popular models


@dataclass(frozen=True, slots=True)
class Setting:
    """All that a run depends on."""

    demand: Demand
    breeds: tuple[Breed, ...]
    job_seconds: float = 6.0  # a mean job, on a worker of speed 1
    load_seconds: float = 20.0
    jitter: float = 0.2
    seed: int = 1
    plans: tuple[Plan, ...] = SEEDED

    @property
    def gpus(self) -> int:
        return sum(breed.count for breed in self.breeds)

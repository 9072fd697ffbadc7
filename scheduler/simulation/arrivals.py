"""Jobs as a demand makes them up; lazily, so that ten million need no room."""

from collections.abc import Iterator, Sequence
from math import cos, pi

import numpy as np
from numpy.typing import NDArray

from scheduler.jobs.kinds import Kind
from scheduler.plans.model import Plan
from scheduler.simulation.machine import Arrival
from scheduler.simulation.model import SEEDED, SIDE, TOKEN_SHARES, TOKENS, Demand

STEP_SECONDS = 60.0  # the rate is constant within
BURST_SECONDS = 600.0
BURST_FACTOR = 5.0
QUIETEST_HOUR = 4.0


def model_name(rank: int) -> str:
    return f"model-{rank + 1}"


def made_up(demand: Demand, seed: int, plans: Sequence[Plan] = SEEDED) -> Iterator[Arrival]:
    """A Poisson stream whose rate follows the day curve and the bursts."""
    random = np.random.default_rng(seed)
    kinds = [Kind(model_name(rank), SIDE) for rank in range(demand.models)]
    ranks = random.choice(len(plans), demand.users, p=np.array(demand.shares) / sum(demand.shares))
    ranks[: demand.flooders] = 0
    users = zipf(demand.users, demand.user_exponent)
    models = zipf(demand.models, demand.model_exponent)
    tokens = np.cumsum(TOKEN_SHARES)
    rates = rates_of(demand, random)
    for step, rate in enumerate(rates.tolist()):
        count = int(random.poisson(rate))
        at = np.sort(random.random(count)) * STEP_SECONDS + step * STEP_SECONDS
        drawn = zip(
            at.tolist(),
            users.searchsorted(random.random(count)).tolist(),
            models.searchsorted(random.random(count)).tolist(),
            tokens.searchsorted(random.random(count)).tolist(),
            strict=True,
        )
        floods = ((step * STEP_SECONDS, user) for user in range(demand.flooders) for _ in range(plans[0].max_open_jobs))
        for when, user in floods:
            yield Arrival.under(plans[0], when, user, kinds[user % len(kinds)], TOKENS[0])
        for when, user, model, size in drawn:
            yield Arrival.under(plans[ranks[user]], when, user, kinds[model], TOKENS[min(size, len(TOKENS) - 1)])


def zipf(count: int, exponent: float) -> NDArray[np.float64]:
    """Cumulative shares of ranks 1..count."""
    weights = np.arange(1, count + 1, dtype=np.float64) ** -exponent
    shares: NDArray[np.float64] = np.cumsum(weights / weights.sum())
    shares[-1] = 1.0
    return shares


def rates_of(demand: Demand, random: np.random.Generator) -> NDArray[np.float64]:
    """Jobs expected in each step; in all, the demand's."""
    steps = max(1, round(demand.hours * 3600 / STEP_SECONDS))
    hours = np.arange(steps) * STEP_SECONDS / 3600
    weights = np.array([1 - demand.day_curve * cos(2 * pi * (hour - QUIETEST_HOUR) / 24) for hour in hours.tolist()])
    length = int(BURST_SECONDS / STEP_SECONDS)
    for first in random.integers(0, steps, demand.bursts).tolist():
        weights[first : first + length] *= BURST_FACTOR
    rates: NDArray[np.float64] = weights / weights.sum() * demand.jobs
    return rates

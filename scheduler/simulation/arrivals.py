"""Jobs as they come: made up by a demand, or read from a recorded trace; lazily, so that ten million need no room."""

import csv
from collections.abc import Iterator, Sequence
from math import cos, isfinite, pi
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from scheduler.errors import TesseraError
from scheduler.jobs.kinds import Kind
from scheduler.plans.model import Plan
from scheduler.simulation.machine import Arrival
from scheduler.simulation.model import SEEDED, TOKEN_SHARES, TOKENS, Demand

STEP_SECONDS = 60.0  # the rate is constant within
BURST_SECONDS = 600.0
BURST_FACTOR = 5.0
QUIETEST_HOUR = 4.0
SIDE = 1024
LEAST_TOKENS = 0.01  # a job that costs nothing takes hardly any time
COLUMNS = ("seconds", "user", "plan", "model", "tokens")


class TraceError(TesseraError):
    """A recorded trace that cannot be read."""


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
            yield arrival(when, user, plans[0], kinds[user % len(kinds)], TOKENS[0])
        for when, user, model, size in drawn:
            yield arrival(when, user, plans[ranks[user]], kinds[model], TOKENS[min(size, len(TOKENS) - 1)])


def arrival(at: float, user: int, plan: Plan, kind: Kind, tokens: float) -> Arrival:
    return Arrival(at, user, plan.priority, kind, tokens, plan.max_concurrent_jobs, plan)


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


def recorded(path: Path, plans: Sequence[Plan] = SEEDED) -> Iterator[Arrival]:
    """From a CSV file, ordered by time: seconds, user, plan, model, tokens. The first job comes at zero."""
    users: dict[str, int] = {}
    kinds: dict[str, Kind] = {}
    start = before = None
    for line, row in rows_of(path):
        try:
            at, tokens = number(row["seconds"]), number(row["tokens"])
            if before is not None and at < before:
                raise ValueError("earlier than the line before it")
            plan = plan_of(row["plan"], plans)
        except ValueError as error:
            raise TraceError(f"{path}, line {line}: {error}") from None
        start, before = at if start is None else start, at
        user = users.setdefault(row["user"], len(users))
        kind = kinds.setdefault(row["model"], Kind(row["model"], SIDE))
        yield arrival(at - start, user, plan, kind, max(tokens, LEAST_TOKENS))
    if start is None:
        raise TraceError(f"{path} has no jobs")


def rows_of(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """Each row with the number of its line; every column has its word."""
    with path.open(newline="", encoding="utf-8-sig") as file:
        reader = csv.DictReader(file, restkey="")
        try:
            if missing := set(COLUMNS) - set(reader.fieldnames or ()):
                raise TraceError(f"{path} lacks the column {min(missing)}; its first line must name {COLUMNS}")
            for row in reader:
                if None in row.values() or "" in row:
                    raise TraceError(f"{path}, line {reader.line_num}: not as many fields as columns")
                yield reader.line_num, row
        except (UnicodeDecodeError, csv.Error) as error:
            raise TraceError(f"{path} is not CSV in UTF-8: {error}") from None


def number(word: str) -> float:
    """Seconds or tokens."""
    value = float(word)
    if not isfinite(value) or value < 0:
        raise ValueError(f"{word} is not a number of zero or more")
    return value


def plan_of(tier: str, plans: Sequence[Plan]) -> Plan:
    for plan in plans:
        if plan.tier == tier:
            return plan
    raise ValueError(f"there is no plan {tier!r}, only {', '.join(plan.tier for plan in plans)}")


def models_of(path: Path, plans: Sequence[Plan] = SEEDED) -> list[str]:
    """The models of a recorded trace, the most wanted first."""
    counts: dict[str, int] = {}
    for one in recorded(path, plans):
        counts[one.kind.model] = counts.get(one.kind.model, 0) + 1
    return sorted(counts, key=lambda model: (-counts[model], model))


def length_of(path: Path, plans: Sequence[Plan] = SEEDED) -> float:
    """Seconds from the first job of a recorded trace to the last."""
    length = 0.0
    for one in recorded(path, plans):
        length = one.at
    return length

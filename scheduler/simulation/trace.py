"""Recorded traces: jobs as they came, in a CSV file without a word about who sent them or what they asked for."""

import csv
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from math import isfinite
from pathlib import Path

from scheduler.errors import TesseraError
from scheduler.files import whole
from scheduler.jobs.kinds import Kind
from scheduler.plans.model import Plan
from scheduler.simulation.machine import Arrival
from scheduler.simulation.model import SIDE
from scheduler.simulation.queries import Came

COLUMNS = ("seconds", "user", "plan", "model", "tokens")
LEAST_TOKENS = 0.01  # a job that costs nothing takes hardly any time


class TraceError(TesseraError):
    """A recorded trace that cannot be read or written."""


@dataclass(frozen=True, slots=True)
class Trace:
    """A file that was read once, and is read again for each replay."""

    path: Path
    plans: tuple[Plan, ...]
    jobs: int
    people: int
    seconds: float  # from the first job to the last
    mean_tokens: float  # of a job
    models: Sequence[str]  # the most wanted first

    @classmethod
    def of(cls, path: Path, plans: tuple[Plan, ...]) -> "Trace":
        """Raises TraceError, as the replay would."""
        models, users, tokens, last = Counter[str](), set(), 0.0, 0.0
        for one in recorded(path, plans):
            models[one.kind.model] += 1
            users.add(one.user)
            tokens += one.tokens
            last = one.at
        jobs = models.total()
        if not jobs:
            raise TraceError(f"{path} has no jobs.")
        by_wish = sorted(models, key=lambda model: (-models[model], model))
        return cls(path, plans, jobs, len(users), last, tokens / jobs, by_wish)

    def arrivals(self) -> Iterator[Arrival]:
        return recorded(self.path, self.plans)


def recorded(path: Path, plans: Sequence[Plan]) -> Iterator[Arrival]:
    """Ordered by time; the first job comes at zero."""
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
        yield Arrival.under(plan, at - start, user, kind, max(tokens, LEAST_TOKENS))


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


async def record(came: AsyncIterator[Came], path: Path) -> int:
    """Write what came; how many jobs that were. Time begins with the first, users are numbered as they come."""
    users: dict[int, int] = {}
    start, jobs = None, 0
    try:
        with whole(path) as part, part.open("w", newline="", encoding="utf-8") as file:
            rows = csv.writer(file, lineterminator="\n")
            rows.writerow(COLUMNS)
            async for one in came:
                start = one.at if start is None else start
                user = users.setdefault(one.user_id, len(users) + 1)
                rows.writerow((f"{one.at - start:.3f}", user, one.tier, one.model, f"{one.tokens:g}"))
                jobs += 1
    except OSError as error:
        raise TraceError(f"{path} cannot be written: {error.strerror}.") from None
    return jobs

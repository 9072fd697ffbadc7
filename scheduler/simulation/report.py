"""A result in numbers: for programs, and as tables for people."""

from typing import Any

from rich.console import Group
from rich.table import Table
from rich.text import Text

from scheduler.simulation.fairness import ENOUGH
from scheduler.simulation.measures import ClassNumbers
from scheduler.simulation.model import classes_of
from scheduler.simulation.run import Result

PARTS = {"p50": 0.5, "p95": 0.95, "p99": 0.99}
FAIR = (
    "fair: Jain's index over the users of a plan who always had jobs waiting, in times that were long enough for"
    f" {ENOUGH} jobs of each: 1 when all got the same."
)


def numbers(result: Result) -> dict[str, Any]:
    """One JSON object; seconds, and fractions of one."""
    measures, setting = result.measures, result.setting
    capacity = max(result.seconds, 1e-9) * setting.gpus
    oracle = measures.oracle
    return {
        "seed": setting.seed,
        "gpus": setting.gpus,
        "virtual_seconds": round(result.seconds, 1),
        "jobs": sum(one.jobs for one in measures.classes),
        "left_waiting": result.left,
        "classes": {name: of_class(measures.classes[at]) for at, name in classes_of(setting.plans).items()},
        "loads": measures.loads,
        "utilisation": round(measures.run_seconds / capacity, 4),
        "loading": round(measures.load_seconds / capacity, 4),
        "jobs_per_hour": round(3600 * measures.ended_jobs / max(result.seconds, 1e-9), 1),
        "expected_wait": {
            "asked": oracle.asked,
            "p50_held": round(oracle.held_p50 / oracle.asked, 4) if oracle.asked else None,
            "p90_held": round(oracle.held_p90 / oracle.asked, 4) if oracle.asked else None,
        },
    }


def of_class(one: ClassNumbers) -> dict[str, Any]:
    waits = {name: round(one.waits.percentile(part), 2) for name, part in PARTS.items()}
    return {
        "jobs": one.jobs,
        "refused": one.refused.total(),
        "refused_because": {code.value: count for code, count in one.refused.items()},
        "tokens": round(one.tokens, 2),
        "wait_seconds": {**waits, "longest": round(one.waits.largest, 2)},
        "jain": None if one.fairness.index is None else round(one.fairness.index, 4),
    }


def tables(result: Result) -> Group:
    found = numbers(result)
    waits = Table(title=f"{found['jobs']:,} jobs on {found['gpus']} GPUs: how long they waited", title_justify="left")
    for name in ("plan", "jobs", "refused", "50 %", "95 %", "99 %", "longest", "fair"):
        waits.add_column(name, justify="left" if name == "plan" else "right", no_wrap=True)
    for name, one in found["classes"].items():
        if one["jobs"] or one["refused"]:
            wait = one["wait_seconds"]
            spans = [span(wait[key]) for key in (*PARTS, "longest")]
            fair = "–" if one["jain"] is None else f"{one['jain']:.3f}"
            waits.add_row(name, f"{one['jobs']:,}", f"{one['refused']:,}", *spans, fair)
    told = found["expected_wait"]
    lines = [
        (
            f"GPUs run jobs {found['utilisation']:.0%} of the time and load models {found['loading']:.1%} of it:"
            f" {found['loads']:,} loads, {found['jobs_per_hour']:,.0f} jobs an hour."
        ),
        f"{found['left_waiting']:,} jobs were still waiting at the end.",
    ]
    if told["asked"]:
        lines.append(
            f"Of the waits people would be told, the even-odds one held for {told['p50_held']:.0%}"
            f" and the safe one (90 %) for {told['p90_held']:.0%}."
        )
    return Group(waits, *lines, Text(FAIR, style="dim"))


def span(seconds: float) -> str:
    """A wait as people say it."""
    if seconds < 60:
        return f"{seconds:.1f} s"
    return f"{seconds / 60:.1f} min" if seconds < 3600 else f"{seconds / 3600:.1f} h"

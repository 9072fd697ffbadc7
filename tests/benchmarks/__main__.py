"""The command: brings up servers, measures the rows in turn, prints the table."""

import argparse
import logging
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import structlog
import uvloop

from tests.benchmarks import plan as plans
from tests.benchmarks.figures import Row
from tests.benchmarks.policy.expected_wait import expected_wait
from tests.benchmarks.policy.flood import flood, flood_three_models
from tests.benchmarks.policy.swaps import swaps
from tests.benchmarks.report import show, show_facts, written
from tests.benchmarks.rows import depth, lives, memory, pickup, submit_direct, submit_http
from tests.benchmarks.servers import Servers, servers
from tests.benchmarks.town import build

ROWS = {
    "submit_direct": submit_direct.measure,
    "submit_http": submit_http.measure,
    "lives": lives.measure,
    "pickup": pickup.measure,
    "depth": depth.measure,
    "memory": memory.measure,
}


POLICY: dict[str, Callable[[Sequence[int]], dict[str, Any]]] = {
    "flood": flood,
    "flood_three_models": flood_three_models,
    "swaps": swaps,
    "expected_wait": expected_wait,
}


async def main(here: Servers, plan: plans.Plan, names: list[str]) -> list[Row]:
    """The rows that need servers."""
    await build(here, plan)
    rows = []
    for name in names:
        rows.append(await ROWS[name](here, plan))
        show(rows[-1])
    return rows


def simulated(names: Sequence[str], seeds: int) -> list[dict[str, Any]]:
    """The rows of the policy, in virtual time: nothing is measured by a clock, so all cores work on them at once."""
    rows = []
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
        runs = {name: pool.submit(POLICY[name], range(1, seeds + 1)) for name in reversed(names)}  # the longest first
        for name in names:
            rows.append(runs[name].result())
            show_facts(rows[-1])
    return rows


def run() -> None:
    parser = argparse.ArgumentParser(prog="tests.benchmarks")
    parser.add_argument(
        "--quick",
        action="store_true",
        help="at most three repetitions and seeds, not five and ten; a million jobs once: eight minutes",
    )
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    parser.add_argument("--only", nargs="*", default=[*ROWS, *POLICY], choices=[*ROWS, *POLICY], help="only these rows")
    options = parser.parse_args()
    logging.disable(logging.WARNING)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    plan = plans.QUICK if options.quick else plans.FULL
    with servers() as here:
        rows = uvloop.run(main(here, plan, [name for name in options.only if name in ROWS]))
    policy = simulated([name for name in options.only if name in POLICY], plan.seeds)
    if options.json:
        options.json.write_text(written(rows, policy))


if __name__ == "__main__":
    run()

"""The command: brings up servers, measures the rows in turn, prints the table."""

import argparse
import logging
from pathlib import Path

import structlog
import uvloop

from tests.benchmarks import plan as plans
from tests.benchmarks.figures import Row
from tests.benchmarks.report import show, written
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


async def main(here: Servers, plan: plans.Plan, names: list[str]) -> list[Row]:
    await build(here, plan)
    rows = []
    for name in names:
        rows.append(await ROWS[name](here, plan))
        show(rows[-1])
    return rows


def run() -> None:
    parser = argparse.ArgumentParser(prog="tests.benchmarks")
    parser.add_argument("--quick", action="store_true", help="ends within eight minutes")
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    parser.add_argument("--only", nargs="*", default=list(ROWS), choices=list(ROWS), help="only these rows")
    options = parser.parse_args()
    logging.disable(logging.WARNING)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    with servers() as here:
        rows = uvloop.run(main(here, plans.QUICK if options.quick else plans.FULL, options.only))
    if options.json:
        options.json.write_text(written(rows))


if __name__ == "__main__":
    run()

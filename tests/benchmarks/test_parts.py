"""Every row of the benchmarks once, tiny and without peers: that it measures something, not what."""

import json
from collections.abc import Iterator

import pytest

from tests.benchmarks.__main__ import ROWS
from tests.benchmarks.figures import Repetitions, Run, Spread
from tests.benchmarks.plan import TINY
from tests.benchmarks.report import written
from tests.benchmarks.servers import Servers, servers
from tests.benchmarks.town import build

pytestmark = [pytest.mark.system, pytest.mark.timeout(300), pytest.mark.xdist_group("benchmarks")]


@pytest.fixture(scope="module")
def here() -> Iterator[Servers]:
    with servers() as up:
        yield up


async def test_every_row_is_measured_and_written(here: Servers) -> None:
    await build(here, TINY)

    rows = [await measure(here, TINY) for measure in ROWS.values()]

    told = {row["name"]: row for row in json.loads(written(rows))["rows"]}
    assert list(told) == ["submit_direct", "submit_http", "lives", "pickup", "depth", "memory"]
    assert told["submit_direct"]["rate"]["min"] > 0
    assert told["submit_http"]["p99_ms"] > 0
    assert told["lives"]["ratio"]["median"] > 0
    assert told["pickup"]["p50_ms"] > 0
    assert told["depth"]["ratio"]["median"] > 0
    assert told["memory"]["waiting"] == TINY.most_waiting


def test_ratios_are_taken_repetition_by_repetition() -> None:
    done = Repetitions()
    for ours, theirs in ((300.0, 100.0), (800.0, 200.0), (100.0, 50.0)):
        done.add("ours", Run(ours))
        done.add("theirs", Run(theirs))

    assert done.ratio("ours", "theirs") == Spread(3.0, 2.0, 4.0)

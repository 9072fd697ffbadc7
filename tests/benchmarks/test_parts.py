"""Every row of the benchmarks once, tiny and without peers: that it measures something, not what."""

import json
from collections.abc import Iterator

import pytest

from scheduler.simulation.model import Breed, Demand, Setting
from tests.benchmarks import overhead
from tests.benchmarks.__main__ import POLICY, ROWS
from tests.benchmarks.figures import Disk, Repetitions, Run, Spread
from tests.benchmarks.plan import TINY, Plan
from tests.benchmarks.policy import expected_wait, flood, swaps
from tests.benchmarks.report import show_facts, written
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
    assert 0 < told["submit_direct"]["refused_share"] < 0.5
    assert all(told[name]["disk"]["ms"]["min"] > 0 for name in ("submit_direct", "submit_http", "lives", "pickup"))
    assert all(row["p99_ms"] >= row["p50_ms"] > 0 for row in told.values())
    assert all(told[name]["ratio"]["median"] > 0 for name in ("lives", "depth", "memory"))  # the others' are of peers
    assert told["submit_direct"]["hot_by_plain"]["median"] > 0
    assert told["memory"]["waiting"] == TINY.most_waiting


async def test_what_the_worker_adds_is_told_from_its_engines_time(
    here: Servers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(overhead, "ENGINES", ("instant", "writer"))

    resident, done = await overhead.measure(here, 2)

    assert 0 < resident < overhead.ALLOWED_MB
    assert [len(jobs) for jobs in done.values()] == [2, 2]
    assert all(min(job.engine, job.before, job.during, job.after) >= 0 for jobs in done.values() for job in jobs)
    assert 0 < overhead.budgets(overhead.figures(done))["writer"] < 1


def test_every_row_of_the_policy_is_simulated_and_printed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(flood, "FLOOD", 50)
    monkeypatch.setattr(flood, "HORIZON", 100.0)
    monkeypatch.setattr(swaps, "HORIZON", 300.0)
    monkeypatch.setattr(swaps, "WARM_UP", 30.0)
    short = Setting(Demand(users=20, jobs=2_000, models=2), (Breed(1, "gpu"),))
    monkeypatch.setattr(expected_wait, "SETTINGS", {"short": short})
    rows = [row((1,)) for row in POLICY.values()]
    for row in rows:
        show_facts(row)

    told = {row["name"]: row for row in json.loads(written([], rows))["rows"]}
    assert list(told) == ["flood", "flood_three_models", "swaps", "expected_wait"]
    assert told["flood"]["jain"][0] > 0.9
    assert all(row["ratio"]["min"] > 0 and row["p99_ms"] >= row["p50_ms"] >= 0 for row in told.values())
    assert told["expected_wait"]["settings"]["short"]["asked"] > 0
    printed = capsys.readouterr().out
    assert "jain" in printed
    assert "{" not in printed


def test_a_slow_machine_repeats_less_and_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert list(Plan(repeat=3).repetitions()) == [0, 1, 2]
    assert list(Plan(repeat=3, row_seconds=-1).repetitions()) == [0]
    assert "after 1 of 3" in capsys.readouterr().err


def test_repetitions_whose_sides_met_different_disks_are_marked() -> None:
    done = Repetitions()
    for ours, theirs in (((0.2, 0.3), (0.3, 0.4)), ((0.2, 0.2), (0.2, 4.0)), ((4.0, 5.0), (4.0, 4.0))):
        done.add("ours", Run(1.0, disk_ms=ours))
        done.add("theirs", Run(1.0, disk_ms=theirs))

    assert done.disk("ours", "theirs", "who is not here") == Disk(Spread(0.35, 0.2, 5.0), [2])
    assert done.disk("ours") == Disk(Spread(0.25, 0.2, 5.0), [])


def test_ratios_are_taken_repetition_by_repetition() -> None:
    done = Repetitions()
    for ours, theirs in ((300.0, 100.0), (800.0, 200.0), (100.0, 50.0)):
        done.add("ours", Run(ours))
        done.add("theirs", Run(theirs))

    assert done.ratio("ours", "theirs") == Spread(3.0, 2.0, 4.0)

"""A run is repeatable, counts what happened, and can be asked for on the command line."""

import json
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
from typer.testing import CliRunner

from scheduler.cli import app
from scheduler.simulation.arrivals import made_up
from scheduler.simulation.fairness import ENOUGH, Fairness, jain
from scheduler.simulation.measures import Histogram
from scheduler.simulation.model import Breed, Demand, Setting
from scheduler.simulation.picture import PANEL, TOP, half_of_a_number, panel, svg
from scheduler.simulation.report import numbers
from scheduler.simulation.run import scaled, simulate

SMALL = Setting(Demand(users=100, jobs=2000, hours=4, models=3), (Breed(3, "gpu"),))


def test_the_same_seed_gives_the_same_run_and_another_one_another() -> None:
    first, again, other = (numbers(simulate(replace(SMALL, seed=seed))) for seed in (1, 1, 2))

    assert first == again
    assert first["classes"] != other["classes"]


def test_every_job_is_counted_once() -> None:
    result = simulate(SMALL)
    found = numbers(result)
    came = sum(1 for _ in made_up(SMALL.demand, SMALL.seed))
    counted = sum(one["jobs"] + one["refused"] for one in found["classes"].values())

    assert came == counted
    assert abs(came - 2000) < 200
    assert found["jobs"] == result.measures.ended_jobs + result.left + result.measures.busy
    assert 0 < found["utilisation"] + found["loading"] <= 1


def test_payers_wait_less_and_more_gpus_help() -> None:
    classes = numbers(simulate(SMALL))["classes"]
    more = numbers(simulate(replace(SMALL, breeds=(Breed(6, "gpu"),))))["classes"]

    assert classes["pro"]["wait_seconds"]["p95"] < classes["free"]["wait_seconds"]["p95"]
    assert more["free"]["wait_seconds"]["p95"] < classes["free"]["wait_seconds"]["p95"]


def test_the_picture_is_an_svg_of_its_own() -> None:
    root = ElementTree.fromstring(svg(simulate(SMALL)))

    assert root.tag.endswith("svg")
    assert len(root.findall(".//{*}polyline")) >= 3


def test_gpus_are_scaled_in_proportion() -> None:
    breeds = (Breed(4, "big"), Breed(2, "small"))

    assert [breed.count for breed in scaled(breeds, 3)] == [2, 1]
    assert sum(breed.count for breed in scaled(breeds, 7)) == 7


def test_percentiles_are_within_three_per_cent() -> None:
    histogram = Histogram()
    for n in range(1, 1001):
        histogram.add(float(n))

    assert histogram.percentile(0.5) == pytest.approx(500, rel=0.03)
    assert histogram.percentile(0.99) == pytest.approx(990, rel=0.03)
    assert histogram.percentile(1.0) <= 1000


def test_jain_s_index() -> None:
    assert jain([2.0, 2.0, 2.0]) == 1.0
    assert jain([1.0, 0.0, 0.0, 0.0]) == 0.25


def test_shares_are_not_compared_before_each_can_have_had_one() -> None:
    """A hundred wait, and fifty get a job between two looks: that is no unfairness."""
    fairness = Fairness()
    for user in range(100):
        for _ in range(2 * ENOUGH):
            fairness.arrived(user, 0.0)
    for n in range(100 * ENOUGH):
        fairness.started(n % 100, 1.0)
        if n % 50 == 49:
            fairness.look(float(n))

    assert fairness.indices == [1.0]


def test_who_gets_all_while_others_wait_is_seen() -> None:
    fairness = Fairness()
    for user in (1, 2):
        for _ in range(3 * ENOUGH):
            fairness.arrived(user, 0.0)
    for _ in range(2 * ENOUGH):
        fairness.started(1, 1.0)
    fairness.look(1.0)

    assert fairness.index == 0.5


def test_a_crowd_that_always_waits_is_served_evenly() -> None:
    """Far more want something than there are jobs done between two looks."""
    demand = Demand(users=50, jobs=6000, hours=12, models=1, shares=(1, 0, 0, 0), user_exponent=0.0, day_curve=0.0)
    found = numbers(simulate(Setting(demand, (Breed(1, "gpu"),), job_seconds=20)))

    assert found["classes"]["free"]["jain"] > 0.99


def test_the_command_prints_one_json_object(tmp_path: Path) -> None:
    picture = tmp_path / "day.svg"
    arguments = ["simulate", "--users", "50", "--jobs", "500", "--hours", "2", "--json", "--picture", str(picture)]
    ran = CliRunner().invoke(app, arguments)

    assert ran.exit_code == 0
    assert json.loads(ran.stdout)["gpus"] == 8
    assert picture.read_text().startswith("<svg")


def test_a_recorded_trace_is_replayed_to_its_end(tmp_path: Path) -> None:
    trace = tmp_path / "trace.csv"
    trace.write_text("seconds,user,plan,model,tokens\n100,ada,free,sdxl,1\n103,bob,pro,flux,2\n103,ada,free,sdxl,1\n")
    ran = CliRunner().invoke(app, ["simulate", "--trace", str(trace), "--workers", "1xgpu", "--json"])
    found = json.loads(ran.stdout)

    assert ran.exit_code == 0
    assert (found["jobs"], found["left_waiting"]) == (3, 0)
    assert found["classes"]["pro"]["jobs"] == 1


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        (b"0,ada,gold,sdxl,1", "line 2: there is no plan 'gold'"),
        (b"0,ada,[/red],sdxl,1", "no plan '[/red]'"),
        (b"0,ada,free", "line 2: not as many fields"),
        (b"0,ada,free,sdxl,1,2", "line 2: not as many fields"),
        (b"0,ada,free,sdxl,1\nnan,ada,free,sdxl,1", "line 3: nan is not"),
        (b"inf,ada,free,sdxl,1", "line 2: inf is not"),
        (b"0,ada,free,sdxl,nan", "line 2: nan is not"),
        (b"0,ada,free,sdxl,inf", "line 2: inf is not"),
        (b"0,ada,free,sdxl,-1", "line 2: -1 is not"),
        (b"0,ada,free,sdxl,", "line 2: could not convert"),
        (b"5,ada,free,sdxl,1\n4,ada,free,sdxl,1", "line 3: earlier"),
        (b"0,ad\xff,free,sdxl,1", "not CSV in UTF-8"),
        (b"", "has no jobs"),
    ],
)
def test_a_trace_that_cannot_be_read_is_named(tmp_path: Path, rows: bytes, words: str) -> None:
    trace = tmp_path / "trace.csv"
    trace.write_bytes(b"seconds,user,plan,model,tokens\n" + rows)
    ran = CliRunner().invoke(app, ["simulate", "--trace", str(trace)])

    assert ran.exit_code == 1
    assert words in ran.stderr


def test_a_trace_without_its_columns_is_named(tmp_path: Path) -> None:
    trace = tmp_path / "trace.csv"
    trace.write_text("time,user\n")
    ran = CliRunner().invoke(app, ["simulate", "--trace", str(trace)])

    assert ran.exit_code == 1
    assert "lacks the column" in ran.stderr


def test_the_fewest_gpus_for_a_wait_are_found() -> None:
    arguments = ["simulate", "--users", "50", "--jobs", "2000", "--hours", "2", "--target-wait", "30", "--json"]
    ran = CliRunner().invoke(app, arguments)

    assert ran.exit_code == 0
    found = json.loads(ran.stdout)
    assert 1 <= found["gpus"] <= 8
    assert found["with_them"]["gpus"] == found["gpus"]
    assert {"free", "starter", "pro"} <= found["with_them"]["classes"].keys()


def test_the_fewest_gpus_for_a_recorded_trace_are_found_and_drawn(tmp_path: Path) -> None:
    """Eight people at once, 6.25 s each: of three GPUs one runs three jobs in turn, of two each runs four."""
    trace, picture = tmp_path / "trace.csv", tmp_path / "run.svg"
    trace.write_text("seconds,user,plan,model,tokens\n" + "".join(f"0,u{n},free,sdxl,1\n" for n in range(8)))
    arguments = [
        "simulate",
        "--trace",
        str(trace),
        "--workers",
        "1xgpu",
        "--job-seconds",
        "6.25",
        "--target-wait",
        "18",
    ]
    ran = CliRunner().invoke(app, [*arguments, "--target-wait", "18", "--picture", str(picture), "--json"])

    assert ran.exit_code == 0
    assert json.loads(ran.stdout)["gpus"] == 3
    assert picture.read_text().startswith("<svg")


def test_the_gpus_that_are_found_are_shown_with_every_plan_s_waits() -> None:
    """The columns of README's table."""
    arguments = ["simulate", "--users", "50", "--jobs", "500", "--hours", "2", "--target-wait", "30"]
    said = CliRunner().invoke(app, arguments).stdout

    assert all(f"│ {plan} " in said for plan in ("free", "starter", "pro"))
    assert "run jobs" in said
    assert "waits within 30 s" in said


def test_three_gpus_are_drawn_with_a_line_at_one() -> None:
    """A line halfway up would say 2 of what is 1.5."""
    drawn = panel("busy GPUs", 0, [([0.0, 3.0, 1.0], "#000000")], "{:,.0f}".format, half_of_a_number)
    root = ElementTree.fromstring(f"<svg>{drawn}</svg>")
    lines = {round(float(one.attrib["y1"])) for one in root.iter("line")}
    labels = {round(float(one.attrib["y"])) - 4: one.text for one in root.iter("text") if one.text != "busy GPUs"}

    assert labels == {TOP + PANEL: "0", round(TOP + PANEL * 2 / 3): "1", TOP: "3"}
    assert lines == labels.keys()


@pytest.mark.parametrize("workers", ["x", "3y", "2xgpu:speed=0", "2xgpu:colour=1", "0xgpu"])
def test_workers_that_make_no_sense_are_refused(workers: str) -> None:
    assert CliRunner().invoke(app, ["simulate", "--workers", workers]).exit_code == 2

"""What came to a live system is recorded without a word about anybody, and replayed under its own plans."""

import asyncio
import json
from datetime import timedelta
from pathlib import Path

from typer.testing import CliRunner, Result

from scheduler.cli import app
from scheduler.database import opened
from scheduler.simulation.model import SEEDED
from scheduler.simulation.queries import jobs_that_came
from scheduler.simulation.trace import Trace, record
from tests.scheduler.stage import Stage

DAYS = timedelta(hours=60)


async def tessera(stage: Stage, *arguments: str) -> Result:
    """The command, on the stage's database."""
    given = {"TESSERA_DATABASE_URL": stage.database_url}
    return await asyncio.to_thread(lambda: CliRunner().invoke(app, arguments, env=given))


async def three_jobs_that_count(stage: Stage) -> None:
    """Of Ann one that is done, of Bob one that failed and one that waits. Of Ann another that ended without a start."""
    gpu = await stage.worker("gpu")
    ann, bob = await stage.user("telegram:42", "pro"), await stage.user("discord:77", "starter")
    _, task = await stage.started(ann, gpu, prompt="a secret fox")
    await gpu.finish(task)
    await stage.file()
    _, task = await stage.started(bob, gpu, prompt="a secret hen", count=2)
    await gpu.report(gpu.outcome(task, "failed"))
    await stage.file()
    await gpu.beat(draining=True)
    await stage.listener.read()
    await stage.job(bob, prompt="a third secret")
    cancelled = await stage.job(ann)
    await stage.lifecycle.cancel(cancelled, ann.user_id)
    await stage.pool.execute("update jobs set queued_at = timestamptz '2026-11-22' + (seq - 1) * interval '90.5 s'")


async def test_what_came_is_recorded_and_nobody_named(stage: Stage, tmp_path: Path) -> None:
    await three_jobs_that_count(stage)
    file = tmp_path / "trace.csv"
    ran = await tessera(stage, "trace", str(file))
    trace = Trace.of(file, SEEDED)

    assert ran.exit_code == 0, ran.output
    assert "3 jobs" in ran.output
    assert file.read_text().splitlines() == [
        "seconds,user,plan,model,tokens",
        "0.000,1,pro,painter,1",
        "90.500,2,starter,painter,2",
        "181.000,2,starter,painter,1",
    ]
    assert (trace.jobs, trace.people, trace.seconds, trace.models) == (3, 2, 181.0, ["painter"])


async def test_only_the_last_days_are_recorded_when_asked(stage: Stage, tmp_path: Path) -> None:
    await three_jobs_that_count(stage)
    await stage.pool.execute("update jobs set queued_at = now() - seq * interval '1 day'")
    async with opened(stage.database_url) as connection:
        recorded = [await record(jobs_that_came(connection, age), tmp_path / "trace.csv") for age in (DAYS, None)]

    assert recorded == [2, 3]


async def test_what_is_free_is_recorded_with_its_size(stage: Stage, tmp_path: Path) -> None:
    await stage.pool.execute("update catalogue.models set price_tokens = 0 where id = 'painter'")
    await stage.market.refresh()
    gpu, ann = await stage.worker("gpu"), await stage.user("telegram:42", "pro")
    _, task = await stage.started(ann, gpu, count=2)
    await gpu.finish(task)
    await stage.job(ann, width=2048, height=1024)
    await stage.file()
    async with opened(stage.database_url) as connection:
        came = [one async for one in jobs_that_came(connection, None)]

    assert [one.tokens for one in came] == [2, 2]


async def test_a_trace_that_cannot_be_written_is_a_sentence(stage: Stage, tmp_path: Path) -> None:
    ran = await tessera(stage, "trace", str(tmp_path / "nowhere" / "trace.csv"))

    assert ran.exit_code == 1
    assert "cannot be written: No such file or directory" in ran.output


async def test_a_trace_is_replayed_under_the_plans_of_the_database(stage: Stage, tmp_path: Path) -> None:
    """Ten requests of one minute: Tessera comes with a Free plan that lets five in."""
    trace = tmp_path / "trace.csv"
    trace.write_text("seconds,user,plan,model,tokens\n" + "".join(f"{n},1,free,sdxl,1\n" for n in range(10)))
    await stage.pool.execute("update plans set requests_per_minute = 8, priority = 3 where tier = 'free'")
    await stage.pool.execute("update plans set active = false where tier = 'starter'")
    given = ("simulate", "--trace", str(trace), "--job-seconds", "0.5", "--json")
    seeded, own = await tessera(stage, *given), await tessera(stage, *given, "--own-plans")
    assert own.exit_code == 0, own.output

    assert json.loads(seeded.stdout)["classes"]["free"] | {"wait_seconds": None} == {
        "jobs": 5,
        "refused": 5,
        "refused_because": {"rate_limited": 5},
        "tokens": 5.0,
        "wait_seconds": None,
        "jain": None,
    }
    assert list(json.loads(own.stdout)["classes"]) == ["pro", "free + admin"]
    assert json.loads(own.stdout)["classes"]["free + admin"]["jobs"] == 9  # a burst of eight, and one 7.5 s later


async def test_shares_are_those_of_the_plans_in_turn(stage: Stage) -> None:
    await stage.pool.execute("update plans set active = false where tier = 'starter'")
    small = ("simulate", "--users", "50", "--jobs", "200", "--hours", "1", "--json", "--own-plans")
    wrong, right = await tessera(stage, *small), await tessera(stage, *small, "--plans", "0,100,0")

    assert wrong.exit_code == 2
    assert "free, pro, admin" in wrong.output
    assert json.loads(right.stdout)["classes"]["pro"]["jobs"] > 100

"""Old jobs go into files and out of the database; wherever that is stopped, nothing is lost or written twice."""

import asyncio
import gzip
import json
import subprocess
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from scheduler.accounts.model import Caller
from scheduler.archive import archivist
from scheduler.archive.archivist import Archived, ArchiveError, archive
from scheduler.archive.queries import alone, remove
from scheduler.backups.programs import program
from scheduler.database import opened
from scheduler.deliveries.letters import revive
from scheduler.ledger.auditor import audit
from tests.scheduler.stage import Stage, until
from tests.system.machine import run_tessera

AGE = timedelta(days=90)
AGED = "update jobs set created_at = now() - $1::interval, ended_at = now() - $1::interval, swept = true"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "archive"


@pytest.fixture
async def old(stage: Stage) -> list[UUID]:
    """Finished, failed and cancelled jobs of 100 days ago whose files have expired, and one young job."""
    gpu, ann = await stage.worker("gpu"), await stage.user(tier="admin")
    jobs = []
    for n in range(4):
        job_id, task = await stage.started(ann, gpu, prompt=f"ein Füchslein {n}\n\t'\" \\ 🦊")
        await (gpu.finish(task) if n < 3 else gpu.report(gpu.outcome(task, "failed")))
        await stage.file()
        jobs.append(job_id)
    jobs.append(await cancelled(stage, ann))
    await stage.pool.execute(AGED, timedelta(days=100))
    await stage.pool.execute("update artifacts set deleted_at = now(), local_path = null, thumbnail_path = null")
    await cancelled(stage, ann)
    return jobs


async def cancelled(stage: Stage, ann: Caller) -> UUID:
    job_id = await stage.job(ann)
    await stage.lifecycle.cancel(job_id, ann.user_id)
    return job_id


async def run(stage: Stage, folder: Path, at_once: int = 2) -> Archived:
    async with opened(stage.database_url) as connection:
        return await archive(connection, AGE, folder, at_once)


def lines(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for file in sorted(folder.glob("*.jsonl.gz")) for line in gzip.open(file, "rt")]


async def balanced(stage: Stage) -> bool:
    async with stage.pool.acquire() as connection:
        return await audit(connection) == []


async def test_old_jobs_are_in_the_files_and_no_longer_in_the_database(
    stage: Stage, old: list[UUID], folder: Path
) -> None:
    rows = await stage.pool.fetch("select id, params, status from jobs")
    money = await stage.pool.fetch("select * from billing.token_ledger order by user_id, seq")
    usage = await stage.pool.fetch("select * from usage_daily")
    done = await run(stage, folder)

    told = {UUID(one["job"]["id"]): one for one in lines(folder)}
    assert set(told) == set(old)
    assert done.jobs == 5
    assert len(done.files) == 3
    for row in rows:
        if row["id"] in told:
            assert told[row["id"]]["job"]["params"] == row["params"]
            assert told[row["id"]]["user"] == "telegram:42"
    assert [len(told[job_id]["artifacts"]) for job_id in old] == [1, 1, 1, 0, 0]
    assert await stage.pool.fetchval("select count(*) from jobs") == 1
    assert await stage.pool.fetchval("select count(*) from artifacts") == 0
    assert await stage.pool.fetch("select * from billing.token_ledger order by user_id, seq") == money
    assert await stage.pool.fetch("select * from usage_daily") == usage
    assert await balanced(stage)


async def test_a_repeat_changes_nothing(stage: Stage, old: list[UUID], folder: Path) -> None:
    await run(stage, folder)
    before = {file: file.read_bytes() for file in folder.iterdir()}
    again = await run(stage, folder)

    assert again == Archived(0, [])
    assert {file: file.read_bytes() for file in folder.iterdir()} == before


@pytest.mark.parametrize("step", ["write", "remove", "rename"])
@pytest.mark.parametrize("time", [1, 2])
async def test_stopped_anywhere_each_job_is_in_exactly_one_file(
    stage: Stage, old: list[UUID], folder: Path, monkeypatch: pytest.MonkeyPatch, step: str, time: int
) -> None:
    """The process dies before the second file is whole, before its rows are gone, or before it has its name."""
    left = time
    places = {"write": (archivist, "write"), "remove": (archivist, "remove"), "rename": (Path, "rename")}
    owner, name = places[step]
    real = getattr(owner, name)

    def dies(*arguments: Any) -> Any:
        nonlocal left
        left -= 1
        if left == 0:
            raise KeyboardInterrupt
        return real(*arguments)

    with monkeypatch.context() as patch:
        patch.setattr(owner, name, dies)
        with pytest.raises(KeyboardInterrupt):
            await run(stage, folder)
    folder.mkdir(exist_ok=True)
    (folder / "jobs-000000000099.jsonl.gz.pending.part").write_bytes(b"half a file of a process that was killed")
    await stage.pool.execute(f"{AGED} where id = $2", timedelta(days=200), old[-1])
    await run(stage, folder)

    assert Counter(UUID(one["job"]["id"]) for one in lines(folder)) == Counter(old)
    assert await stage.pool.fetchval("select count(*) from jobs") == 1
    assert not [file for file in folder.iterdir() if not file.name.endswith(".jsonl.gz")]
    assert await balanced(stage)


async def test_a_job_stays_while_its_file_or_its_delivery_does(stage: Stage, old: list[UUID], folder: Path) -> None:
    await stage.pool.execute("update artifacts set deleted_at = null where job_id = $1", old[0])
    await stage.pool.execute(
        """insert into deliveries (job_id, user_id, frontend, bot_id, address, state)
           select id, user_id, 'telegram', 'bot', '{}', 'due' from jobs where id = $1""",
        old[1],
    )
    await run(stage, folder)

    assert set(old[:2]) < {row["id"] for row in await stage.pool.fetch("select id from jobs")}
    assert len(lines(folder)) == 3


LETTER = """insert into deliveries (job_id, user_id, frontend, bot_id, address, state)
            select id, user_id, 'telegram', 'bot', '{}', 'dead' from jobs where id = any($1)"""


async def test_what_is_revived_meanwhile_stays_and_is_archived_later(
    stage: Stage, old: list[UUID], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the reading and the removal somebody sends results anew."""
    await stage.pool.execute(LETTER, old)
    revived = [old[0], old[2], old[4]]

    async def revived_before(connection: asyncpg.Connection, job_ids: Sequence[UUID]) -> int:
        for job_id in revived:
            await revive(stage.pool, job_id)
        return await remove(connection, job_ids)

    monkeypatch.setattr(archivist, "remove", revived_before)
    done = await run(stage, folder, at_once=3)
    there = {row["job_id"] for row in await stage.pool.fetch("select job_id from deliveries where state = 'due'")}
    assert there == set(revived)
    assert done.jobs == 2
    assert await balanced(stage)

    monkeypatch.undo()
    await stage.pool.execute("update deliveries set state = 'dead'")
    await run(stage, folder, at_once=2)  # a file of the first and the third, between which the second was
    assert Counter(UUID(one["job"]["id"]) for one in lines(folder)) == Counter(old)
    assert await balanced(stage)


async def test_a_letter_that_is_being_revived_is_waited_for(stage: Stage, old: list[UUID]) -> None:
    await stage.pool.execute(LETTER, old)
    async with (
        opened(stage.database_url) as connection,
        asyncio.TaskGroup() as group,
        stage.pool.acquire() as reviving,
        reviving.transaction(),
    ):
        assert await revive(reviving, old[1])
        removed = group.create_task(remove(connection, old))
        await until(partial(waits, stage))
    assert removed.result() == 4
    assert await stage.pool.fetchval("select state from deliveries") == "due"


async def waits(stage: Stage) -> bool:
    return bool(await stage.pool.fetchval("select exists (select from pg_locks where not granted)"))


async def test_only_one_archives_at_a_time(stage: Stage, old: list[UUID], folder: Path) -> None:
    other = await asyncpg.connect(stage.database_url)
    assert await alone(other)
    with pytest.raises(ArchiveError, match="Another"):
        await run(stage, folder)
    await other.close()


async def test_the_command_archives_and_postgresql_reads_the_files(stage: Stage, old: list[UUID], folder: Path) -> None:
    """The query of the README."""
    given = {"TESSERA_DATABASE_URL": stage.database_url}
    young = await run_tessera("archive", "--older-than", "3d", "--to", str(folder), **given)
    kept = await run_tessera("archive", "--older-than", "30w", "--to", str(folder), **given)
    done = await run_tessera("archive", "--to", str(folder), **given)
    elsewhere = await run_tessera("archive", "--to", "archive", **given)
    nowhere = await run_tessera("archive", **given)
    assert (young.code, kept.code, done.code) == (2, 0, 0), young.err
    assert (elsewhere.code, nowhere.code) == (2, 2), elsewhere.err + nowhere.err
    assert not Path("archive").exists()
    assert "0 jobs archived" in kept.out
    assert "5 jobs archived" in done.out

    readme = (Path(__file__).parents[3] / "README.md").read_text()
    script = readme.partition("<!-- read the archive -->\n```\n")[2].partition("```")[0]
    assert "copy" in script
    query = script.replace("/archive/", f"{folder}/")
    psql = [str(program("psql", 15)), "--no-psqlrc", "-At", stage.database_url]
    told = subprocess.run(psql, input=query, capture_output=True, text=True, check=True, timeout=30)
    assert (
        told.stdout.splitlines()[-2:] == ["CANCELLED|1|0.00", "COMPLETED|3|3.00"] or "COMPLETED|3|3.00" in told.stdout
    )

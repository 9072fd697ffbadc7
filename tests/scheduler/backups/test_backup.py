"""A backup restores into an empty database, whole or not at all."""

import shutil
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from scheduler.accounts.model import Caller
from scheduler.backups.programs import without_password
from scheduler.database import opened
from tests.scheduler.stage import Stage, open_stage, until
from tests.services import new_folder
from tests.system.machine import Done, run_tessera

TABLES = """
    select format('%I.%I', schemaname, tablename) as name from pg_tables
     where schemaname not in ('pg_catalog', 'information_schema') order by 1
"""


async def everything(url: str) -> dict[str, list[str]]:
    """Every row of every table, as text, and where every sequence stands."""
    async with opened(url) as connection:
        names = [row["name"] for row in await connection.fetch(TABLES)]
        found = {name: [row["r"] for row in await connection.fetch(f"select t::text as r from {name} t order by 1")]
                 for name in names}  # fmt: skip
        sequences = "select schemaname || '.' || sequencename || ' ' || coalesce(last_value, 0) as r from pg_sequences"
        return found | {"sequences": sorted(row["r"] for row in await connection.fetch(sequences))}


async def tessera(url: str, *arguments: str | Path) -> Done:
    return await run_tessera(*map(str, arguments), TESSERA_DATABASE_URL=url)


@pytest.fixture
async def ann(stage: Stage) -> Caller:
    """A person with a finished job, one that runs and one that waits."""
    gpu, ann = await stage.worker("gpu"), await stage.user(tier="pro")
    _, task = await stage.started(ann, gpu)
    await gpu.finish(task)
    await stage.file()
    await stage.job(ann, prompt="ein Füchslein 🦊 'quoted' \\ and\nmore")
    await stage.round()
    await stage.job(ann)
    return ann


async def test_a_backup_restores_every_row_into_an_empty_database(
    stage: Stage, ann: Caller, empty_database_url: str, tmp_path: Path
) -> None:
    file = tmp_path / "tessera.backup"
    made = await tessera(stage.database_url, "backup", file)
    before = await everything(stage.database_url)
    restored = await tessera(empty_database_url, "restore", file)

    assert (made.code, restored.code) == (0, 0), made.err + restored.err
    assert "copy that, too" in made.out
    assert "The books balance" in restored.out
    assert file.stat().st_mode & 0o777 == 0o600
    assert len(before) > 12
    assert await everything(empty_database_url) == before


async def test_work_goes_on_from_a_backup(
    stage: Stage, ann: Caller, empty_database_url: str, redis_url: str, tmp_path: Path
) -> None:
    """Numbers go on, guards are there, waiting jobs are found, and what ran then is lost and tried again."""
    file = tmp_path / "tessera.backup"
    await tessera(stage.database_url, "backup", file)
    await tessera(empty_database_url, "restore", file)

    async with open_stage(empty_database_url, redis_url, tmp_path, "second") as later:
        await until(lambda: leads(later))
        bea, gpu = await later.user("telegram:43"), await later.worker("gpu-2")
        task = await gpu.assignment()
        await gpu.finish(task)
        await later.file()
        assert await later.status(task.job_id) == "COMPLETED"
        assert await later.status(await later.job(bea)) == "QUEUED"
        with pytest.raises(asyncpg.CheckViolationError):
            await later.pool.execute("update billing.token_ledger set note = 'x'")
        checked = await tessera(empty_database_url, "ledger", "check")
        assert checked.code == 0, checked.out


async def leads(stage: Stage) -> bool:
    """The lead that stands in the backup runs out by itself."""
    stage.dispatcher.next_lead = 0.0
    await stage.round()
    return stage.dispatcher.leader is not None


async def test_a_database_that_is_not_empty_is_left_alone(stage: Stage, ann: Caller, tmp_path: Path) -> None:
    file = tmp_path / "tessera.backup"
    await tessera(stage.database_url, "backup", file)
    before = await everything(stage.database_url)
    done = await tessera(stage.database_url, "restore", file)

    assert done.code == 1
    assert "not empty" in done.err
    assert await everything(stage.database_url) == before


async def test_a_damaged_backup_restores_nothing(
    stage: Stage, ann: Caller, empty_database_url: str, tmp_path: Path
) -> None:
    file = tmp_path / "tessera.backup"
    await tessera(stage.database_url, "backup", file)
    content = file.read_bytes()
    file.write_bytes(content[: len(content) * 2 // 3])
    done = await tessera(empty_database_url, "restore", file)

    assert done.code == 1
    assert "pg_restore failed" in done.err
    async with opened(empty_database_url) as connection:
        assert await connection.fetch(TABLES) == []


async def test_a_backup_that_fails_leaves_the_one_before(empty_database_url: str, tmp_path: Path) -> None:
    file = tmp_path / "tessera.backup"
    file.write_text("the one before")
    empty = await tessera(empty_database_url, "backup", file)
    nowhere = await tessera(empty_database_url, "restore", tmp_path / "none")

    assert "nothing to back up" in empty.err
    assert "does not exist" in nowhere.err
    assert file.read_text() == "the one before"
    assert list(tmp_path.iterdir()) == [file]


async def test_an_embedded_database_is_made_from_a_backup(stage: Stage, ann: Caller, tmp_path: Path) -> None:
    """One machine takes over what another one has backed up; only a restore makes a database."""
    folder = new_folder("tessera-restore-")
    data, file = folder / "data", tmp_path / "tessera.backup"
    try:
        await tessera(stage.database_url, "backup", file)
        none = await run_tessera("ledger", "check", TESSERA_DATA_DIR=str(data))
        assert none.code == 1
        assert "There is no database" in none.err
        assert not data.exists()
        restored = await run_tessera("restore", str(file), TESSERA_DATA_DIR=str(data))
        checked = await run_tessera("ledger", "check", TESSERA_DATA_DIR=str(data))
        assert (restored.code, checked.code) == (0, 0), restored.err + checked.out
    finally:
        shutil.rmtree(folder)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("postgresql://ann:p%40ss@host:5432/db?x=1", ("postgresql://ann@host:5432/db?x=1", "p@ss")),
        ("postgresql://ann@/db?host=/run", ("postgresql://ann@/db?host=/run", None)),
        ("postgresql://ann:x@/db?host=/run", ("postgresql://ann@/db?host=/run", "x")),
        ("postgresql://ann@/db?host=/run&password=p%40ss", ("postgresql://ann@/db?host=/run", "p@ss")),
        ("postgresql:///db?p%61ssword=x&host=/run", ("postgresql:///db?host=/run", "x")),
        ("postgresql://ann:x@host/db?password=y", ("postgresql://ann@host/db", "y")),
        ("postgresql://ann@host/db?passfile=/run/pass", ("postgresql://ann@host/db?passfile=/run/pass", None)),
    ],
)
def test_the_password_never_stands_on_a_command_line(url: str, expected: Any) -> None:
    assert without_password(url) == expected

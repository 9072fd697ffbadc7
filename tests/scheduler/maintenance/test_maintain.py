"""Maintenance: what expired goes, old usage when asked, and honest advice about the tables."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from scheduler.ledger.auditor import audit
from scheduler.maintenance.keeper import maintain
from scheduler.maintenance.model import OLD_TRANSACTIONS, Table, advice
from tests.scheduler.stage import Stage
from tests.system.machine import run_tessera


def table(**facts: Any) -> Table:
    calm: dict[str, Any] = {"live_rows": 10_000, "dead_rows": 10, "changed_rows": 10, "transaction_age": 5}
    return Table("t", **(calm | facts), size_bytes=8192, vacuumed_days_ago=None, analysed_days_ago=None)


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({}, []),
        ({"dead_rows": 2_000}, []),
        ({"dead_rows": 2_001}, ["vacuum: 2001 dead"]),
        ({"dead_rows": 999, "live_rows": 5}, []),
        ({"changed_rows": 1_001}, ["analyze: 1001"]),
        ({"transaction_age": OLD_TRANSACTIONS + 1}, ["vacuum freeze"]),
    ],
)
def test_a_table_is_named_when_it_is_worth_it(facts: dict[str, Any], words: list[str]) -> None:
    said = advice(table(**facts))

    assert len(said) == len(words)
    assert all(line.startswith(word) for line, word in zip(said, words, strict=True))


async def finished(stage: Stage) -> None:
    gpu, ann = await stage.worker("gpu"), await stage.user()
    _, task = await stage.started(ann, gpu)
    await gpu.finish(task)
    await stage.file()


async def test_expired_files_go_when_the_store_is_known(stage: Stage) -> None:
    await finished(stage)
    await stage.pool.execute("update artifacts set expires_at = now()")
    await maintain(stage.database_url, None, None, vacuum=False)
    assert [path for path in stage.folder.rglob("*") if path.is_file()]
    assert await stage.pool.fetchval("select count(*) from artifacts where deleted_at is null") == 1

    await maintain(stage.database_url, stage.store.url, None, vacuum=False)
    assert not [path for path in stage.folder.rglob("*") if path.is_file()]
    assert await stage.pool.fetchval("select count(*) from artifacts where deleted_at is null") == 0


async def test_old_usage_is_forgotten_and_the_books_still_balance(stage: Stage) -> None:
    await finished(stage)
    await stage.pool.execute("insert into usage_daily (user_id, date) select id, '2020-01-01' from users")
    done = await maintain(stage.database_url, None, timedelta(days=700), vacuum=False)
    assert done.usage_rows == 1
    assert await stage.pool.fetchval("select count(*) from usage_daily") == 1

    done = await maintain(stage.database_url, None, timedelta(days=-1), vacuum=False)  # today's, too
    assert done.usage_rows == 1
    async with stage.pool.acquire() as connection:
        assert await audit(connection) == []


async def test_the_command_names_the_tables_and_vacuums_them(stage: Stage, tmp_path: Path) -> None:
    ann = await stage.user()
    await stage.pool.execute(
        "insert into usage_daily (user_id, date) select $1, date '2000-01-01' + n from generate_series(1, 3000) n",
        ann.user_id,
    )
    await stage.pool.execute("delete from usage_daily")
    await stage.pool.execute("select pg_stat_force_next_flush()")
    given = {"TESSERA_DATABASE_URL": stage.database_url}
    advised = await run_tessera("maintain", **given)
    done = await run_tessera("maintain", "--vacuum", **given)
    after = json.loads((await run_tessera("maintain", "--json", **given)).out)

    assert (advised.code, done.code) == (0, 0), done.err
    assert "vacuum: 3000 dead rows" in advised.out
    assert "TESSERA_STORE_URL is not set" in advised.out
    assert "vacuumed: public.usage_daily" in done.out
    usage = next(one for one in after["tables"] if one["name"] == "public.usage_daily")
    assert (usage["dead_rows"], usage["advice"]) == (0, [])

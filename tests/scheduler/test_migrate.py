"""The migration runner, with small files of its own and with the real ones."""

import asyncio
from pathlib import Path

import asyncpg
import pytest

from scheduler import migrate

UP = ["0001_shelf.up.sql", "0002_book.up.sql"]
DOWN = ["0002_book.down.sql", "0001_shelf.down.sql"]


@pytest.fixture
def files(tmp_path: Path) -> Path:
    write(tmp_path, "0001_shelf.up.sql", "create table shelf (id int primary key);")
    write(tmp_path, "0001_shelf.down.sql", "drop table shelf;")
    write(tmp_path, "0002_book.up.sql", "create table book (id int); insert into book values (1);")
    write(tmp_path, "0002_book.down.sql", "drop table book;")
    return tmp_path


def write(folder: Path, name: str, sql: str) -> None:
    (folder / name).write_text(sql, encoding="utf-8")


async def ask(url: str, query: str) -> object:
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(query)
    finally:
        await connection.close()


async def tables(url: str) -> object:
    return await ask(
        url,
        "select array_agg(table_schema || '.' || table_name order by table_schema, table_name)"
        "  from information_schema.tables where table_schema not in ('pg_catalog', 'information_schema')",
    )


async def test_goes_up_and_finds_nothing_to_do_the_second_time(empty_database_url: str, files: Path) -> None:
    assert await migrate.migrate(empty_database_url, files=files) == UP
    assert await migrate.migrate(empty_database_url, files=files) == []
    assert await tables(empty_database_url) == ["public.book", "public.schema_migrations", "public.shelf"]


async def test_goes_down_and_up_again(empty_database_url: str, files: Path) -> None:
    await migrate.migrate(empty_database_url, files=files)

    assert await migrate.migrate(empty_database_url, 0, files) == DOWN
    assert await tables(empty_database_url) == ["public.schema_migrations"]
    assert await migrate.migrate(empty_database_url, 1, files) == UP[:1]
    assert await migrate.migrate(empty_database_url, files=files) == UP[1:]


async def test_says_what_is_applied_without_changing_anything(empty_database_url: str, files: Path) -> None:
    assert await migrate.status(empty_database_url, files) == migrate.Status(applied=[], pending=UP)
    assert await tables(empty_database_url) is None

    await migrate.migrate(empty_database_url, 1, files)
    assert await migrate.status(empty_database_url, files) == migrate.Status(applied=UP[:1], pending=UP[1:])


async def test_eight_starts_at_once_apply_each_file_once(empty_database_url: str, files: Path) -> None:
    done = await asyncio.gather(*(migrate.migrate(empty_database_url, files=files) for _ in range(8)))

    assert sorted(done) == [[]] * 7 + [UP]
    assert await ask(empty_database_url, "select count(*) from book") == 1


async def test_a_file_changed_after_it_was_applied_is_named(empty_database_url: str, files: Path) -> None:
    await migrate.migrate(empty_database_url, files=files)
    write(files, "0001_shelf.up.sql", "create table shelf (id bigint primary key);")

    with pytest.raises(migrate.ChangedFile, match=r"0001_shelf\.up\.sql was changed"):
        await migrate.migrate(empty_database_url, files=files)
    with pytest.raises(migrate.ChangedFile):
        await migrate.status(empty_database_url, files)


async def test_line_ends_of_another_system_are_no_change(empty_database_url: str, files: Path) -> None:
    write(files, "0001_shelf.up.sql", "create table shelf (id int);\n-- end\n")
    await migrate.migrate(empty_database_url, files=files)
    (files / "0001_shelf.up.sql").write_bytes(b"create table shelf (id int);\r\n-- end\r\n")

    assert await migrate.migrate(empty_database_url, files=files) == []


async def test_a_database_ahead_of_the_code_is_left_alone(empty_database_url: str, files: Path) -> None:
    await migrate.migrate(empty_database_url, files=files)
    (files / "0002_book.up.sql").unlink()
    (files / "0002_book.down.sql").unlink()

    with pytest.raises(migrate.DatabaseAhead) as caught:
        await migrate.migrate(empty_database_url, 0, files)
    assert caught.value.version == 2


async def test_a_failing_file_leaves_no_trace_and_keeps_those_before_it(empty_database_url: str, files: Path) -> None:
    write(files, "0002_book.up.sql", "create table book (id int); select 1 / 0;")

    with pytest.raises(migrate.FailedFile, match=r"0002_book\.up\.sql: division by zero"):
        await migrate.migrate(empty_database_url, files=files)
    assert await tables(empty_database_url) == ["public.schema_migrations", "public.shelf"]


async def test_a_marked_file_runs_outside_a_transaction_while_others_wait(empty_database_url: str, files: Path) -> None:
    marker = "-- tessera: no-transaction\n"
    write(files, "0003_index.up.sql", f"{marker}create index concurrently book_id on book (id);")

    done = await asyncio.gather(*(migrate.migrate(empty_database_url, files=files) for _ in range(4)))

    assert sorted(map(len, done)) == [0, 0, 0, 3]
    assert await ask(empty_database_url, "select indisvalid from pg_index where indexrelid = 'book_id'::regclass")


@pytest.mark.parametrize(
    ("name", "complaint"),
    [
        ("0004_far.up.sql", "migration 0003 is missing"),
        ("0002_other.up.sql", r"0002_book\.up\.sql and 0002_other\.up\.sql have the same number"),
        ("3_short.up.sql", r"3_short\.up\.sql is not named"),
        ("0003_lost.down.sql", r"0003_lost\.down\.sql has no \.up\.sql"),
    ],
)
def test_a_folder_in_disorder_is_refused(files: Path, name: str, complaint: str) -> None:
    write(files, name, "select 1;")

    with pytest.raises(migrate.BadFolder, match=complaint):
        migrate.load(files)


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(migrate.BadFolder, match="there are no migrations"):
        migrate.load(tmp_path)


async def test_a_target_that_does_not_exist_is_refused(empty_database_url: str, files: Path) -> None:
    with pytest.raises(migrate.BadFolder, match="there is no migration 0009"):
        await migrate.migrate(empty_database_url, 9, files)


async def test_a_step_without_a_way_back_is_named(empty_database_url: str, files: Path) -> None:
    await migrate.migrate(empty_database_url, files=files)
    (files / "0002_book.down.sql").unlink()

    with pytest.raises(migrate.BadFolder, match=r"0002_book\.up\.sql has no way back"):
        await migrate.migrate(empty_database_url, 0, files)


async def test_the_real_migrations_go_up_down_to_nothing_and_up_to_the_same_schema(empty_database_url: str) -> None:
    up = await migrate.migrate(empty_database_url)
    first = await schema(empty_database_url)

    await migrate.migrate(empty_database_url, 0)
    assert await tables(empty_database_url) == ["public.schema_migrations"]
    assert await migrate.migrate(empty_database_url) == up
    assert await schema(empty_database_url) == first


async def schema(url: str) -> list[tuple[object, ...]]:
    """Columns, constraints, indexes, functions and triggers, as text."""
    connection = await asyncpg.connect(url)
    try:
        rows = await connection.fetch(
            """
            with own as (select oid from pg_namespace where nspname !~ '^(pg_|information_schema)')
            select 'column', attrelid::regclass::text, attname::text, format_type(atttypid, atttypmod)
              from pg_attribute a join pg_class c on c.oid = attrelid
             where relnamespace in (select oid from own) and attnum > 0 and not attisdropped
            union all
            select 'constraint', conrelid::regclass::text, conname::text, pg_get_constraintdef(oid)
              from pg_constraint where connamespace in (select oid from own)
            union all
            select 'index', indrelid::regclass::text, indexrelid::regclass::text, pg_get_indexdef(indexrelid)
              from pg_index join pg_class c on c.oid = indexrelid where relnamespace in (select oid from own)
            union all
            select 'function', '', oid::regprocedure::text, prosrc
              from pg_proc where pronamespace in (select oid from own)
            union all
            select 'trigger', tgrelid::regclass::text, tgname::text, pg_get_triggerdef(oid)
              from pg_trigger where not tgisinternal
            order by 1, 2, 3, 4
            """
        )
        return [tuple(row) for row in rows]
    finally:
        await connection.close()

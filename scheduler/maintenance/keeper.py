"""One round of maintenance: what has expired goes, old usage if that is wanted, then the tables are looked at."""

from dataclasses import dataclass
from datetime import timedelta

from scheduler import janitor
from scheduler.artifacts.store import ArtifactStore
from scheduler.database import connect, opened
from scheduler.maintenance import queries
from scheduler.maintenance.model import Table, advice


@dataclass(frozen=True, slots=True)
class Round:
    """`vacuumed`: names of tables; `files`: whether expired files were looked for."""

    files: bool
    usage_rows: int
    vacuumed: list[str]
    tables: list[Table]


async def maintain(url: str, store_url: str | None, usage: timedelta | None, *, vacuum: bool) -> Round:
    """Do it. Without the address of the store no file is touched: its row would be marked though the file stays."""
    if store_url:
        await expire(url, store_url)
    async with opened(url) as connection:
        forgotten = await queries.forget_usage(connection, usage) if usage else 0
        names: list[str] = []
        if vacuum:
            found = {table.name: advice(table) for table in await queries.tables(connection)}
            names = [name for name, wanted in found.items() if wanted or name in queries.VACUUMED_ALWAYS]
            freeze = [name for name, wanted in found.items() if any("freeze" in line for line in wanted)]
            await queries.vacuum(connection, names, freeze)
        return Round(store_url is not None, forgotten, names, await queries.tables(connection))


async def expire(url: str, store_url: str) -> None:
    """What the schedulers' janitor does every 30 seconds, until nothing is left."""
    pool = await connect(url, max_size=1)
    try:
        while await janitor.tick(pool, ArtifactStore(store_url)):
            pass
    finally:
        await pool.close()

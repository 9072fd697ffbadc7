"""`tessera archive`: ended jobs of long ago, out of the database into files."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from scheduler.cli.ages import parse_age
from scheduler.cli.edge import database, out, settings, told

LEAST_DAYS = 7  # as long as idempotency keys are kept
AT_ONCE = 5_000  # jobs in a file


def archive(
    to: Annotated[Path, typer.Option(help="Folder for the files, always the same one: /archive.", file_okay=False)],
    older_than: Annotated[
        str | None, typer.Option(help="Age of what is archived: 90d, 12w. [TESSERA_ARCHIVE_DAYS]")
    ] = None,
) -> None:
    """Write jobs that ended long ago into files of JSON lines (gzip), then remove them with artifacts and deliveries.

    The ledger and the days' usage stay. A job stays while a file of it is in the store (TESSERA_ARTIFACT_DAYS) or its
    result is not posted yet. Stopped at any moment, the next run into the same folder goes on; nothing is lost or
    written twice.
    """
    from datetime import timedelta

    from scheduler.archive.archivist import archive as run
    from scheduler.database import opened

    with told():
        if not to.is_absolute():  # a run from elsewhere would not find what a stopped one has left
            raise typer.BadParameter("--to must begin with /")
        age = parse_age(older_than) if older_than else timedelta(days=settings().archive_days)
        if age < timedelta(days=LEAST_DAYS):
            raise typer.BadParameter(f"must be {LEAST_DAYS}d or more: so long a request may be repeated")

        async def work(url: str) -> None:
            async with opened(url) as connection:
                done = await run(connection, age, to, AT_ONCE)
            out.print(f"{done.jobs} jobs archived", highlight=False)
            for file in done.files:
                out.print(str(file), highlight=False, soft_wrap=True)

        with database() as url:
            asyncio.run(work(url))


def add_to(app: typer.Typer) -> None:
    app.command()(archive)

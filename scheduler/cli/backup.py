"""`tessera backup` and `tessera restore`."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from scheduler.cli.edge import database, err, out, told

FILE = "The backup: PostgreSQL's custom format, which pg_restore reads, too."


def backup(file: Annotated[Path, typer.Argument(help=FILE, dir_okay=False)]) -> None:
    """Write the whole database into one file, as of one moment, while everything runs.

    The files of artifacts are not in it: they are the artifact store's, to be copied beside it.
    """
    from scheduler.backups.keeper import backup as run

    with told(), database() as url:
        asyncio.run(run(url, file.absolute()))
    out.print(
        f"{file}: {file.stat().st_size / 2**20:.1f} MiB. Artifacts' files are in the artifact store; copy that, too."
    )


def restore(file: Annotated[Path, typer.Argument(help=FILE, exists=True, dir_okay=False)]) -> None:
    """Fill an empty database from a backup, migrate it, and check the books.

    Without TESSERA_DATABASE_URL that is the embedded one, made in TESSERA_DATA_DIR where there is none yet.
    """
    from scheduler.backups.keeper import restore as run

    with told(), database(fresh=True) as url:
        migrated, findings = asyncio.run(run(url, file.absolute()))
    out.print(f"restored; migrations run: {', '.join(migrated) or 'none'}", highlight=False)
    if findings:
        err.print(f"The books do not balance in {len(findings)} places: `tessera ledger check` lists them.")
        raise typer.Exit(1)
    out.print("The books balance. Give the scheduler's role its rights (`tessera roles`) where it has one of its own.")


def add_to(app: typer.Typer) -> None:
    app.command()(backup)
    app.command()(restore)

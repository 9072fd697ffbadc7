"""`tessera migrate`."""

import asyncio
from typing import Annotated

import typer

from scheduler.cli.edge import database_url, out, told


def migrate(
    to: Annotated[int | None, typer.Option(help="Migrate up or down to this number; the newest by default.")] = None,
    status: Annotated[bool, typer.Option("--status", help="Only say what is applied and what is pending.")] = False,
) -> None:
    """Bring the database to the schema of this version: TESSERA_DATABASE_URL, or that of the `tessera up` that runs."""
    from scheduler.migrate import migrate as run
    from scheduler.migrate import status as look

    with told():
        url = database_url()
        if status:
            found = asyncio.run(look(url))
            out.print(f"applied: {', '.join(map(str, found.applied)) or 'none'}", highlight=False)
            out.print(f"pending: {', '.join(map(str, found.pending)) or 'none'}", highlight=False)
            return
        done = asyncio.run(run(url, to))
        out.print("\n".join(done) or "nothing to do", highlight=False)


def add_to(app: typer.Typer) -> None:
    app.command()(migrate)

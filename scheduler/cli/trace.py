"""`tessera trace`."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from scheduler.cli.ages import parse_age
from scheduler.cli.edge import database, out, told


def trace(
    file: Annotated[Path, typer.Argument(help="The CSV file to write.", dir_okay=False)],
    since: Annotated[str | None, typer.Option(help="Only jobs of the last 36h, 7d or 12w.")] = None,
) -> None:
    """Record which jobs came, for `tessera simulate --trace`.

    One line a job: seconds since the first one, a number for the user, the plan that they have now, the model, the
    tokens. Nothing else about anybody. What was refused, ended without a start or is archived is not in it.
    """
    from scheduler.database import opened
    from scheduler.simulation.queries import jobs_that_came
    from scheduler.simulation.trace import record

    age = parse_age(since) if since else None

    async def work(url: str) -> int:
        async with opened(url) as connection:
            return await record(jobs_that_came(connection, age), file)

    with told(), database() as url:
        jobs = asyncio.run(work(url))
    out.print(f"[bold green]✓[/] {jobs:,} jobs in {file}", highlight=False, soft_wrap=True)


def add_to(app: typer.Typer) -> None:
    app.command()(trace)

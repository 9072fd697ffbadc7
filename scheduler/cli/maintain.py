"""`tessera maintain`: what a database wants now and then."""

import asyncio
import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from scheduler.cli.ages import parse_age
from scheduler.cli.edge import database, out, store_url, told

if TYPE_CHECKING:
    from scheduler.maintenance.keeper import Round
    from scheduler.maintenance.model import Table


def maintain(
    vacuum: Annotated[bool, typer.Option("--vacuum", help="Vacuum and analyse what the advice names.")] = False,
    usage_older_than: Annotated[
        str | None, typer.Option(help="Forget days of usage older than this: 104w. The ledger stays.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")] = False,
) -> None:
    """Remove expired files, old keys and workers long gone; say which tables want to be vacuumed or analysed.

    Schedulers remove what expires by themselves; this does it at once, and the rest when it is asked to.
    """
    from scheduler.maintenance.keeper import maintain as run

    usage = parse_age(usage_older_than) if usage_older_than else None
    with told(), database() as url:
        done = asyncio.run(run(url, store_url(), usage, vacuum=vacuum))
    if as_json:
        print(json.dumps(asdict(done) | {"tables": [asdict(table) | {"advice": said} for table, said in lines(done)]}))
    else:
        show(done)


def lines(done: "Round") -> "list[tuple[Table, list[str]]]":
    from scheduler.maintenance.model import advice

    return [(table, advice(table)) for table in done.tables]


def show(done: "Round") -> None:
    from rich.table import Table as Grid

    if not done.files:
        out.print("Expired files were left alone: TESSERA_STORE_URL is not set.")
    if done.usage_rows:
        out.print(f"{done.usage_rows} days of usage forgotten")
    grid = Grid("table", "rows", "dead", "MiB", "vacuumed", "advice", box=None, header_style="bold")
    for table, said in lines(done):
        ago = "never" if table.vacuumed_days_ago is None else f"{table.vacuumed_days_ago:.1f} d ago"
        size = f"{table.size_bytes / 2**20:.1f}"
        grid.add_row(table.name, str(table.live_rows), str(table.dead_rows), size, ago, "\n".join(said))
    out.print(grid)
    if done.vacuumed:
        out.print(f"vacuumed: {', '.join(done.vacuumed)}", highlight=False)
    elif any(said for _, said in lines(done)):
        out.print("`tessera maintain --vacuum` does it.")


def add_to(app: typer.Typer) -> None:
    app.command()(maintain)

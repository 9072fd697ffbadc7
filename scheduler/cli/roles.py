"""`tessera roles`: the least rights that each kind of process can work with."""

import asyncio
from typing import Annotated

import typer

from scheduler.cli.edge import database_url, out, told

app = typer.Typer(no_args_is_help=True, help="Least rights for each kind of process, in PostgreSQL and in Redis.")


@app.command()
def database(role: Annotated[str, typer.Argument(help="An existing role that schedulers connect as.")]) -> None:
    """Give a PostgreSQL role exactly the scheduler's rights. Run it as the owner, after each `tessera migrate`."""
    from scheduler.rights.doer import give

    with told():
        asyncio.run(give(database_url(), role))
        out.print(f"{role} may do what a scheduler does, and nothing else", highlight=False)


@app.command()
def redis(
    workers: Annotated[list[str] | None, typer.Option("--worker", help="TESSERA_WORKER_NAME of a worker.")] = None,
) -> None:
    """Print the lines of a Redis ACL file: schedulers, a health check, and a user for each worker."""
    from scheduler.rights.model import redis_health, redis_scheduler, redis_worker

    lines = ["user default off", redis_health(), redis_scheduler("PASSWORD")]
    for line in [*lines, *(redis_worker("PASSWORD", name) for name in workers or ["worker"])]:
        print(line)


def add_to(typer_app: typer.Typer) -> None:
    typer_app.add_typer(app, name="roles")

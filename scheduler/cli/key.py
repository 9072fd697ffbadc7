"""`tessera key`: API keys for developers."""

import asyncio
from typing import Annotated

import typer

from scheduler.cli.edge import database_url, out, told


def key(
    name: Annotated[str, typer.Argument(help="Names the account, web user `key:NAME`; made if it is not there.")],
    plan: Annotated[str | None, typer.Option(help="Put the account on this plan: free, starter, pro, admin.")] = None,
) -> None:
    """Make an API key. It is shown this once, and the account's key before it ends.

    Uses TESSERA_DATABASE_URL, or the database of the `tessera up` that runs.
    """
    from scheduler.standalone.keys import make_key

    with told():
        url = database_url()
        out.print(asyncio.run(make_key(url, name, plan)), highlight=False, soft_wrap=True)


def add_to(app: typer.Typer) -> None:
    app.command()(key)

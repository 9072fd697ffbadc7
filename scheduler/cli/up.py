"""`tessera up`."""

from typing import Any

import typer
from typer.core import TyperCommand

from scheduler.cli.edge import out, told
from scheduler.cli.settings import settings


class WithSettings(TyperCommand):
    """Its --help ends with every setting: all kinds of processes run under it."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        super().format_help(ctx, formatter)
        settings()


def up() -> None:
    """Run everything on this machine: databases, scheduler, one CPU worker, the web chat, and each bot with a token.

    PostgreSQL and Redis are embedded unless TESSERA_DATABASE_URL and TESSERA_REDIS_URL name yours. Ctrl-C stops it all
    in order; the next start finds everything again.
    """
    from scheduler.standalone.embedded import default_base
    from scheduler.standalone.up import up as run

    with told():
        run(default_base(), lambda text: out.print(text, highlight=False, soft_wrap=True))


def add_to(app: typer.Typer) -> None:
    app.command(cls=WithSettings)(up)

"""`tessera scheduler`, `tessera worker`, `tessera bot`: one process each, for machines that run only a part."""

import os
import sys
from typing import Annotated

import typer

FORWARDED = {"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []}


def become(module: str, arguments: list[str]) -> None:
    """Replace this process by `python -m MODULE`, so that signals reach it directly."""
    os.execv(sys.executable, [sys.executable, "-m", module, *arguments])


def scheduler(context: typer.Context) -> None:
    """Run the scheduler: the HTTP API, admission, dispatch. `--help` lists its settings."""
    become("scheduler", context.args)


def worker(context: typer.Context) -> None:
    """Run a worker on this machine. `--help` lists its settings."""
    become("workers", context.args)


def bot(
    context: typer.Context,
    names: Annotated[list[str] | None, typer.Argument(help="web, telegram, discord, or a bot_id")] = None,
) -> None:
    """Run the named bots in one process. `--help` lists their settings."""
    become("bots", [*(names or []), *context.args])


def add_to(app: typer.Typer) -> None:
    for command in (scheduler, worker, bot):
        app.command(context_settings=FORWARDED)(command)

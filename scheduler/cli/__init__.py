"""The `tessera` command: one file a topic; each command imports what it needs when it is called."""

import os

import typer
from dotenv import dotenv_values

from scheduler.cli import (
    archive,
    backup,
    demo,
    doctor,
    key,
    keys,
    ledger,
    maintain,
    migrate,
    processes,
    roles,
    settings,
    simulate,
    trace,
    up,
)
from scheduler.config import PREFIX

app = typer.Typer(
    name="tessera",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    help="Tessera turns chat messages into finished pictures. Try [bold]tessera up[/bold] and open the page it names,"
    " or [bold]tessera demo 'a red sunset over the sea'[/bold].",
    epilog="Settings are TESSERA_* variables, in the environment or in .env: [bold]tessera settings[/bold] lists them"
    " all. What is a list (bots, engines) may stand in tessera.toml.",
)


@app.callback()
def read_env_file() -> None:
    """What .env says holds for every process of the command; the environment counts more."""
    for name, value in dotenv_values(".env").items():
        if name.startswith(PREFIX) and value:
            os.environ.setdefault(name, value)


TOPICS = (
    up,
    demo,
    processes,
    migrate,
    doctor,
    settings,
    key,
    keys,
    roles,
    ledger,
    backup,
    archive,
    maintain,
    simulate,
    trace,
)
for topic in TOPICS:
    topic.add_to(app)

"""The `tessera` command: one file a topic; each command imports what it needs when it is called."""

import typer

from scheduler.cli import demo, doctor, key, migrate, processes, settings, up

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

for topic in (up, demo, processes, migrate, doctor, settings, key):
    topic.add_to(app)

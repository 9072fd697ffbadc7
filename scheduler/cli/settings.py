"""`tessera settings`: every variable, from the code of the process that reads it."""

from typing import Annotated

import typer
from rich.table import Table

from scheduler.cli.edge import out


def settings(markdown: Annotated[bool, typer.Option("--markdown", help="As the README shows them.")] = False) -> None:
    """List every TESSERA_* variable with its default and what it is for."""
    groups = collected()
    if markdown:
        print("\n".join(as_markdown(groups)))
        return
    for title, lines in groups.items():
        table = Table(title=title, title_justify="left", box=None, padding=(0, 2, 0, 0))
        for column in ("variable", "default", "what it is for"):
            table.add_column(column, overflow="fold")
        for line in lines:
            table.add_row(line["variable"], line["default"], line["purpose"])
        out.print(table)


def collected() -> dict[str, list[dict[str, str]]]:
    """The settings of each kind of process; a variable that several share is listed with the first."""
    from dataclasses import asdict

    from scheduler.config import describe
    from scheduler.settings import SchedulerSettings
    from scheduler.standalone.asking import ask

    groups = {"scheduler": [asdict(line) for line in describe(SchedulerSettings)]}
    groups["worker"] = ask("workers")["settings"]
    groups["bots"] = ask("bots")["settings"]
    groups["one machine"] = [
        {"variable": "TESSERA_DATA_DIR", "default": "", "purpose": "where `tessera up` keeps everything"}
    ]
    seen: set[str] = set()
    for lines in groups.values():
        lines[:] = [line for line in lines if line["variable"] not in seen]
        seen |= {line["variable"] for line in lines}
    return groups


def as_markdown(groups: dict[str, list[dict[str, str]]]) -> list[str]:
    lines = []
    for title, settings_ in groups.items():
        lines += ["", f"**{title}**", "", "| variable | default | what it is for |", "|---|---|---|"]
        lines += [f"| `{s['variable']}` | {code(s['default'])} | {s['purpose']} |" for s in settings_]
    return lines[1:]


def code(value: str) -> str:
    return f"`{value}`" if value else ""


def add_to(app: typer.Typer) -> None:
    app.command()(settings)

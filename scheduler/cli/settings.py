"""`tessera settings`: every variable, from the code of the process that reads it."""

from typing import Annotated

import typer
from rich.markup import escape

from scheduler.cli.edge import out

Groups = dict[str, list[dict[str, str]]]


def settings(markdown: Annotated[bool, typer.Option("--markdown", help="As the README shows them.")] = False) -> None:
    """List every TESSERA_* variable with its default and what it is for."""
    from scheduler.standalone.asking import all_settings

    groups = all_settings()
    if markdown:
        print("\n".join(as_markdown(groups)))
        return
    for title, lines in groups.items():
        out.print(f"\n[bold]{title}[/]")
        for line in lines:
            default = f" [dim]{escape('[' + line['default'] + ']')}[/]" if line["default"] else ""
            out.print(f"  {line['variable']}{default}", highlight=False, soft_wrap=True)
            out.print(f"      {escape(line['purpose'])}", highlight=False, soft_wrap=True)


def as_markdown(groups: Groups) -> list[str]:
    lines = []
    for title, settings_ in groups.items():
        lines += ["", f"**{title}**", "", "| variable | default | what it is for |", "|---|---|---|"]
        lines += [f"| `{s['variable']}` | {code(s['default'])} | {s['purpose']} |" for s in settings_]
    return lines[1:]


def code(value: str) -> str:
    return f"`{value}`" if value else ""


def add_to(app: typer.Typer) -> None:
    app.command()(settings)

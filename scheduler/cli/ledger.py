"""`tessera ledger`: proves the books, and mends what can be mended."""

import asyncio
import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from scheduler.cli.edge import database, out, told

if TYPE_CHECKING:
    from scheduler.ledger.model import Finding, Repair

MOST_SHOWN = 50
app = typer.Typer(no_args_is_help=True, help="Prove the books, and mend what can be mended by compensating rows.")
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")]


@app.command()
def check(as_json: AsJson = False) -> None:
    """Prove the books as of this moment, while everything runs; exit code 1 when something does not hold."""
    from scheduler.database import opened
    from scheduler.ledger.auditor import audit
    from scheduler.ledger.model import MEANING, Check

    async def look(url: str) -> "list[Finding]":
        async with opened(url) as connection:
            return await audit(connection)

    with told(), database() as url:
        findings = asyncio.run(look(url))
    counts = {name: sum(finding.check is name for finding in findings) for name in Check}
    if as_json:
        print(json.dumps({"ok": not findings, "checks": counts, "findings": [plain(one) for one in findings]}))
    else:
        for name, meaning in MEANING.items():
            mark = "[bold red]✗[/]" if counts[name] else "[bold green]✓[/]"
            out.print(f"{mark} {meaning}" + (f": not so in {counts[name]}" if counts[name] else ""), highlight=False)
        for one in findings[:MOST_SHOWN]:
            out.print(f"  {sentence(one)}", highlight=False, markup=False, soft_wrap=True)
    if findings:
        raise typer.Exit(1)


@app.command()
def repair(as_json: AsJson = False) -> None:
    """Write the rows that are missing and count anew what was miscounted; exit code 1 when a person must decide."""
    from scheduler.database import opened
    from scheduler.ledger.model import Mended
    from scheduler.ledger.repairs import repair as run

    async def mend(url: str) -> "list[Repair]":
        async with opened(url) as connection:
            return await run(connection)

    with told(), database() as url:
        repairs = asyncio.run(mend(url))
    if as_json:
        print(json.dumps([plain(one.finding) | {"result": one.result, "words": one.words} for one in repairs]))
    else:
        for one in repairs:
            out.print(f"{one.result}: {sentence(one.finding)}\n    {one.words}", highlight=False, markup=False)
        out.print("" if repairs else "nothing to mend")
    if any(one.result is Mended.DECIDE for one in repairs):
        raise typer.Exit(1)


def plain(finding: "Finding") -> dict[str, Any]:
    facts = {name: value if isinstance(value, int | list) else str(value) for name, value in finding.facts.items()}
    return {"check": finding.check, "user_id": finding.user_id, **json.loads(json.dumps(facts, default=str))}


def sentence(finding: "Finding") -> str:
    facts = ", ".join(f"{name} {value}" for name, value in finding.facts.items())
    return f"{finding.check}: user {finding.user_id}, {facts}"


def add_to(typer_app: typer.Typer) -> None:
    typer_app.add_typer(app, name="ledger")

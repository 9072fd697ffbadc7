"""`tessera doctor`."""

import typer

from scheduler.cli.edge import out


def doctor() -> None:
    """Check settings, database, Redis, artifact store, engines and tokens; say what is wrong and how to mend it."""
    from scheduler.standalone.checkup import checkup

    findings = checkup()
    for finding in findings:
        mark = "[bold green]✓[/]" if finding.ok else "[bold red]✗[/]"
        out.print(f"{mark} [bold]{finding.subject}[/]  {finding.found}", highlight=False, soft_wrap=True)
        if finding.mend:
            out.print(f"    → {finding.mend}", highlight=False, markup=False, soft_wrap=True)
    if not all(finding.ok for finding in findings):
        raise typer.Exit(1)


def add_to(app: typer.Typer) -> None:
    app.command()(doctor)

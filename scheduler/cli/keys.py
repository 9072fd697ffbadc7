"""`tessera keys`: the bots' keys."""

import asyncio
import json
import os
from dataclasses import asdict
from typing import Annotated

import typer

from scheduler.accounts.model import Platform, Scope
from scheduler.cli.ages import parse_age
from scheduler.cli.edge import database, out, told

app = typer.Typer(no_args_is_help=True, help="The bots' keys: made, rotated with an overlap, revoked.")
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON list and nothing else.")]
Number = Annotated[int | None, typer.Option("--id", help="Only this one, by `tessera keys list`.")]
Name = Annotated[str, typer.Argument(help="Names the key; by default also the bot (bot_id) it speaks for.")]
USUAL = [Scope.ACT, Scope.DELIVER]


@app.command()
def make(
    name: Name,
    platform: Annotated[Platform, typer.Option(help="It may act only for users of this platform.")],
    bot: Annotated[str | None, typer.Option(help="The bot it speaks for, where that is not NAME.")] = None,
    scopes: Annotated[list[Scope], typer.Option("--scope", help="What it may be used for.")] = USUAL,
    expires_in: Annotated[str | None, typer.Option(help="When it ends by itself: 90d.")] = None,
    overlap: Annotated[str, typer.Option(help="How long the key before it stays valid beside it.")] = "24h",
    from_env: Annotated[str | None, typer.Option(help="Variable with a key of yours, instead of a new one.")] = None,
) -> None:
    """Make a bot's key, or its next one. It is shown this once, and stored only as SHA-256.

    Two keys of a name can be valid at a time: give the bot the new one before the overlap ends. With --from-env the
    same command may be repeated: a key that is known changes nothing.
    """
    from scheduler.accounts.keyring import KeyringError, Wish
    from scheduler.accounts.keyring import make as run
    from scheduler.database import opened

    async def work(url: str, wish: Wish) -> str:
        async with opened(url) as connection:
            return await run(connection, wish)

    lasts = parse_age(expires_in) if expires_in else None
    with told():
        given = os.environ.get(from_env) if from_env else None
        if from_env and not given:
            raise KeyringError(f"{from_env} is not set.")
        wish = Wish(name, platform, bot or name, scopes, lasts, parse_age(overlap), given)
        with database() as url:
            key = asyncio.run(work(url, wish))
    out.print(f"{name} has its key" if given else key, highlight=False, soft_wrap=True)


@app.command("list")
def show(
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON list and nothing else.")] = False,
) -> None:
    """List the bots' keys, without the keys."""
    from rich.table import Table

    from scheduler.accounts.service_keys import ServiceKey, service_keys
    from scheduler.database import opened

    async def work(url: str) -> list[ServiceKey]:
        async with opened(url) as connection:
            return await service_keys(connection)

    with told(), database() as url:
        found = asyncio.run(work(url))
    if as_json:
        print(json.dumps([asdict(one) for one in found], default=str))
        return
    grid = Table("id", "name", "platform", "bot", "scopes", "made", "valid", box=None, header_style="bold")
    for one in found:
        until = f"until {one.expires_at:%Y-%m-%d %H:%M}" if one.expires_at else "yes"
        valid = until if one.valid else "revoked" if one.revoked_at else "expired"
        made = f"{one.created_at:%Y-%m-%d}"
        grid.add_row(
            str(one.id), one.name, one.platform or "any", one.bot_id or "any", " ".join(one.scopes), made, valid
        )
    out.print(grid)


@app.command()
def revoke(
    name: Name,
    number: Annotated[int | None, typer.Option("--id", help="Only this one, by `tessera keys list`.")] = None,
) -> None:
    """End the keys of a name, or one of them; schedulers notice within 30 seconds."""
    from scheduler.accounts.keyring import end
    from scheduler.database import opened

    async def work(url: str) -> int:
        async with opened(url) as connection:
            return await end(connection, name, number)

    with told(), database() as url:
        out.print(f"{asyncio.run(work(url))} revoked", highlight=False)


def add_to(typer_app: typer.Typer) -> None:
    typer_app.add_typer(app, name="keys")

"""/admin: for accounts of the Admin plan; whoever else finds it is answered as if it did not exist.

Discord hides the command from all but a server's administrators; it cannot hide by plan.
"""

import re
from decimal import Decimal

import discord
from discord import app_commands

from bots.admin import Order, carried_out, job_id
from bots.discord.client import Act
from bots.discord.desk import ref, translator
from bots.messenger import Screen
from bots.replies import welcome

MENTION = re.compile(r"<@!?(\d+)>|(\d+)")
EVERYTHING = "all"
MOST_TOKENS = 1_000_000.0

Given = app_commands.Range[float, 0.01, MOST_TOKENS]
Taken = app_commands.Range[float, -MOST_TOKENS, MOST_TOKENS]
Reason = app_commands.Range[str, 1, 200]
Reference = app_commands.Range[str, 1, 100]

admin = app_commands.Group(
    name="admin",
    description="…",
    default_permissions=discord.Permissions(0),
    allowed_contexts=app_commands.AppCommandContext(guild=True, dm_channel=False, private_channel=False),
    allowed_installs=app_commands.AppInstallationType(guild=True, user=False),
)


@admin.command()
async def status(act: Act) -> None:
    """Show queue, workers and pauses."""
    await answer(act, Order("status"))


@admin.command()
async def user(act: Act, who: str) -> None:
    """Show an account."""
    await answer(act, Order("user", named(who)))


@admin.command()
async def grant(act: Act, who: str, tokens: Given, note: str | None = None) -> None:
    """Add tokens to an account."""
    await answer(act, Order("grant", named(who), cents(tokens), note))


@admin.command()
async def purchase(act: Act, who: str, tokens: Given, reference: Reference, note: str | None = None) -> None:
    """Add tokens that were paid for elsewhere."""
    await answer(act, Order("purchase", named(who), cents(tokens), note, reference=reference))


@admin.command()
async def correct(act: Act, who: str, tokens: Taken, reason: Reason) -> None:
    """Add to a balance or take from it."""
    count = cents(tokens)
    await answer(act, Order("correct", named(who), count, reason) if count else None)


@admin.command()
async def ban(act: Act, who: str, reason: Reason) -> None:
    """Refuse whatever an account asks for."""
    await answer(act, Order("ban", named(who), note=reason))


@admin.command()
async def unban(act: Act, who: str, reason: Reason | None = None) -> None:
    """Let an account ask for things again."""
    await answer(act, Order("unban", named(who), note=reason))


@admin.command()
async def pause(act: Act, subject: str = EVERYTHING, reason: str | None = None) -> None:
    """Stop taking and starting jobs: all, capability:image or model:sdxl."""
    await answer(act, Order("pause", subject, note=reason))


@admin.command()
async def resume(act: Act, subject: str = EVERYTHING) -> None:
    """End a pause."""
    await answer(act, Order("resume", subject))


@admin.command()
async def letters(act: Act) -> None:
    """Show results that could not be posted."""
    await answer(act, Order("letters"))


@admin.command()
async def retry(act: Act, job: str = EVERYTHING) -> None:
    """Post them after all: one job's, or all."""
    chosen = job_id(job.strip())
    await answer(act, Order("retry", job=chosen) if chosen or job.strip() == EVERYTHING else None)


async def answer(act: Act, order: Order | None) -> None:
    """Do it, and say what came of it; None: the options make no sense together."""

    async def told() -> Screen:
        desk, tr = act.client.desk, translator(act)
        screen = await carried_out(desk.user(act), order, tr, key=desk.key(act))
        return screen or welcome.unknown_command(tr)

    await act.client.desk.privately(act, told())


def cents(tokens: float) -> Decimal:
    """Tokens with two decimals."""
    return Decimal(tokens).quantize(Decimal("0.01"))


def named(who: str) -> str:
    """A user by reference, "telegram:42", or by mention or id on Discord."""
    mention = MENTION.fullmatch(who.strip())
    return ref(mention[1] or mention[2]) if mention else who.strip()

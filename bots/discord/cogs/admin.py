"""/admin: for accounts of the Admin plan; whoever else finds it is answered as if it did not exist.

Discord hides the command from all but a server's administrators; it cannot hide by plan.
"""

import re
from collections.abc import Coroutine
from decimal import Decimal
from uuid import UUID

import discord
from discord import app_commands

from bots.admin import job_id
from bots.discord.client import Act
from bots.discord.desk import ref, translator
from bots.messenger import Screen
from bots.replies import admin as replies
from bots.replies import welcome
from scheduler.errors import Code, Refused

MENTION = re.compile(r"<@!?(\d+)>|(\d+)")
EVERYTHING = "all"
MOST_TOKENS = 1_000_000.0

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

    async def shown() -> Screen:
        return replies.status(await act.client.desk.user(act).admin_status(), translator(act))

    await answer(act, shown())


@admin.command()
async def user(act: Act, who: str) -> None:
    """Show an account."""

    async def shown() -> Screen:
        return replies.user(await act.client.desk.user(act).admin_user(named(who)), translator(act))

    await answer(act, shown())


@admin.command()
async def grant(
    act: Act, who: str, tokens: app_commands.Range[float, 0.01, MOST_TOKENS], note: str | None = None
) -> None:
    """Add tokens to an account."""

    async def granted() -> Screen:
        desk, count = act.client.desk, cents(tokens)
        account = await desk.user(act).admin_grant(named(who), count, note, key=desk.key(act))
        return replies.granted(account, count, translator(act))

    await answer(act, granted())


@admin.command()
async def purchase(
    act: Act,
    who: str,
    tokens: app_commands.Range[float, 0.01, MOST_TOKENS],
    reference: app_commands.Range[str, 1, 100],
    note: str | None = None,
) -> None:
    """Add tokens that were paid for elsewhere."""

    async def booked() -> Screen:
        count = cents(tokens)
        account = await act.client.desk.user(act).admin_purchase(named(who), count, reference, note)
        return replies.purchased(account, count, translator(act))

    await answer(act, booked())


@admin.command()
async def correct(
    act: Act,
    who: str,
    tokens: app_commands.Range[float, -MOST_TOKENS, MOST_TOKENS],
    reason: app_commands.Range[str, 1, 200],
) -> None:
    """Add to a balance or take from it."""

    async def corrected() -> Screen:
        desk, count = act.client.desk, cents(tokens)
        if not count:
            return replies.usage(translator(act))
        account = await desk.user(act).admin_correct(named(who), count, reason, key=desk.key(act))
        return replies.corrected(account, count, translator(act))

    await answer(act, corrected())


@admin.command()
async def ban(act: Act, who: str, reason: app_commands.Range[str, 1, 200]) -> None:
    """Refuse whatever an account asks for."""

    async def banned() -> Screen:
        return replies.banned(await act.client.desk.user(act).admin_ban(named(who), reason), translator(act))

    await answer(act, banned())


@admin.command()
async def unban(act: Act, who: str, reason: app_commands.Range[str, 1, 200] | None = None) -> None:
    """Let an account ask for things again."""

    async def unbanned() -> Screen:
        return replies.banned(await act.client.desk.user(act).admin_unban(named(who), reason), translator(act))

    await answer(act, unbanned())


@admin.command()
async def pause(act: Act, subject: str = EVERYTHING, reason: str | None = None) -> None:
    """Stop taking and starting jobs: all, capability:image or model:sdxl."""

    async def paused() -> Screen:
        return replies.paused(await act.client.desk.user(act).admin_pause(subject, reason), translator(act))

    await answer(act, paused())


@admin.command()
async def resume(act: Act, subject: str = EVERYTHING) -> None:
    """End a pause."""

    async def resumed() -> Screen:
        return replies.paused(await act.client.desk.user(act).admin_resume(subject), translator(act))

    await answer(act, resumed())


@admin.command()
async def letters(act: Act) -> None:
    """Show results that could not be posted."""

    async def shown() -> Screen:
        return replies.letters(await act.client.desk.user(act).admin_letters(), translator(act))

    await answer(act, shown())


@admin.command()
async def retry(act: Act, job: str = EVERYTHING) -> None:
    """Post them after all: one job's, or all."""

    async def retried() -> Screen:
        return replies.retried(await act.client.desk.user(act).admin_retry(chosen(job)), translator(act))

    await answer(act, retried())


async def answer(act: Act, work: Coroutine[None, None, Screen]) -> None:
    await act.client.desk.privately(act, for_admins(act, work))


async def for_admins(act: Act, work: Coroutine[None, None, Screen]) -> Screen:
    if (await act.client.desk.user(act).me()).is_admin:
        return await work
    work.close()
    return welcome.unknown_command(translator(act))


def cents(tokens: float) -> Decimal:
    """Tokens with two decimals."""
    return Decimal(tokens).quantize(Decimal("0.01"))


def chosen(job: str) -> UUID | None:
    """The job whose letter is meant; None: all."""
    named = job_id(job.strip())
    if named is None and job.strip() != EVERYTHING:
        raise Refused.because(Code.NOT_FOUND, what="job")
    return named


def named(who: str) -> str:
    """A user by reference, "telegram:42", or by mention or id on Discord."""
    mention = MENTION.fullmatch(who.strip())
    return ref(mention[1] or mention[2]) if mention else who.strip()

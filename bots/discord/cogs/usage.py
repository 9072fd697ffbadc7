"""/usage: tokens and what was made."""

from datetime import UTC, datetime

from discord import app_commands

from bots.discord.client import Act
from bots.discord.desk import translator
from bots.messenger import Screen
from bots.replies import account

DAYS = 7


@app_commands.command()
async def usage(act: Act) -> None:
    """Show the plan, today, and the last days."""
    await act.client.desk.privately(act, spent(act))


async def spent(act: Act) -> Screen:
    user = act.client.desk.user(act)
    me, past = await user.me(), await user.usage(DAYS)
    return account.usage(me, past.days, translator(act), datetime.now(UTC))

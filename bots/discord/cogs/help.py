"""/help: what the bot can do."""

from discord import app_commands

from bots import making
from bots.discord.client import Act
from bots.discord.desk import translator
from bots.messenger import Screen
from bots.replies import welcome


@app_commands.command(name="help")
async def help_(act: Act) -> None:
    """Say what the bot can do."""
    await act.client.desk.privately(act, words(act))


async def words(act: Act) -> Screen:
    return welcome.help_(translator(act), makers=making.offered(act.client.desk.bot.capabilities), plain_words=False)

"""/start: a first word."""

from discord import app_commands

from bots.discord.client import Act
from bots.discord.desk import translator
from bots.messenger import Screen
from bots.replies import welcome


@app_commands.command()
async def start(act: Act) -> None:
    """Say hello and what there is to spend."""
    await act.client.desk.privately(act, hello(act))


async def hello(act: Act) -> Screen:
    account = await act.client.desk.user(act).me()
    return welcome.start(account, translator(act), name=act.user.display_name, plain_words=False)

"""/help: what the bot can do."""

from discord import app_commands

from bots import making, models
from bots.discord.client import Act
from bots.discord.desk import translator
from bots.messenger import Screen
from bots.replies import welcome


@app_commands.command(name="help")
async def help_(act: Act) -> None:
    """Say what the bot can do."""
    await act.client.desk.privately(act, words(act))


async def words(act: Act) -> Screen:
    desk = act.client.desk
    answers = (await models.known(desk.user(act))).answers
    makers = making.shown(making.offered(desk.bot.capabilities), answers=answers)
    return welcome.help_(translator(act), makers=makers, plain_words=False)

"""The Discord bot: slash commands, buttons, and one message from question to picture."""

from bots.discord.run import run

__all__ = ["run"]

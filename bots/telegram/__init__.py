"""The Telegram bot."""

from bots.telegram.run import run

__all__ = ["run"]

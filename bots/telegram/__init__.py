"""The Telegram bot."""

from bots.telegram import lean  # first: how aiogram is imported decides what it costs
from bots.telegram.run import run

__all__ = ["lean", "run"]

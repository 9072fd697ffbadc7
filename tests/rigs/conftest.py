"""Fixtures of the rigs' own tests."""

from tests.rigs.discord_studio import studio
from tests.rigs.telegram_stage import account, ann, bot, telegram

__all__ = ["account", "ann", "bot", "studio", "telegram"]

"""The list of commands that Telegram shows beside the text field."""

import time
from collections.abc import Sequence

from aiogram import Bot
from aiogram.types import BotCommand, BotCommandScopeChat

from bots.making import Maker, shown
from bots.models import Answerer
from bots.replies.translator import FALLBACK, Translator, sources

COMMANDS = ("usage", "jobs", "cancel", "help")
LOOK_SECONDS = 300.0
DAY_SECONDS = 86_400.0


class Menu:
    """Its tick sets the list for everybody once a day, and whenever another command is there."""

    def __init__(self, bot: Bot, makers: Sequence[Maker], answerer: Answerer) -> None:
        self.bot = bot
        self.makers = makers
        self.answerer = answerer
        self.shown: tuple[Maker, ...] | None = None
        self.again_at = 0.0

    async def tick(self) -> None:
        wanted = shown(self.makers, answers=await self.answerer.is_here())
        if wanted != self.shown or time.monotonic() >= self.again_at:
            await show_commands(self.bot, wanted)
            self.shown, self.again_at = wanted, time.monotonic() + DAY_SECONDS


async def show_commands(bot: Bot, makers: Sequence[Maker]) -> None:
    """In every language there is; the fallback's words serve all other languages."""
    for locale in sources():
        language = None if locale == FALLBACK else locale
        await bot.set_my_commands(worded((*makers, *COMMANDS), Translator(locale)), language_code=language)


async def show_admin_commands(bot: Bot, makers: Sequence[Maker], chat_id: int, tr: Translator) -> None:
    """Set the list of an admin's private chat."""
    commands = worded((*makers, *COMMANDS, "admin"), tr)
    await bot.set_my_commands(commands, scope=BotCommandScopeChat(chat_id=chat_id))


def worded(commands: Sequence[str], tr: Translator) -> list[BotCommand]:
    return [BotCommand(command=command, description=tr(f"menu-{command}")) for command in commands]

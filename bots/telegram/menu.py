"""The list of commands that Telegram shows beside the text field."""

from collections.abc import Sequence

from aiogram import Bot
from aiogram.types import BotCommand, BotCommandScopeChat

from bots.making import Maker
from bots.replies.translator import FALLBACK, Translator, sources

COMMANDS = ("usage", "jobs", "cancel", "help")


async def show_commands(bot: Bot, makers: Sequence[Maker]) -> None:
    """Set the list for everybody, in every language there is; the fallback's words serve all other languages."""
    for locale in sources():
        language = None if locale == FALLBACK else locale
        await bot.set_my_commands(worded((*makers, *COMMANDS), Translator(locale)), language_code=language)


async def show_admin_commands(bot: Bot, makers: Sequence[Maker], chat_id: int, tr: Translator) -> None:
    """Set the list of an admin's private chat."""
    commands = worded((*makers, *COMMANDS, "admin"), tr)
    await bot.set_my_commands(commands, scope=BotCommandScopeChat(chat_id=chat_id))


def worded(commands: Sequence[str], tr: Translator) -> list[BotCommand]:
    return [BotCommand(command=command, description=tr(f"menu-{command}")) for command in commands]

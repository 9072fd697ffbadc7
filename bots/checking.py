"""What the settings of the bots amount to, without starting anything: `tessera doctor` asks for it."""

import re
from dataclasses import asdict
from typing import TypedDict

from bots.settings import BotEntry, BotSettings
from scheduler.accounts.model import Platform
from scheduler.config import describe, load
from scheduler.errors import SettingsError

TELEGRAM_TOKEN = re.compile(r"[0-9]{3,20}:[A-Za-z0-9_-]{20,}")  # as @BotFather writes them
DISCORD_TOKEN = re.compile(r"\S{20,}")


class BotCheck(TypedDict):
    bot_id: str
    platform: str
    token: bool  # whether there is one; a token itself is never shown


class Check(TypedDict):
    ok: bool
    api_url: str | None
    service_key: bool
    bots: list[BotCheck]
    problems: list[str]  # each names the setting and says what was expected
    settings: list[dict[str, str]]  # every variable, with its default and purpose


def check() -> Check:
    """Read the settings and look at the tokens' shape."""
    try:
        settings = load(BotSettings)
        entries = settings.entries().values()
    except SettingsError as error:
        problems = str(error).splitlines()
        return Check(ok=False, api_url=None, service_key=False, bots=[], problems=problems, settings=variables())
    problems = [problem for entry in entries if (problem := wrong_token(entry))]
    return Check(
        ok=not problems,
        api_url=settings.api_url,
        service_key=settings.service_key is not None,
        bots=[BotCheck(bot_id=each.bot_id, platform=each.platform, token=each.token is not None) for each in entries],
        problems=problems,
        settings=variables(),
    )


def variables() -> list[dict[str, str]]:
    return [asdict(line) for line in describe(BotSettings)]


def wrong_token(entry: BotEntry) -> str | None:
    """A sentence when the token cannot be one of its platform."""
    token = entry.token.get_secret_value() if entry.token else ""
    match entry.platform:
        case Platform.TELEGRAM if not TELEGRAM_TOKEN.fullmatch(token):
            return f"token of bot {entry.bot_id!r}: expected one like 123456789:AA… from @BotFather"
        case Platform.DISCORD if not DISCORD_TOKEN.fullmatch(token):
            return f"token of bot {entry.bot_id!r}: expected the bot token of the Discord developer portal"
    return None

"""Runs the named bots in one process: `python -m bots web telegram`."""

import argparse
import asyncio
import json
import sys
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from functools import partial
from importlib import import_module

import structlog

from bots.checking import check
from bots.settings import BotEntry, BotSettings
from scheduler import supervisor
from scheduler.accounts.model import Platform
from scheduler.client.session import Scheduler, connect
from scheduler.config import listed, load
from scheduler.errors import SettingsError
from scheduler.observability import setup_logging
from scheduler.supervisor import Loop

log = structlog.get_logger("bots")

Run = Callable[[BotEntry, BotSettings, Scheduler, asyncio.Event], Awaitable[None]]


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit codes: 0 told to stop, 1 no bot could run, 2 wrong settings or arguments."""
    parser = argparse.ArgumentParser(
        prog="tessera bot",
        description="Runs the named bots in one process.",
        epilog=listed(BotSettings),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help="bot_id of each bot to run")
    parser.add_argument("--check", action="store_true", help="say what is set, start nothing")
    parser.add_argument("--json", action="store_true", help="with --check: one JSON object")
    given = parser.parse_args(arguments)
    if given.check:
        found = check()
        print(json.dumps(found) if given.json else "\n".join(found["problems"]) or "ok")
        return 0 if found["ok"] else 2
    try:
        settings = load(BotSettings)
        entries = chosen(settings, given.names)
    except SettingsError as error:
        print(error, file=sys.stderr)
        return 2
    setup_logging(settings.log_level, {"auto": None, "json": True, "text": False}[settings.log_format])
    with asyncio.Runner(loop_factory=loop_factory()) as runner:
        return runner.run(serve(settings, entries))


def chosen(settings: BotSettings, names: Sequence[str]) -> list[BotEntry]:
    """The named bots, or SettingsError for one that is not set up."""
    entries = settings.entries()
    if settings.service_key is None:
        raise SettingsError("TESSERA_SERVICE_KEY: not set (the bots' key for the scheduler's HTTP API)")
    if not names:
        raise SettingsError(f"which bots? There is: {', '.join(entries)}")
    for name in names:
        if name not in entries:
            variable = {"telegram": "TESSERA_TELEGRAM_TOKEN", "discord": "TESSERA_DISCORD_TOKEN"}.get(name, "[[bots]]")
            raise SettingsError(f"{variable}: not set, so there is no bot {name!r}. There is: {', '.join(entries)}")
    found = [entries[name] for name in dict.fromkeys(names)]
    hooked = [entry.bot_id for entry in found if entry.platform is Platform.TELEGRAM]
    if settings.telegram_webhook_url and len(hooked) > 1:
        raise SettingsError(
            f"TESSERA_TELEGRAM_WEBHOOK_URL: Telegram would call {', '.join(hooked)} at one address. Run each with"
            " a TESSERA_TELEGRAM_WEBHOOK_URL and a TESSERA_TELEGRAM_WEBHOOK_PORT of its own, or let them poll without"
        )
    return found


async def serve(settings: BotSettings, entries: Sequence[BotEntry]) -> int:
    """Run the bots until a signal, or until none of them can."""
    stop = asyncio.Event()
    supervisor.stop_on_signals(stop)
    key = settings.service_key.get_secret_value() if settings.service_key else ""
    unable: set[str] = set()
    async with AsyncExitStack() as stack:
        scheduler = await stack.enter_async_context(connect(settings.api_url, key))

        async def tick(entry: BotEntry) -> None:
            try:
                # imported only where it runs: a process of the web chat alone holds neither aiogram nor discord.py
                run: Run = import_module(f"bots.{entry.platform}").run
                log.info("bot.started", bot=entry.bot_id, platform=entry.platform)
                await run(entry, settings, scheduler, stop)
            except SettingsError as error:
                log.error("bot.unable", bot=entry.bot_id, reason=str(error))
                unable.add(entry.bot_id)
                if len(unable) == len(entries):
                    stop.set()
                await stop.wait()

        loops = [Loop(entry.bot_id, partial(tick, entry), every=1.0) for entry in entries]
        await supervisor.run([*loops, *supervisor.pulse(settings.alive_file)], stop)
    return 1 if len(unable) == len(entries) else 0


def loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """uvloop where it is installed."""
    try:
        factory: Callable[[], asyncio.AbstractEventLoop] = import_module("uvloop").new_event_loop
        return factory
    except ImportError:
        return None


if __name__ == "__main__":
    sys.exit(main())

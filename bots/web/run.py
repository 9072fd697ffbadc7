"""The wiring of the web chat."""

import asyncio
import secrets

import structlog
from aiohttp import web

from bots.settings import BotEntry, BotSettings
from bots.web import visitors
from bots.web.app import application
from bots.web.live import Live
from bots.web.site import Site
from bots.web.visitors import Visitors
from scheduler.client import Scheduler
from scheduler.errors import SettingsError
from scheduler.proxies import Proxies

log = structlog.get_logger(__name__)

SHUTDOWN_SECONDS = 3.0
KEEP_ALIVE_SECONDS = 180.0  # for a connection on which nothing is asked; proxies give theirs up before
LINGER_SECONDS = 2.0  # for the rest of a body that nobody wants


async def run(bot: BotEntry, settings: BotSettings, scheduler: Scheduler, stop: asyncio.Event) -> None:
    """Serve the page until `stop`."""
    site = Site(
        bot=bot,
        scheduler=scheduler,
        visitors=Visitors(visitors.secret(settings)),
        proxies=Proxies(tuple(settings.trusted_proxies)),
        live=Live(scheduler, bot.bot_id),
        process=f"{bot.bot_id}-{secrets.token_hex(8)}",
    )
    runner = web.AppRunner(
        application(site),
        access_log=None,
        shutdown_timeout=SHUTDOWN_SECONDS,
        keepalive_timeout=KEEP_ALIVE_SECONDS,
        lingering_time=LINGER_SECONDS,
    )
    await runner.setup()
    try:
        await listen(runner, settings.web_host, settings.web_port)
        await site.live.follow(stop)
    finally:
        await runner.cleanup()


async def listen(runner: web.AppRunner, host: str, port: int) -> None:
    try:
        await web.TCPSite(runner, host, port).start()
    except OSError as error:
        raise SettingsError(f"TESSERA_WEB_PORT: cannot listen on {host}:{port} ({error.strerror})") from error
    log.info("web.listening", addresses=[f"{address[0]}:{address[1]}" for address in runner.addresses])

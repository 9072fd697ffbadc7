"""The wiring of the web chat."""

import asyncio
import secrets
import socket

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
from scheduler.port import accepting, listener, server_of
from scheduler.proxies import Proxies

log = structlog.get_logger(__name__)

SHUTDOWN_SECONDS = 3.0
KEEP_ALIVE_SECONDS = 180.0  # for a connection on which nothing is asked; proxies give theirs up before
LINGER_SECONDS = 2.0  # for the rest of a body that nobody wants


async def run(bot: BotEntry, settings: BotSettings, scheduler: Scheduler, stop: asyncio.Event) -> None:
    """Serve the page until `stop`, then those who still ask."""
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
        async with accepting(bound(settings), site.connections.protocol(server_of(runner))) as port:
            log.info("web.listening", address=port.address)
            await site.live.follow(stop)
            if site.live.tabs:  # their pages come back in a moment, perhaps on connections that are still open here
                site.farewell.asked()
            await site.farewell.leave(port, settings.drain_seconds, shared=settings.share_port)
    finally:
        await runner.cleanup()


def bound(settings: BotSettings) -> socket.socket:
    host, port = settings.web_host, settings.web_port
    try:
        return listener(host, port, shared=settings.share_port)
    except OSError as error:
        raise SettingsError(f"TESSERA_WEB_PORT: cannot listen on {host}:{port} ({error.strerror})") from error

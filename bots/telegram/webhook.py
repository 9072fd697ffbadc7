"""Receiving by webhook: Telegram's call is answered 200 only when the effect of its update is committed."""

import hmac
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from hashlib import sha256
from urllib.parse import urlsplit

import structlog
from aiogram import Bot
from aiogram.types import Update
from aiohttp import web
from pydantic import ValidationError

from bots.telegram.inbox import ALLOWED_UPDATES, Inbox

log = structlog.get_logger(__name__)

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - the name of a header
UPDATES_AT_ONCE = 50
GOODBYE_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Hook:
    """Where Telegram calls, where that arrives, and what proves that it is Telegram."""

    url: str
    secret: str
    host: str
    port: int


class Webhook:
    """The HTTP side of a bot that does not poll."""

    def __init__(self, bot: Bot, inbox: Inbox, hook: Hook) -> None:
        self.bot = bot
        self.inbox = inbox
        self.hook = hook

    async def tick(self) -> None:
        """Tell Telegram where to call; telling it again is harmless."""
        await self.bot.set_webhook(
            self.hook.url,
            secret_token=self.hook.secret,
            allowed_updates=ALLOWED_UPDATES,
            max_connections=UPDATES_AT_ONCE,
        )
        log.info("webhook.set")

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[None]:
        """Serve inside the block; calls under way are answered before it ends."""
        application = web.Application()
        application.router.add_post(urlsplit(self.hook.url).path or "/", self.receive)
        runner = web.AppRunner(application, access_log=None, shutdown_timeout=GOODBYE_SECONDS)
        await runner.setup()
        try:
            await web.TCPSite(runner, self.hook.host, self.hook.port).start()
            yield
        finally:
            await runner.cleanup()

    async def receive(self, request: web.Request) -> web.Response:
        given = request.headers.get(SECRET_HEADER, "")
        if not hmac.compare_digest(given.encode(), self.hook.secret.encode()):
            return web.Response(status=401)
        try:
            update = Update.model_validate_json(await request.read(), context={"bot": self.bot})
        except ValidationError:
            log.warning("update.unreadable")
            return web.Response()  # the same would only come again
        taken = await self.inbox.take(update)
        return web.Response(status=200 if taken else 503)


def secret_of(token: str) -> str:
    """A secret for calls of Telegram, made of the bot's token and not telling it."""
    return sha256(f"tessera webhook {token}".encode()).hexdigest()

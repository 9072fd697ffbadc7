"""The wiring of one Telegram bot."""

import asyncio
from functools import partial

import structlog
from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import AiogramError, TelegramNotFound, TelegramUnauthorizedError
from aiogram.utils.token import TokenValidationError

from bots.files import Files
from bots.making import offered
from bots.models import Answerer
from bots.post import Timing
from bots.postman import Postman
from bots.settings import BotEntry, BotSettings
from bots.status import StatusBoard
from bots.telegram import handlers, menu
from bots.telegram.desk import Desk, Patience
from bots.telegram.flood import FloodGate
from bots.telegram.inbox import Inbox
from bots.telegram.messenger import TelegramMessenger
from bots.telegram.updates import Updates
from bots.telegram.webhook import Hook, Webhook, secret_of
from scheduler import supervisor
from scheduler.catalogue.model import Capability
from scheduler.client.session import Scheduler
from scheduler.errors import SettingsError
from scheduler.supervisor import Loop

log = structlog.get_logger(__name__)

CALL_SECONDS = 20.0  # for one call of the Bot API: shorter than the claim on a status message
DAY_SECONDS = 86_400.0
PATIENCE = Patience()
AGAIN_SECONDS = 1.0  # between two attempts to reach Telegram at the start
UPDATES_SECONDS = 2.0  # for updates under way when the bot is told to stop
ANSWERS_SECONDS = 1.0  # for answers under way when the bot is told to stop


async def run(entry: BotEntry, settings: BotSettings, scheduler: Scheduler, stop: asyncio.Event) -> None:
    """Serve until `stop`."""
    async with make_bot(entry, settings) as bot:
        await get_acquainted(bot, entry, stop)
        await serve(bot, entry, settings, scheduler, stop)


def make_bot(entry: BotEntry, settings: BotSettings) -> Bot:
    """The client of the Bot API; a token that cannot be one is a SettingsError."""
    server = TelegramAPIServer.from_base(settings.telegram_api_base)
    session = AiohttpSession(api=server, timeout=CALL_SECONDS)
    session.middleware(FloodGate())
    try:
        return Bot(token_of(entry), session=session)
    except TokenValidationError:
        raise SettingsError(f"token of the bot {entry.bot_id!r}: expected NUMBER:LETTERS, from @BotFather") from None


async def get_acquainted(bot: Bot, entry: BotEntry, stop: asyncio.Event) -> None:
    """Learn the bot's own name, which tells commands meant for it; a token that Telegram refuses is a SettingsError."""
    while not stop.is_set():
        try:
            await bot.me()
            return
        except (TelegramUnauthorizedError, TelegramNotFound):
            raise SettingsError(f"token of the bot {entry.bot_id!r}: Telegram does not know it") from None
        except AiogramError as error:
            log.warning("telegram.unreachable", error=type(error).__name__)
        await supervisor.sleep(AGAIN_SECONDS, stop)


async def serve(
    bot: Bot,
    entry: BotEntry,
    settings: BotSettings,
    scheduler: Scheduler,
    stop: asyncio.Event,
    timing: Timing | None = None,
    patience: Patience = PATIENCE,
) -> None:
    """Receive until `stop`; then let what was accepted be written, and give the status messages back."""
    films = Capability.VIDEO in entry.capabilities
    files = Files(settings.public_url)
    postman = Postman(TelegramMessenger(bot), scheduler, entry.bot_id, timing=timing, films=films, files=files)
    rest = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        group.create_task(postman.run(rest), name="postman")
        desk = Desk(
            bot, scheduler, StatusBoard(postman), postman.writer, group, stop, patience, offered(entry.capabilities)
        )
        table = handlers.dispatcher(desk)
        try:
            inbox = Inbox(partial(table.feed_update, bot), patience.total, stop)
            await receive(desk, inbox, hook_of(entry, settings), group, stop)
            await desk.finish(ANSWERS_SECONDS)
        finally:
            rest.set()


async def receive(desk: Desk, inbox: Inbox, hook: Hook | None, group: asyncio.TaskGroup, stop: asyncio.Event) -> None:
    """Take updates in, by long polling unless a webhook is set."""
    shown = menu.Menu(desk.bot, desk.makers, Answerer(desk.scheduler))
    loops = [Loop("telegram.menu", shown.tick, every=menu.LOOK_SECONDS)]
    if hook is None:
        updates = Updates(desk.bot, inbox, group, stop)
        await supervisor.run([*loops, Loop("telegram.updates", updates.tick, every=1.0)], stop)
        await updates.finish(UPDATES_SECONDS)
        return
    webhook = Webhook(desk.bot, inbox, hook)
    async with webhook.listening():
        await supervisor.run([*loops, Loop("telegram.webhook", webhook.tick, every=DAY_SECONDS)], stop)


def hook_of(entry: BotEntry, settings: BotSettings) -> Hook | None:
    """The webhook of the settings; its secret is made from the token unless one is given."""
    if not settings.telegram_webhook_url:
        return None
    given = settings.telegram_webhook_secret
    secret = given.get_secret_value() if given else secret_of(token_of(entry))
    return Hook(settings.telegram_webhook_url, secret, settings.telegram_webhook_host, settings.telegram_webhook_port)


def token_of(entry: BotEntry) -> str:
    return entry.token.get_secret_value() if entry.token else ""

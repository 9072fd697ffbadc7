"""The wiring of one Discord bot."""

import asyncio
import logging
from functools import partial
from http import HTTPStatus
from typing import Any

import aiohttp
import discord
import structlog
import yarl
from discord import app_commands
from discord.gateway import DiscordWebSocket
from discord.http import Route

from bots.discord.calls import Calls
from bots.discord.client import Client, Tree
from bots.discord.cogs.admin import admin
from bots.discord.cogs.buttons import on_press
from bots.discord.cogs.cancel import cancel
from bots.discord.cogs.create import imagine
from bots.discord.cogs.help import help_
from bots.discord.cogs.jobs import jobs_
from bots.discord.cogs.make import ask, music, say, video, write
from bots.discord.cogs.start import start
from bots.discord.cogs.usage import usage
from bots.discord.desk import Desk
from bots.discord.menu import LOOK_SECONDS, Menu
from bots.discord.messenger import DiscordMessenger
from bots.discord.rest import Rejected, Rest
from bots.files import Files
from bots.making import Maker, offered
from bots.messenger import Failed
from bots.models import Answerer
from bots.post import Timing
from bots.postman import Postman
from bots.settings import BotEntry, BotSettings
from bots.status import StatusBoard
from scheduler import supervisor
from scheduler.catalogue.model import Capability
from scheduler.client import Scheduler
from scheduler.errors import SettingsError
from scheduler.supervisor import Loop

log = structlog.get_logger(__name__)

COMMANDS: tuple[app_commands.Command[Any, ..., None] | app_commands.Group, ...] = (
    imagine,
    video,
    music,
    say,
    write,
    ask,
    start,
    help_,
    usage,
    jobs_,
    cancel,
    admin,
)
AGENT = f"DiscordBot (https://github.com/Rapptz/discord.py, {discord.__version__}) Tessera"
FAREWELL_SECONDS = 5.0
GOODBYE_SECONDS = 2.5  # for answers under way when the process is told to stop


async def run(
    bot: BotEntry, settings: BotSettings, scheduler: Scheduler, stop: asyncio.Event, timing: Timing | None = None
) -> None:
    """Serve until `stop`; raises SettingsError for a token that Discord does not accept."""
    token = bot.token.get_secret_value() if bot.token else ""
    point_to(settings)
    async with aiohttp.ClientSession() as session:
        rest = Rest(session, settings.discord_api_base, token, AGENT)
        await check_token(rest, bot)
        messenger = DiscordMessenger(Calls(rest))
        films, files = Capability.VIDEO in bot.capabilities, Files(settings.public_url)
        postman = Postman(messenger, scheduler, bot.bot_id, timing=timing, films=films, files=files)
        desk = Desk(bot, scheduler, messenger, StatusBoard(postman), files)
        client = Client(desk, on_press)
        loops = [
            Loop("gateway", partial(listen, client, token, stop), every=1.0),
            Loop("commands", Menu(rest, planted(client), Answerer(scheduler)).tick, LOOK_SECONDS),
            Loop("farewell", messenger.farewell, FAREWELL_SECONDS),
        ]
        gone = asyncio.Event()
        async with asyncio.TaskGroup() as group:
            group.create_task(postman.run(gone))
            try:
                await supervisor.run(loops, stop)
                await finished(desk)
            finally:
                gone.set()


def point_to(settings: BotSettings) -> None:
    """Tell discord.py where Discord is; it keeps both addresses on its classes."""
    for name in ("discord.state", "discord.client"):  # they warn of what is meant: no guilds in memory, no voice
        logging.getLogger(name).setLevel(logging.ERROR)
    Route.BASE = settings.discord_api_base.rstrip("/")
    if settings.discord_gateway_url:
        DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(settings.discord_gateway_url)


async def check_token(rest: Rest, bot: BotEntry) -> None:
    try:
        await rest.call("GET", "/users/@me", bucket="me")
    except Rejected as error:
        if error.status == HTTPStatus.UNAUTHORIZED:
            raise SettingsError(f"token of bot {bot.bot_id!r}: Discord does not accept it") from None
        raise
    except Failed as error:
        log.warning("discord.unreachable", bot=bot.bot_id, error=str(error))


async def listen(client: Client, token: str, stop: asyncio.Event) -> None:
    """Hold the gateway's connection until `stop`; discord.py resumes it by itself."""
    if client.is_closed():
        client.clear()  # an earlier connection ended in an error
    async with asyncio.TaskGroup() as group:
        closing = group.create_task(close_at(stop, client))
        try:
            await client.start(token)
        finally:
            closing.cancel()
            await client.close()


async def close_at(stop: asyncio.Event, client: Client) -> None:
    await stop.wait()
    await client.close()


def planted(client: Client) -> Tree:
    """The tree of the client's commands: those that make what the bot makes, and all others."""
    tree = Tree(client)
    makers = offered(client.desk.bot.capabilities)
    for command in COMMANDS:
        if command.name not in set(Maker) or command.name in makers:
            tree.add_command(command)
    return tree


async def finished(desk: Desk) -> None:
    """Wait for the answers under way."""
    try:
        async with asyncio.timeout(GOODBYE_SECONDS):
            await desk.idle.wait()
    except TimeoutError:
        log.info("discord.answers_cut", bot=desk.bot.bot_id, answers=desk.at_work)

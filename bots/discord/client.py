"""The gateway's side of a bot: it hears interactions and nothing else."""

from collections.abc import Awaitable, Callable

import discord
import structlog
from discord import app_commands

from bots.discord.desk import Desk

log = structlog.get_logger(__name__)


class Client(discord.Client):
    """Keeps no guilds, members or messages in memory: an interaction brings all that is needed."""

    def __init__(self, desk: Desk, on_press: "Callable[[Act], Awaitable[None]]") -> None:
        super().__init__(
            intents=discord.Intents.none(),
            max_messages=None,
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            enable_debug_events=False,
        )
        self.desk = desk
        self.on_press = on_press

    async def on_interaction(self, act: "Act") -> None:
        """Commands are the tree's; presses on buttons come here, whichever process made the message."""
        if act.type is not discord.InteractionType.component or not self.desk.is_new(act):
            return
        await self.on_press(act)

    async def on_error(self, event_method: str, /, *args: object, **kwargs: object) -> None:
        log.error("discord.event_failed", what=event_method, exc_info=True)


Act = discord.Interaction[Client]


class Tree(app_commands.CommandTree[Client]):
    """The bot's commands: usable in servers, in direct messages, and wherever a person brings the bot along."""

    def __init__(self, client: Client) -> None:
        super().__init__(
            client,
            allowed_contexts=app_commands.AppCommandContext(guild=True, dm_channel=True, private_channel=True),
            allowed_installs=app_commands.AppInstallationType(guild=True, user=True),
        )

    async def interaction_check(self, act: Act, /) -> bool:
        return self.client.desk.is_new(act)

    async def on_error(self, act: Act, error: app_commands.AppCommandError, /) -> None:
        name = act.command.qualified_name if act.command else None
        log.error("discord.command_failed", command=name, error=type(error).__name__, exc_info=error)

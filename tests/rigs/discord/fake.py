"""The fake Discord as tests hold it."""

import asyncio
import secrets
from collections.abc import Callable
from types import TracebackType
from typing import Self

from aiohttp import web

from tests.rigs.discord.calls import PREFIX, Call
from tests.rigs.discord.faults import Faults
from tests.rigs.discord.gateway import Gateway
from tests.rigs.discord.model import Attachment, Bot, Channel, Guild, Interaction
from tests.rigs.discord.person import Person
from tests.rigs.discord.server import Server, listen
from tests.rigs.discord.world import World


class FakeDiscord:
    """`async with FakeDiscord() as discord:` serves REST and gateway on a free port of the loopback."""

    def __init__(self) -> None:
        self._world = World()
        self.gateway = Gateway(self._world)
        self._world.gateway = self.gateway
        self._runner: web.AppRunner | None = None

    async def __aenter__(self) -> Self:
        routes = [*Server(self._world).routes(), web.get("/gateway", self.gateway.serve)]
        routes.append(web.get("/gateway/", self.gateway.serve))
        self._runner = await listen(self._world, routes)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.gateway.shut()
        if self._runner is not None:
            await self._runner.cleanup()

    @property
    def api_base(self) -> str:
        """What discord.py calls Route.BASE; TESSERA_DISCORD_API_BASE for our bots."""
        return self._world.origin + PREFIX

    @property
    def gateway_url(self) -> str:
        """TESSERA_DISCORD_GATEWAY_URL for our bots."""
        return self._world.gateway_url

    @property
    def faults(self) -> Faults:
        return self._world.faults

    @property
    def calls(self) -> list[Call]:
        """All REST requests, in the order they came."""
        return self._world.calls

    @property
    def interactions(self) -> list[Interaction]:
        """All that people asked, in order."""
        return list(self._world.interactions.values())

    @property
    def problems(self) -> list[str]:
        """Requests that the official OpenAPI file does not allow; empty for a correct bot."""
        return self._world.problems

    @property
    def rule_breaks(self) -> list[str]:
        """Breaches of the platform's other rules; empty for a correct bot."""
        return self._world.rule_breaks

    def takes_files_of(self, told: int, taken: int | None = None) -> None:
        """Say in interactions that files may have `told` bytes; they may have as many, or those `taken`."""
        self._world.told_file_bytes, self._world.file_bytes = told, told if taken is None else taken

    @property
    def own_problems(self) -> list[str]:
        """Answers of the rig that the official file does not allow; empty, or the rig has a bug."""
        return self._world.own_problems

    @property
    def dropped_replies(self) -> int:
        """How often faults.drop_after lost a reply whose request had its effect."""
        return self._world.dropped_replies

    @property
    def invalid_requests(self) -> int:
        """Requests answered by 401, 403 or 429 within ten minutes; 10,000 ban an address."""
        return len(self._world.limits.invalid)

    def new_bot(self, token: str | None = None, name: str = "tessera") -> Bot:
        """Create an application with a bot user; it joins the guilds that exist and those that come."""
        user = self._world.add_user(name, bot=True)
        bot = Bot(user, token or f"{secrets.token_urlsafe(18)}.{secrets.token_urlsafe(4)}.{secrets.token_urlsafe(27)}")
        self._world.bots.append(bot)
        for guild in self._world.guilds.values():
            guild.bots.append(bot)
        return bot

    def guild(self, name: str, *, bots: list[Bot] | None = None) -> Guild:
        """Create a server with a channel "general"; `bots` are its members, all that exist unless said."""
        owner = self._world.add_user(f"{name} owner")
        members = list(self._world.bots) if bots is None else list(bots)
        guild = Guild(self._world.clock.snowflake(), name, owner, people=[owner], bots=members)
        self._world.guilds[guild.id] = guild
        self._world.add_channel("general", guild)
        return guild

    def channel(self, guild: Guild, name: str) -> Channel:
        """Add a text channel; see hide() and mute() for what bots may do there. Create it before the bot starts."""
        return self._world.add_channel(name, guild)

    def hide(self, channel: Channel, bot: Bot) -> None:
        """Take the bot's sight of the channel: 50001 from now on; commands still work there."""
        channel.hidden_from.add(bot.id)

    def mute(self, channel: Channel, bot: Bot) -> None:
        """Take the bot's right to write in the channel: 50013 from now on."""
        channel.muted.add(bot.id)

    def file(self, name: str, data: bytes, content_type: str) -> Attachment:
        """A file that a person can send with a command."""
        number = self._world.clock.snowflake()
        file = Attachment(number, name, data, content_type, url=f"{self._world.origin}/attachments/0/{number}/{name}")
        self._world.files[number] = file
        return file

    def person(self, name: str, *, channel: Channel | None = None, administrator: bool = False) -> Person:
        """Create a person who sits in `channel`, the first guild's first one unless said."""
        user = self._world.add_user(name)
        for guild in self._world.guilds.values():
            guild.people.append(user)
        first = next((guild.channels[0] for guild in self._world.guilds.values()), None)
        return Person(self._world, user, channel or first, administrator=administrator)

    async def online(self, bot: Bot, *commands: str, timeout: float = 20) -> None:
        """Wait until a process of the bot is connected and has published these commands (any, if none is named)."""

        def ready() -> bool:
            published = [c["name"] for c in bot.commands + [c for own in bot.guild_commands.values() for c in own]]
            return self.gateway.online(bot) and (set(commands) <= set(published) if commands else bot.syncs > 0)

        await self.until(ready, timeout)

    async def offline(self, bot: Bot, timeout: float = 30) -> None:
        """Wait until no process of the bot is connected: after a kill, before online()."""
        await self.until(lambda: not self.gateway.online(bot), timeout)

    async def until(self, probe: Callable[[], object], timeout: float = 30) -> None:
        """Wait until the callable `probe` returns something true; it is asked after each event."""
        try:
            await self._world.changes.until(probe, timeout)
        except TimeoutError:
            raise TimeoutError(f"waited {timeout} s; {self._world.story()}") from None

    def forget_who_was_told(self) -> None:
        """The process that was told to wait is gone, or its reply was lost: the next early call breaks no rule."""
        self._world.limits.forget_who_was_told()

    def expire(self, interaction: Interaction) -> None:
        """Let the 15 minutes of the interaction's token be over."""
        interaction.expires_at = self._world.clock.now() - 1

    def advance(self, seconds: float) -> None:
        """Let time pass for the rig: deadlines, tokens and rate limits, not for the bots."""
        self._world.clock.advance(seconds)
        self._world.changes.happened()

    def repeat_interactions(self, times: int = 1) -> None:
        """Announce each of the next interactions twice."""
        self._world.duplicates_due += times

    async def settled(self, seconds: float = 0.3) -> None:
        """Return when no request came for `seconds`: to show that something does not happen."""
        while True:
            before = len(self.calls)
            await asyncio.sleep(seconds)
            if len(self.calls) == before:
                return

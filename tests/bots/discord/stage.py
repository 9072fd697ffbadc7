"""A server with two people, the fake scheduler, and the Discord bot as a process would run it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from uuid import UUID

from bots.discord import run
from bots.settings import BotEntry, BotSettings
from scheduler.accounts.model import Platform
from tests.bots.discord.atelier import Atelier
from tests.bots.studio import HURRY, until
from tests.rigs.discord import Bot, FakeDiscord, Guild, Person, Seen

NAMES = ("imagine", "video", "music", "say", "write", "start", "help", "usage", "jobs", "cancel", "admin")


@dataclass
class Stage:
    """Ann and Ben sit in the server's first channel."""

    discord: FakeDiscord
    bot: Bot
    guild: Guild
    ann: Person
    ben: Person
    studio: Atelier
    running: list["Process"] = field(default_factory=list)

    async def start(self) -> "Process":
        """Start one more process of the bot."""
        process = Process(self)
        self.running.append(process)
        process.task = asyncio.create_task(process.live())
        before = self.bot.identified
        await self.discord.until(lambda: self.bot.identified > before and self.discord.gateway.online(self.bot))
        await self.discord.online(self.bot, *NAMES)
        return process

    async def asks(self, prompt: str = "a red sunset over the sea") -> Seen:
        """Ann asks for a picture and reads the status message."""
        act = await self.ann.slash("imagine", prompt=prompt)
        await self.kept()
        assert act.message is not None
        return act.message

    async def kept(self) -> UUID:
        """Wait until the scheduler knows the newest job's status message; returns the job."""
        await until(lambda: bool(self.studio.deliveries))
        await until(lambda: self.studio.deliveries[self.studio.latest].message is not None)
        return self.studio.latest

    async def sees(self, condition: Callable[[Seen], object], timeout: float = 30) -> Seen:
        return await self.ann.waits_for(condition, timeout)

    def is_clean(self) -> bool:
        """No request broke the specification or a rule of the platform."""
        assert self.discord.problems == []
        assert self.discord.rule_breaks == []
        assert self.discord.own_problems == []
        return True


@dataclass
class Process:
    """One process of the bot, in a task."""

    stage: Stage
    task: asyncio.Task[None] | None = None
    stop: asyncio.Event = field(default_factory=asyncio.Event)

    async def live(self) -> None:
        entry = BotEntry(bot_id="discord", platform=Platform.DISCORD, token=self.stage.bot.token)
        settings = BotSettings(
            discord_api_base=self.stage.discord.api_base,
            discord_gateway_url=self.stage.discord.gateway_url,
            public_url="https://tessera.example",
        )
        await run(entry, settings, self.stage.studio, self.stop, replace(HURRY, poll=0.2))

    async def ends(self) -> None:
        """As at SIGTERM."""
        self.stop.set()
        assert self.task is not None
        async with asyncio.timeout(10):
            await self.task

    async def dies(self) -> None:
        """As at SIGKILL, as far as tasks can; discord.py has tasks of its own for what it was told."""
        assert self.task is not None
        handlers = [task for task in asyncio.all_tasks() if task.get_name().startswith(("CommandTree", "discord.py"))]
        for task in (self.task, *handlers):
            task.cancel()
        await asyncio.wait([self.task, *handlers])


@asynccontextmanager
async def staged() -> AsyncIterator[Stage]:
    async with FakeDiscord() as discord:
        bot = discord.new_bot()
        guild = discord.guild("Studio")
        stage = Stage(discord, bot, guild, discord.person("Ann"), discord.person("Ben"), Atelier())
        try:
            yield stage
        finally:
            for process in stage.running:
                if process.task is not None and not process.task.done():
                    await process.ends()

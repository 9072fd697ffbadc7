"""The whole road with real processes: Discord, bot, scheduler, worker and back; bots are killed on the way."""

import asyncio
import os
import signal
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import asyncpg
import pytest

from scheduler.standalone.machine import heard_a_worker
from tests.bots.discord.stage import NAMES
from tests.forks import Fork, fork
from tests.rigs.discord import Bot, FakeDiscord, Person, Seen

pytestmark = pytest.mark.system

KEY = "a-service-key-for-the-tests"
PICTURE = b"\x89PNG"


@dataclass
class Road:
    """A scheduler and a worker that run; bots are started and killed by the test."""

    discord: FakeDiscord
    bot: Bot
    ann: Person
    env: dict[str, str]
    processes: list[Fork] = field(default_factory=list)

    async def start(self, *arguments: str) -> Fork:
        process = fork(*arguments, env=self.env)
        self.processes.append(process)
        return process

    async def start_bot(self) -> Fork:
        before = self.bot.identified
        process = await self.start("bots", "discord")
        await self.discord.until(lambda: self.bot.identified > before, timeout=60)
        await self.discord.online(self.bot, *NAMES)
        return process

    async def picture(self, prompt: str) -> Seen:
        return await self.ann.waits_for(
            lambda seen: prompt in seen.content and any(file.startswith(PICTURE) for file in seen.attachments), 60
        )

    def is_clean(self) -> bool:
        assert self.discord.problems == []
        assert self.discord.rule_breaks == []
        return True


@pytest.fixture
async def road(database_url: str, redis_url: str, tmp_path: Path) -> AsyncIterator[Road]:
    async with FakeDiscord() as discord, AsyncExitStack() as stack:
        bot = discord.new_bot()
        discord.guild("Studio")
        port = free_port()
        env = {name: value for name, value in os.environ.items() if not name.startswith("TESSERA_")} | {
            "TESSERA_DATABASE_URL": database_url,
            "TESSERA_REDIS_URL": redis_url,
            "TESSERA_STORE_URL": tmp_path.as_uri(),
            "TESSERA_PORT": str(port),
            "TESSERA_API_URL": f"http://127.0.0.1:{port}",
            "TESSERA_SERVICE_KEY": KEY,
            "TESSERA_CLAIM_SECONDS": "6",
            "TESSERA_DISCORD_TOKEN": bot.token,
            "TESSERA_DISCORD_API_BASE": discord.api_base,
            "TESSERA_DISCORD_GATEWAY_URL": discord.gateway_url,
        }
        road = Road(discord, bot, discord.person("Ann"), env)
        await stack.enter_async_context(ended(road))
        await road.start("scheduler")
        await road.start("workers")
        await answering(f"http://127.0.0.1:{port}/readyz")
        await answering(f"http://127.0.0.1:{port}/metrics", heard_a_worker)
        yield road


@asynccontextmanager
async def ended(road: Road) -> AsyncIterator[None]:
    """Whatever was started is ended, last first."""
    try:
        yield
    finally:
        for process in reversed(road.processes):
            if process.returncode is None:
                process.send_signal(signal.SIGTERM)
                try:
                    async with asyncio.timeout(15):
                        await process.wait()
                except TimeoutError:
                    process.kill()
                    await process.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


async def answering(url: str, enough: Callable[[str], bool] = bool) -> None:
    """Wait until the address answers with 200 and with a text that is enough."""
    async with asyncio.timeout(60), aiohttp.ClientSession() as session:
        while True:
            try:
                async with session.get(url) as response:
                    if response.status == 200 and enough(await response.text()):
                        return
            except aiohttp.ClientError:
                pass
            await asyncio.sleep(0.05)


async def test_a_sentence_comes_back_as_a_picture(road: Road) -> None:
    await road.start_bot()
    act = await road.ann.slash("imagine", prompt="a red sunset over the sea", seed=7)
    assert act.message is not None
    seen = await road.picture("a red sunset over the sea")

    assert seen.id == act.message.id
    assert "seed 7" in seen.content
    assert len(seen.history) > 2, "no progress in between"
    usage = await road.ann.slash("usage")
    assert usage.message is not None
    assert "1 of 20" in usage.message.content
    refused = await road.ann.slash("imagine", prompt="a fox", size="4096x4096")
    assert refused.ephemeral
    assert refused.message is not None
    assert "4096×4096" in refused.message.content
    assert road.is_clean()


async def test_a_bot_killed_in_the_middle_posts_each_picture_once(road: Road, db: asyncpg.Pool) -> None:
    bot = await road.start_bot()
    act = await road.ann.slash("imagine", prompt="a storm at sea")
    bot.kill()
    await bot.wait()
    await road.start_bot()
    seen = await road.picture("a storm at sea")

    assert act.message is not None
    assert seen.id == act.message.id
    assert len(road.ann.sees()) == 1
    await road.discord.settled(1.0)
    final = [version for version in seen.history if any(file.startswith(PICTURE) for file in version.attachments)]
    assert len(final) == 1
    assert await db.fetchval("select count(*) from jobs where status = 'COMPLETED'") == 1
    assert road.is_clean()

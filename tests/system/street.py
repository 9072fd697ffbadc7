"""People who write to a real Telegram bot, in front of real processes that a test kills and starts again."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Literal

import asyncpg
import redis.asyncio as redis

from scheduler import database
from tests.rigs.telegram import Call, FakeBot, FakeTelegram, Person, Seen
from tests.system.books import settled, until
from tests.system.stack import KNOW_THE_INSTANT_ENGINE, Running, Stack

Victim = Literal["bot", "scheduler", "worker", "redis"]

EDITS = "editMessage(Media|Text|Caption)"
RESULT_SECONDS = 30.0


@dataclass(slots=True)
class Street:
    """`asked` holds every request by its words."""

    stack: Stack
    db: asyncpg.Pool
    telegram: FakeTelegram
    account: FakeBot
    people: list[Person]
    running: dict[Victim, Running] = field(default_factory=dict)
    asked: dict[str, Person] = field(default_factory=dict)

    async def start(self, victim: Victim) -> None:
        match victim:
            case "scheduler":
                self.running[victim] = await self.stack.scheduler()
            case "worker":
                self.running[victim] = await self.stack.worker()
            case "bot":
                polls = self.account.updates.polls
                self.running[victim] = await self.stack.bots(
                    "telegram",
                    TESSERA_TELEGRAM_TOKEN=self.account.token,
                    TESSERA_TELEGRAM_API_BASE=self.telegram.url,
                )
                await self.telegram.until(lambda: self.account.updates.polls > polls, 20)

            case "redis":
                pass  # it only forgot

    async def kill(self, victim: Victim) -> None:
        """kill -9; Redis forgets everything."""
        if victim == "redis":
            async with redis.from_url(self.stack.environment["TESSERA_REDIS_URL"]) as client:
                await client.flushall()
        else:
            await self.running[victim].kill()

    def thaw(self) -> None:
        """Whatever a moment froze goes on."""
        for running in self.running.values():
            running.thaw()

    async def connects_again(self, url: str) -> None:
        """The test's own connections are gone with the server."""
        self.db.terminate()
        self.db = await database.connect(url, max_size=2)

    def asks(self, person: Person, words: str) -> str:
        """Write a request that nobody has written before; returns its words."""
        assert words not in self.asked
        self.asked[words] = person
        person.writes(words)
        return words

    async def is_heard(self) -> None:
        """Wait until the bot has received what was written last."""
        last = self.account.updates.seen[-1]
        await self.telegram.until(lambda: last.deliveries > 0)

    async def status(self, words: str) -> str | None:
        """Of the job with that prompt, if there is one."""
        status: str | None = await self.db.fetchval("select status from jobs where params ->> 'prompt' = $1", words)
        return status

    async def stands(self, words: str, *statuses: str) -> None:
        async def so() -> bool:
            return await self.status(words) in statuses

        await until(so)

    def results(self, words: str) -> list[Seen]:
        """The messages that show the picture of a request."""
        return [seen for seen in self.asked[words].sees_from_bot() if is_result(words, seen)]

    async def all_are_served(self) -> None:
        """Every request ends once, is charged once, is answered by one picture; no rule of the platform is broken."""
        for words, person in self.asked.items():
            await person.waits_for(partial(is_result, words), RESULT_SECONDS)
        await settled(self.db, len(self.asked))
        await self.account.has_confirmed_all()
        assert {words: len(self.results(words)) for words in self.asked} == dict.fromkeys(self.asked, 1)
        self.telegram.assert_clean()


def is_result(words: str, seen: Seen) -> bool:
    return bool(seen.photo) and seen.text.startswith(f"{words}\n") and "Again" in seen.button_texts


def posts(words: str, call: Call) -> bool:
    """Whether the call edits a status message into the result of that request."""
    return call.text.startswith(f"{words}\n") and "again:" in str(call.params.get("reply_markup"))


@asynccontextmanager
async def open_street(stack: Stack, db: asyncpg.Pool) -> AsyncIterator[Street]:
    """Three people, a bot, a scheduler and a worker with the instant engine."""
    await db.execute(KNOW_THE_INSTANT_ENGINE)
    async with FakeTelegram() as telegram:
        account = telegram.new_bot()
        street = Street(stack, db, telegram, account, [telegram.person(name) for name in ("Ann", "Ben", "Cem")])
        try:
            await street.start("scheduler")
            await street.start("worker")
            await street.start("bot")
            yield street
        finally:
            await stack.end()

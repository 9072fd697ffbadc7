"""The four doors, each with a person in front of it: what they ask, and the words they read."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import uuid4

import aiohttp

from scheduler.standalone.keys import make_key
from scheduler.standalone.machine import free_port
from tests.rigs.discord import FakeDiscord
from tests.rigs.discord import Person as Member
from tests.rigs.telegram import FakeTelegram, Person
from tests.system.stack import SERVICE_KEY, Stack

WRONG_KEY = "not-the-key-that-was-agreed"


class Frontend(Protocol):
    """`longest` is the most that its app lets a person write."""

    longest: int

    async def asks(self, prompt: str, *, model: str | None = None, size: str | None = None) -> str:
        """Ask for a picture; the words of the first answer."""
        ...

    def somebody_else(self) -> "Frontend":
        """Another person at the same door; the same one where nobody minds how often a chat is written to."""
        ...


@dataclass(slots=True)
class Api:
    session: aiohttp.ClientSession
    url: str
    key: str
    longest: int = 100_000

    async def asks(self, prompt: str, *, model: str | None = None, size: str | None = None) -> str:
        sides = {"width": int(size), "height": int(size)} if size else {}
        body = {"request": {"prompt": prompt, "model": model} | sides}
        headers = {"Authorization": f"Bearer {self.key}", "Idempotency-Key": uuid4().hex}
        async with self.session.post(f"{self.url}/v1/jobs", json=body, headers=headers) as response:
            answer = await response.json()
            assert response.status < 400 or response.content_type == "application/problem+json"
        return f"{answer.get('code', '')} {answer.get('detail', '')}"

    def somebody_else(self) -> "Frontend":
        return self


@dataclass(slots=True)
class Web:
    session: aiohttp.ClientSession
    url: str
    longest: int = 100_000

    async def asks(self, prompt: str, *, model: str | None = None, size: str | None = None) -> str:
        body = {"id": str(uuid4()), "text": f"/imagine {prompt}", "model": model, "size": size}
        async with self.session.post(f"{self.url}/chat", json=body, headers={"X-Tessera": "1"}) as response:
            answer = await response.json()
        return str(answer["text"])

    def somebody_else(self) -> "Frontend":
        return self


@dataclass(slots=True)
class Telegram:
    fake: FakeTelegram
    person: Person
    longest: int = 100_000  # in pieces of 4096; the first is answered

    async def asks(self, prompt: str, *, model: str | None = None, size: str | None = None) -> str:
        flags = [f" --model {model}"] if model else [f" --size {size}"] if size else []
        before = {seen.id for seen in self.person.sees_from_bot()}
        self.person.writes(f"/imagine {prompt}{''.join(flags)}".strip())
        return (await self.person.waits_for(lambda seen: seen.id not in before, 20)).history[0].text

    def somebody_else(self) -> "Frontend":
        """The bot writes eight times in eight seconds to one chat, so whoever asks a lot waits a lot."""
        return Telegram(self.fake, self.fake.person("Ben"))


@dataclass(slots=True)
class Discord:
    member: Member
    longest: int = 6_000

    async def asks(self, prompt: str, *, model: str | None = None, size: str | None = None) -> str:
        chosen: dict[str, Any] = {name: value for name, value in (("model", model), ("size", size)) if value}
        before = {seen.id for seen in self.member.sees()}
        await self.member.slash("imagine", prompt=prompt or " ", **chosen)
        seen = await self.member.waits_for(lambda seen: seen.id not in before and not seen.loading, 20)
        return seen.history[0].content or seen.content

    def somebody_else(self) -> "Frontend":
        return self


@asynccontextmanager
async def api(stack: Stack, service_key: str, database_url: str) -> AsyncIterator[Frontend]:
    key = await make_key(database_url, "ann", None) if service_key == SERVICE_KEY else service_key
    stack.secrets.append(("the user's key", key))
    async with aiohttp.ClientSession() as session:
        yield Api(session, stack.api_url, key)


@asynccontextmanager
async def web(stack: Stack, service_key: str, database_url: str) -> AsyncIterator[Frontend]:
    stack.web_port = free_port()
    await stack.web(TESSERA_SERVICE_KEY=service_key, TESSERA_WEB_PORT=str(stack.web_port))
    jar = aiohttp.CookieJar(unsafe=True)  # cookies of an IP address
    async with aiohttp.ClientSession(cookie_jar=jar) as session:
        async with session.get(stack.web_url) as page:
            assert page.status == 200
        yield Web(session, stack.web_url)


@asynccontextmanager
async def telegram(stack: Stack, service_key: str, database_url: str) -> AsyncIterator[Frontend]:
    async with FakeTelegram() as fake:
        account = fake.new_bot()
        bot = await stack.bots(
            "telegram",
            TESSERA_SERVICE_KEY=service_key,
            TESSERA_TELEGRAM_TOKEN=account.token,
            TESSERA_TELEGRAM_API_BASE=fake.url,
        )
        await account.listens(30)
        yield Telegram(fake, fake.person("Ann"))
        await bot.stop()
        fake.assert_clean()


@asynccontextmanager
async def discord(stack: Stack, service_key: str, database_url: str) -> AsyncIterator[Frontend]:
    async with FakeDiscord() as fake:
        account = fake.new_bot()
        fake.guild("Studio")
        ann = fake.person("Ann")
        bot = await stack.bots(
            "discord",
            TESSERA_SERVICE_KEY=service_key,
            TESSERA_DISCORD_TOKEN=account.token,
            TESSERA_DISCORD_API_BASE=fake.api_base,
            TESSERA_DISCORD_GATEWAY_URL=fake.gateway_url,
        )
        await fake.online(account, "imagine", timeout=30)
        yield Discord(ann)
        await bot.stop()
        assert (fake.problems, fake.rule_breaks) == ([], [])


FRONTENDS: dict[str, Callable[[Stack, str, str], AbstractAsyncContextManager[Frontend]]] = {
    "api": api,
    "web": web,
    "telegram": telegram,
    "discord": discord,
}

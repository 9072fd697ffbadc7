"""Finds out who is calling: a bot's service key acting for a platform user, or a user's own API key."""

import hashlib
import secrets
import time
from collections import OrderedDict
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Generic, TypeVar

import asyncpg
import structlog

from scheduler.accounts import queries
from scheduler.accounts.headers import acted_for, address_of, bearer, cleaned, parse_ref
from scheduler.accounts.model import (
    ACT_LOCALE,
    ACT_NAME,
    PEOPLE,
    STRANGERS,
    Caller,
    Party,
    Platform,
    Scope,
    Service,
)
from scheduler.accounts.service_keys import service_of
from scheduler.errors import Code, Refused
from scheduler.proxies import network_of

log = structlog.get_logger(__name__)

KEY_PREFIX = "tsr_"
REMEMBERED_SECONDS = 30.0
MOST_REMEMBERED = 20_000
NAME_LIMIT = 100  # users.display_name
LOCALE_LIMIT = 20
DAY = timedelta(days=1)

A = TypeVar("A")


def new_key() -> str:
    """A fresh key; 256 bits of randomness need no slow hash."""
    return KEY_PREFIX + secrets.token_urlsafe(32)


def digest(key: str) -> str:
    """What is stored of a key: SHA-256 in hex."""
    return hashlib.sha256(key.encode(errors="surrogateescape")).hexdigest()


@dataclass(slots=True)
class Memory(Generic[A]):
    """Answers that hold for a while, the oldest forgotten first."""

    seconds: float = REMEMBERED_SECONDS
    entries: OrderedDict[str, tuple[float, A]] = field(default_factory=OrderedDict)

    def get(self, name: str) -> A | None:
        at, answer = self.entries.get(name, (0.0, None))
        return answer if answer and time.monotonic() - at < self.seconds else None

    def put(self, name: str, answer: A) -> A:
        self.entries[name] = (time.monotonic(), answer)
        if len(self.entries) > MOST_REMEMBERED:
            self.entries.popitem(last=False)
        return answer


class Doorkeeper:
    """`admins` are refs ("telegram:42") that get the Admin plan; `newcomers_a_day` limits web visitors per address."""

    def __init__(self, pool: asyncpg.Pool, admins: frozenset[str], newcomers_a_day: int) -> None:
        self.pool = pool
        self.admins = admins
        self.newcomers_a_day = newcomers_a_day
        self.memory: Memory[Caller] = Memory()
        self.services: Memory[Service] = Memory()
        self.good: Memory[Party] = Memory(DAY.total_seconds())  # by the digests of keys that were right
        self.arrivals: dict[int, tuple[str | None, str | None]] = {}  # user -> name and locale as they are called now

    def forget(self) -> None:
        """Ask the database again: a key has changed."""
        self.memory.entries.clear()
        self.services.entries.clear()

    def expect(self, key: str, user_id: int) -> None:
        """A key was just made: its first use is heard, whatever others of its owner's network tried."""
        self.good.put(digest(key), Party(PEOPLE, str(user_id)))

    async def note_arrivals(self) -> bool:
        """One tick: write down who was here lately. Nobody waits at the door for this."""
        arrivals, self.arrivals = self.arrivals, {}
        if arrivals:
            await queries.touch(self.pool, arrivals)
        return False

    def recognises(self, headers: Mapping[str, str]) -> bool:
        """Whether the key was right lately; it may have ended since."""
        return self._known(headers) is not None

    def party(self, headers: Mapping[str, str]) -> Party:
        """Who asks, as far as it is known without asking the database; a bot for the user whom it names."""
        known = self._known(headers)
        if known is None:
            return Party(STRANGERS)
        return known if known.user else Party(known.key, acted_for(headers))

    async def ask(self, headers: Mapping[str, str]) -> None:
        """Recognise a key by the database, a bot's or a user's, or refuse."""
        key = digest(bearer(headers))
        if service := await service_of(self.pool, key):
            self.good.put(key, party_of(service))
        elif user := await queries.user_by_api_key(self.pool, key):
            self.good.put(key, Party(PEOPLE, str(user.id)))
        else:
            raise Refused.because(Code.UNAUTHORIZED)

    async def service(self, headers: Mapping[str, str], scope: Scope, bot_id: str | None = None) -> Service:
        """Who holds the service key, which must have the scope and speak for the bot."""
        service = await self._serves(digest(bearer(headers)))
        if scope not in service.scopes or (bot_id is not None and not service.speaks_for(bot_id)):
            raise Refused.because(Code.FORBIDDEN)
        return service

    async def caller(self, headers: Mapping[str, str]) -> Caller:
        """Who is calling; a newcomer is registered on the Free plan, an admin of the settings on the Admin plan."""
        key = digest(bearer(headers))
        acts_for = acted_for(headers)
        if acts_for is None:  # not remembered: a new key ends the one before it at once, whichever scheduler made it
            return await self._owner(key)
        if remembered := self.memory.get(f"{key} {acts_for}"):
            return remembered
        return self.memory.put(f"{key} {acts_for}", await self._acting(key, acts_for, headers))

    async def guest(self, headers: Mapping[str, str]) -> Caller:
        """The caller, unless banned as the database says now: for whatever leaves something behind."""
        return await self._not_banned(await self.caller(headers))

    async def admin(self, headers: Mapping[str, str]) -> Caller:
        """The caller, if an admin by the plan and the key as they stand in the database now, and not banned."""
        caller = await self.caller(headers)
        if caller.via_service:
            await self.service(headers, Scope.ADMIN)
            user = await queries.find_user(self.pool, caller.platform, caller.platform_user_id)
        else:
            user = await queries.user_by_api_key(self.pool, digest(bearer(headers)))
        if not user or not user.is_admin:
            raise Refused.because(Code.FORBIDDEN)
        return await self._not_banned(caller)

    async def _not_banned(self, caller: Caller) -> Caller:
        if await queries.is_banned(self.pool, caller.user_id):
            raise Refused.because(Code.BANNED)
        return caller

    def _known(self, headers: Mapping[str, str]) -> Party | None:
        with suppress(Refused):
            return self.good.get(digest(bearer(headers)))
        return None

    async def _owner(self, key: str) -> Caller:
        user = await queries.user_by_api_key(self.pool, key)
        if user is None:
            raise Refused.because(Code.UNAUTHORIZED)
        self.good.put(key, Party(PEOPLE, str(user.id)))
        self.arrivals[user.id] = (None, None)
        return Caller(user.id, user.platform, user.platform_user_id, "api", user.is_admin, False, user.locale)

    async def _acting(self, key: str, ref: str, headers: Mapping[str, str]) -> Caller:
        service = self.services.get(key) or await self._serves(key)
        platform, platform_user_id = parse_ref(ref)
        if Scope.ACT not in service.scopes or service.platform not in (None, platform):
            raise Refused.because(Code.FORBIDDEN)
        name = cleaned(headers.get(ACT_NAME), NAME_LIMIT)
        locale = cleaned(headers.get(ACT_LOCALE), LOCALE_LIMIT)
        user = await queries.find_user(self.pool, platform, platform_user_id)
        if user is None:
            await self._register(platform, platform_user_id, name, locale, address_of(headers))
            user = await queries.find_user(self.pool, platform, platform_user_id)
        elif ref in self.admins and not user.is_admin:
            await self._change_plan(user, "admin")
            user = await queries.find_user(self.pool, platform, platform_user_id)
        if user is None:
            raise Refused.because(Code.UNAVAILABLE, retry_after_seconds=1.0)
        self.arrivals[user.id] = (name, locale)
        locale = locale or user.locale
        return Caller(user.id, platform, platform_user_id, platform, user.is_admin, True, locale, service.bot_id)

    async def _serves(self, key: str) -> Service:
        """Who holds a service key, by the database."""
        service = await service_of(self.pool, key)
        if service is None:
            raise Refused.because(Code.UNAUTHORIZED)
        self.good.put(key, party_of(service))
        return self.services.put(key, service)

    async def _register(
        self, platform: Platform, platform_user_id: str, name: str | None, locale: str | None, address: str | None
    ) -> None:
        listed = f"{platform}:{platform_user_id}" in self.admins
        async with self.pool.acquire() as connection, connection.transaction():
            if platform is Platform.WEB and address:
                newcomers = await queries.newcomers_from(connection, network_of(address), DAY)
                known = await queries.find_user(connection, platform, platform_user_id)  # by another request meanwhile
                if newcomers >= self.newcomers_a_day and known is None:
                    raise Refused.because(
                        Code.ADDRESS_LIMIT, limit=self.newcomers_a_day, retry_after_seconds=DAY.total_seconds()
                    )
            tier = "admin" if listed else "free"
            await queries.register(
                connection, platform, platform_user_id, name, locale, address, tier, by_settings=listed
            )

    async def dismiss(self) -> None:
        """At the start: who is an admin because the settings said so, and is not named any more, is on Free again."""
        for user in await queries.admins_by_settings(self.pool):
            if user.ref not in self.admins:
                await self._change_plan(user, "free")
                log.info("admin.dismissed")

    async def _change_plan(self, user: queries.User, tier: str) -> None:
        async with self.pool.acquire() as connection, connection.transaction():
            await queries.change_plan(connection, user.id, tier, by_settings=tier == "admin")
            await queries.write_audit(connection, None, "settings", "plan", user.ref, {"tier": tier})
        self.forget()


def party_of(service: Service) -> Party:
    """All valid keys of a bot are the bot."""
    return Party(f"bot {service.name}")

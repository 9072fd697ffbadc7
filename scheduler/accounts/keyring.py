"""Makes, rotates and revokes the bots' keys; each act is in the audit log, no key is anywhere but with its owner."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import asyncpg

from scheduler.accounts.doorkeeper import digest, new_key
from scheduler.accounts.model import Platform, Scope
from scheduler.accounts.queries import write_audit
from scheduler.accounts.service_keys import add_service_key, end_others, lock_name, revoke, service_keys
from scheduler.errors import TesseraError

MOST_VALID = 2
LEAST_LENGTH = 16
ACTOR = "command line"


class KeyringError(TesseraError):
    """The keys were left as they are; the message says why."""


@dataclass(frozen=True, slots=True)
class Wish:
    """A key for a bot: `given` is the key itself where the owner has one already."""

    name: str
    platform: Platform
    bot_id: str
    scopes: Sequence[Scope]
    lasts: timedelta | None
    overlap: timedelta
    given: str | None = None


async def make(connection: asyncpg.Connection, wish: Wish) -> str:
    """Make the next key of a name; the one before it ends after the overlap. A given key that is known changes nothing.

    Raises KeyringError, too, when two are valid already: one of them would have to end under somebody's hands.
    """
    key = wish.given or new_key()
    if len(key) < LEAST_LENGTH:
        raise KeyringError(f"A key needs at least {LEAST_LENGTH} characters.")
    async with connection.transaction():
        await lock_name(connection, wish.name)
        valid = [one for one in await service_keys(connection, wish.name) if one.valid]
        scopes, lasts = [str(scope) for scope in wish.scopes], wish.lasts
        if not await add_service_key(connection, wish.name, digest(key), wish.platform, wish.bot_id, scopes, lasts):
            return key
        if len(valid) >= MOST_VALID:
            raise KeyringError(
                f"Two keys of {wish.name} are valid already: wait until one ends, or end it by"
                f" `tessera keys revoke {wish.name} --id N`; `tessera keys list` shows them."
            )
        await end_others(connection, wish.name, digest(key), wish.overlap)
        facts = {"platform": wish.platform, "bot": wish.bot_id, "scopes": scopes}
        await write_audit(connection, None, ACTOR, "service key", wish.name, facts)
    return key


async def end(connection: asyncpg.Connection, name: str, key_id: int | None) -> int:
    """Revoke a name's keys, or one of them; schedulers forget what they remember within 30 seconds."""
    async with connection.transaction():
        await lock_name(connection, name)
        revoked = await revoke(connection, name, key_id)
        if not revoked:
            raise KeyringError(f"No valid key of {name}" + (f" has the number {key_id}." if key_id else "."))
        await write_audit(connection, None, ACTOR, "service key revoked", name, {"keys": revoked, "id": key_id})
    return revoked

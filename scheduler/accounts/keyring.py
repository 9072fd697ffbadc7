"""Makes, rotates and revokes the bots' keys; each act is in the audit log, no key is anywhere but with its owner."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import asyncpg

from scheduler.accounts.doorkeeper import digest, new_key
from scheduler.accounts.model import Platform, Scope
from scheduler.accounts.queries import write_audit
from scheduler.accounts.service_keys import (
    ServiceKey,
    add_service_key,
    end_others,
    find_service_key,
    lock_name,
    renew_service_key,
    revoke,
    service_keys,
)
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
    """Make the next key of a name; the one before it ends after the overlap. Raises KeyringError.

    A given key may be given again: while it is the one that lasts, nothing changes. With two valid already a new one is
    refused, because one would have to end under somebody's hands; for a given one, which the bots have from the same
    place, the one that is about to end ends now.
    """
    key = wish.given or new_key()
    if len(key) < LEAST_LENGTH:
        raise KeyringError(f"A key needs at least {LEAST_LENGTH} characters.")
    async with connection.transaction():
        await lock_name(connection, wish.name)
        known = await find_service_key(connection, digest(key))
        if known and lasts_longest(known, wish, await service_keys(connection, wish.name)):
            return key
        if known:
            await renew_service_key(connection, known.id, wish.lasts)
        else:
            await make_room(connection, wish)
            name, bot, scopes = wish.name, wish.bot_id, wish.scopes
            await add_service_key(connection, name, digest(key), wish.platform, bot, scopes, wish.lasts)
        await end_others(connection, wish.name, digest(key), wish.overlap)
        facts = {"platform": wish.platform, "bot": wish.bot_id, "scopes": list(wish.scopes)}
        await write_audit(connection, None, ACTOR, "service key", wish.name, facts)
    return key


def lasts_longest(known: ServiceKey, wish: Wish, keys: Sequence[ServiceKey]) -> bool:
    """Whether no other key of the name outlives a known one; KeyringError for one that may not be used again."""
    if known.name != wish.name:
        raise KeyringError(f"The key given for {wish.name} is already another one's.")
    if not known.valid:
        raise KeyringError(f"The key given for {wish.name} has ended; give another.")
    return known.id == max((one for one in keys if one.valid), key=end_of).id


def end_of(key: ServiceKey) -> tuple[bool, datetime, int]:
    """What orders keys by when they end."""
    return key.expires_at is None, key.expires_at or key.created_at, key.id


async def make_room(connection: asyncpg.Connection, wish: Wish) -> None:
    """Two keys of a name can be valid at a time."""
    valid = [one for one in await service_keys(connection, wish.name) if one.valid]
    if len(valid) < MOST_VALID:
        return
    if wish.given is None:
        raise KeyringError(
            f"Two keys of {wish.name} are valid already: wait until one ends, or end it by"
            f" `tessera keys revoke {wish.name} --id N`; `tessera keys list` shows them."
        )
    await revoke(connection, wish.name, min(valid, key=end_of).id)


async def end(connection: asyncpg.Connection, name: str, key_id: int | None) -> int:
    """Revoke a name's keys, or one of them; schedulers forget what they remember within 30 seconds."""
    async with connection.transaction():
        await lock_name(connection, name)
        revoked = await revoke(connection, name, key_id)
        if not revoked:
            raise KeyringError(f"No valid key of {name}" + (f" has the number {key_id}." if key_id else "."))
        await write_audit(connection, None, ACTOR, "service key revoked", name, {"keys": revoked, "id": key_id})
    return revoked

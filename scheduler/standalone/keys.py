"""API keys made on the machine itself, by whoever may open the database."""

import os

import asyncpg

from scheduler import database
from scheduler.accounts import queries
from scheduler.accounts.doorkeeper import digest, new_key
from scheduler.accounts.model import Platform
from scheduler.errors import TesseraError
from scheduler.standalone.embedded import Embedded, default_base
from scheduler.standalone.machine import Running

TIERS = ("free", "starter", "pro", "admin")


class NoKeyError(TesseraError):
    """No key could be made; the message says why."""


def database_at_hand() -> str | None:
    """The embedded database of the `tessera up` that runs on this machine, unless another one is named."""
    if os.environ.get("TESSERA_DATABASE_URL"):
        return None
    return Embedded(default_base()).start().database_url if Running.at(default_base()) else None


async def make_key(database_url: str, name: str, tier: str | None) -> str:
    """A new key for the account `key:NAME`, stored as SHA-256 only."""
    if tier not in (None, *TIERS):
        raise NoKeyError(f"There is no plan {tier}: free, starter, pro, admin.")
    try:
        connection = await asyncpg.connect(database_url)
    except (OSError, asyncpg.PostgresError) as error:
        raise NoKeyError(f"The database cannot be reached ({type(error).__name__}). Is Tessera running?") from None
    try:
        await database.prepare(connection)
        async with connection.transaction():
            ref = f"key:{name}"[:100]
            await queries.register(connection, Platform.WEB, ref, name[:100], None, None, tier or "free")
            user = await queries.find_user(connection, Platform.WEB, ref)
            if user is None:
                raise NoKeyError("The account could not be made.")
            if tier:
                await queries.change_plan(connection, user.id, tier)
            key = new_key()
            await queries.set_api_key(connection, user.id, digest(key))
            await queries.write_audit(connection, None, "command line", "api key", user.ref, {"plan": tier})
        return key
    finally:
        await connection.close()

"""Gives rights in the database at an address."""

import asyncpg

from scheduler.errors import TesseraError
from scheduler.rights import queries


class RightsError(TesseraError):
    """The rights could not be given; the message says why."""


async def give(database_url: str, role: str) -> None:
    """The scheduler's rights to a role, as the owner of the tables. Raises RightsError."""
    connection = await asyncpg.connect(database_url)
    try:
        await queries.grant(connection, role)
    except (asyncpg.UndefinedObjectError, asyncpg.UndefinedTableError, asyncpg.InsufficientPrivilegeError) as error:
        raise RightsError(f"No rights were given: {error}.") from None
    finally:
        await connection.close()

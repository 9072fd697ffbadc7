"""Proves the books as of one moment, while everything runs."""

import asyncpg

from scheduler.ledger.checks import CHECKS
from scheduler.ledger.model import Check, Finding


async def audit(connection: asyncpg.Connection) -> list[Finding]:
    """Everything that is wrong; all checks see the same moment."""
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        return [finding for check in CHECKS for finding in await ask(connection, check)]


async def ask(connection: asyncpg.Connection, check: Check, user_id: int | None = None) -> list[Finding]:
    """What one check finds, of one user or of all."""
    mine = "where $1::bigint is null or user_id = $1"
    rows = await connection.fetch(f"select * from ({CHECKS[check]}) x {mine}", user_id)
    return [Finding(check, row["user_id"], {k: v for k, v in row.items() if k != "user_id"}) for row in rows]

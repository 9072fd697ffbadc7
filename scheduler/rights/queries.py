"""Gives a PostgreSQL role exactly the rights of the scheduler."""

import asyncpg

from scheduler.rights.model import SCHEMAS, TABLES


async def grant(connection: asyncpg.Connection, role: str) -> None:
    """Take every right on Tessera's tables from the role and give it those it needs; run by the tables' owner."""
    to, schemas = await connection.fetchval("select quote_ident($1)", role), ", ".join(SCHEMAS)
    async with connection.transaction():
        for what in ("tables", "sequences", "routines"):
            await connection.execute(f"revoke all on all {what} in schema {schemas} from {to}")
        await connection.execute(f"grant usage on schema {schemas} to {to}")
        await connection.execute(f"grant usage on all sequences in schema {schemas} to {to}")
        for table, rights in TABLES.items():
            await connection.execute(f"grant {rights} on {table} to {to}")


async def tables(connection: asyncpg.Connection) -> set[str]:
    """The tables that there are."""
    rows = await connection.fetch(
        "select schemaname || '.' || tablename as name from pg_tables where schemaname = any($1)", list(SCHEMAS)
    )
    return {row["name"] for row in rows}

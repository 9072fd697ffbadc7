"""What a database holds, as far as backups need to know."""

from dataclasses import dataclass

import asyncpg


@dataclass(frozen=True, slots=True)
class Contents:
    major: int  # of the server: 18
    tables: int  # that are not PostgreSQL's own or an extension's


async def contents(connection: asyncpg.Connection) -> Contents:
    row = await connection.fetchrow(
        """
        select current_setting('server_version_num')::int / 10000 as major,
               (select count(*) from pg_class c join pg_namespace n on n.oid = c.relnamespace
                 where c.relkind in ('r', 'p', 'v', 'm') and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
                   and not exists (select from pg_depend d where d.objid = c.oid and d.deptype = 'e')) as tables
        """
    )
    return Contents(row["major"], row["tables"])

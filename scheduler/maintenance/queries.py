"""How the tables are, and what is done about it."""

from datetime import timedelta

import asyncpg

from scheduler.maintenance.model import Table

VACUUMED_ALWAYS = ("public.jobs", "public.usage_daily", "public.artifacts")
ACTIVE_INDEX = "public.idx_jobs_active"  # its rows come and go with every job


async def tables(connection: asyncpg.Connection) -> list[Table]:
    """Every table of Tessera, those with most dead rows first."""
    rows = await connection.fetch(
        """
        select format('%I.%I', s.schemaname, s.relname) as name, s.n_live_tup, s.n_dead_tup, s.n_mod_since_analyze,
               age(c.relfrozenxid)::bigint as transactions, pg_total_relation_size(s.relid) as size,
               extract(epoch from now() - greatest(s.last_vacuum, s.last_autovacuum))::float8 / 86400 as vacuumed,
               extract(epoch from now() - greatest(s.last_analyze, s.last_autoanalyze))::float8 / 86400 as analysed
          from pg_stat_user_tables s join pg_class c on c.oid = s.relid
         order by s.n_dead_tup desc, 1
        """
    )
    return [Table(*row.values()) for row in rows]


async def vacuum(connection: asyncpg.Connection, names: list[str], freeze: list[str]) -> None:
    """Vacuum and analyse the tables, and build the index of open jobs anew; everybody may work meanwhile."""
    for name in names:
        await connection.execute(f"vacuum ({'freeze, ' if name in freeze else ''}analyze) {name}")
    await connection.execute(f"reindex index concurrently {ACTIVE_INDEX}")


async def forget_usage(connection: asyncpg.Connection, older_than: timedelta) -> int:
    """Forget days of usage, and note since when they are kept; how many rows there were. The ledger stays."""
    forgotten: int = await connection.fetchval(
        """
        with h as (
          update billing.usage_horizon
             set kept_since = greatest(kept_since, ((now() - $1::interval) at time zone 'utc')::date)
          returning kept_since),
        a as (delete from billing.archived_usage u using h where u.day < h.kept_since),
        d as (delete from usage_daily u using h where u.date < h.kept_since returning 1)
        select count(*) from d
        """,
        older_than,
    )
    return forgotten

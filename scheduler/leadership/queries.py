"""The one row that says who dispatches, by the database's clock."""

from datetime import timedelta

from scheduler.database import Db


async def lead(db: Db, holder: str, lasting: timedelta) -> int | None:
    """Take or renew the lead; the term, or None while another holds it. Whoever let it lapse gets a new term."""
    term: int | None = await db.fetchval(
        """
        update leadership
           set term = case when holder = $1 and expires_at > clock_timestamp() then term else term + 1 end,
               holder = $1, expires_at = clock_timestamp() + $2::interval
         where holder = $1 or expires_at <= clock_timestamp()
        returning term
        """,
        holder,
        lasting,
    )
    return term


async def lapses_in(db: Db) -> float:
    """Seconds until the lead of whoever has it ends, unless it is renewed."""
    seconds: float = await db.fetchval(
        "select greatest(0, extract(epoch from expires_at - clock_timestamp()))::float8 from leadership"
    )
    return seconds


async def step_down(db: Db, holder: str) -> None:
    await db.execute("update leadership set expires_at = clock_timestamp() where holder = $1", holder)


async def leader(db: Db) -> str | None:
    """Who leads now."""
    name: str | None = await db.fetchval("select holder from leadership where expires_at > clock_timestamp()")
    return name

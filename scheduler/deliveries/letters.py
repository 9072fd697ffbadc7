"""Dead letters: results that could not be posted, until an admin has them tried again."""

from uuid import UUID

from scheduler.database import Db
from scheduler.deliveries.model import DeadLetter


async def dead_letters(db: Db, limit: int) -> list[DeadLetter]:
    """The newest first."""
    rows = await db.fetch(
        """
        select d.job_id, u.platform || ':' || u.platform_user_id as "user", d.bot_id, d.last_error, d.tries,
               extract(epoch from now() - d.due_at)::float8 as age
          from deliveries d join users u on u.id = d.user_id
         where d.state = 'dead'
         order by d.due_at desc limit $1
        """,
        limit,
    )
    return [
        DeadLetter(
            job_id=row["job_id"],
            user=row["user"],
            bot_id=row["bot_id"],
            error=row["last_error"],
            tries=row["tries"],
            age_seconds=row["age"],
        )
        for row in rows
    ]


async def revive(db: Db, job_id: UUID | None) -> int:
    """Make a dead letter due again, or all of them (None), as if it had never been tried; returns how many there were.
    What is uncertain stays so: it may have been posted."""
    done = await db.execute(
        """
        update deliveries set state = 'due', due_at = now(), tries = 0
         where state = 'dead' and ($1::uuid is null or job_id = $1)
        """,
        job_id,
    )
    return int(done.removeprefix("UPDATE "))


async def open_counts(db: Db) -> tuple[int, int]:
    """How many are due, and how many are dead letters."""
    row = await db.fetchrow(
        """
        select (select count(*) from deliveries where state = 'due') as due,
               (select count(*) from deliveries where state = 'dead') as dead
        """
    )
    return row["due"], row["dead"]

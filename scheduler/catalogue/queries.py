"""Reading the catalogue, and pausing parts of it."""

from scheduler.accounts.model import Pause
from scheduler.catalogue.model import Capability, Model
from scheduler.database import Db


async def all_models(db: Db) -> dict[str, Model]:
    rows = await db.fetch(
        """
        select id, display_name, coalesce(description, '') as description, capability, price_tokens,
               coalesce(default_width, 1024) as width, coalesce(default_height, 1024) as height, rank, is_available,
               default_seconds::float8, max_seconds::float8, max_tokens, max_steps
          from catalogue.models
         order by capability, rank, id
        """
    )
    return {
        row["id"]: Model(
            id=row["id"],
            display_name=row["display_name"],
            description=row["description"],
            capability=Capability(row["capability"]),
            price_tokens=row["price_tokens"],
            default_width=row["width"],
            default_height=row["height"],
            rank=row["rank"],
            is_available=row["is_available"],
            default_seconds=row["default_seconds"],
            max_seconds=row["max_seconds"],
            max_tokens=row["max_tokens"],
            max_steps=row["max_steps"],
        )
        for row in rows
    }


async def pauses(db: Db) -> list[Pause]:
    """What is paused now."""
    rows = await db.fetch(
        """
        select subject, reason, ends_at, extract(epoch from ends_at - now())::float8 as seconds
          from catalogue.pauses where coalesce(ends_at > now(), true) order by subject
        """
    )
    return [
        Pause(subject=row["subject"], reason=row["reason"], ends_in_seconds=row["seconds"], ends_at=row["ends_at"])
        for row in rows
    ]


async def pause(db: Db, subject: str, reason: str | None, by: int) -> None:
    """Stop admission and dispatch of a subject; pausing twice keeps the newer reason."""
    await db.execute(
        """
        insert into catalogue.pauses (subject, reason, paused_by) values ($1, $2, $3)
            on conflict (subject) do update
           set reason = excluded.reason, paused_by = excluded.paused_by, paused_at = now(), ends_at = null
        """,
        subject,
        reason,
        by,
    )


async def resume(db: Db, subject: str) -> bool:
    """End a pause; resuming `all` ends every pause. Returns whether there was one."""
    done = await db.execute("delete from catalogue.pauses where subject = $1 or $1 = 'all'", subject)
    return done != "DELETE 0"

"""What films are made of: finding it."""

from collections.abc import Collection
from uuid import UUID

from scheduler.database import Db
from scheduler.films.model import Material


async def find_material(db: Db, wanted: Collection[UUID], user_id: int) -> dict[UUID, Material]:
    """Those of them that are stored uploads or finished files of the user. What ends within a minute counts as ended:
    until the job is written, nothing keeps its file. Of films that are drawn, and of AVI, the rendition is cut."""
    rows = await db.fetch(
        """
        select id, 'image' as type, path, width, height, null::float8 as seconds,
               expires_at <= now() + interval '1 minute' as expired
          from uploads where id = any($1::uuid[]) and user_id = $2 and stored_at is not null
         union all
        select a.id, a.type,
               case when a.type = 'video' and a.format in ('gif', 'webp', 'avi')
                    then coalesce(a.web_path, a.local_path) else a.local_path end,
               a.width, a.height, a.duration_seconds::float8,
               a.local_path is null or coalesce(a.expires_at <= now() + interval '1 minute', false)
          from artifacts a join jobs j on j.id = a.job_id
         where a.id = any($1::uuid[]) and j.user_id = $2
        """,
        list(wanted),
        user_id,
    )
    return {
        row["id"]: Material(
            row["id"], row["type"], row["path"] or "", row["width"], row["height"], row["seconds"], row["expired"]
        )
        for row in rows
    }

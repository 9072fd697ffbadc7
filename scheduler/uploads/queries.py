"""Uploads: finding, noting and forgetting them."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from scheduler.database import Db
from scheduler.jobs.queries.given import GIVEN_TO_OPEN_JOBS
from scheduler.uploads.model import Kept, NewUpload, Picture, UploadView

COLUMNS = "id, content_type, width, height, size_bytes, expires_at"


async def find_picture(db: Db, picture_id: UUID, user_id: int) -> Picture | None:
    """A stored upload or a finished picture of the user. A file is there for a minute after an upload has ended and is
    gone when a picture has, so one that ends within a minute counts as ended: until the job is written, nothing keeps
    it."""
    row = await db.fetchrow(
        """
        select path, width, height, expires_at <= now() as expired
          from uploads where id = $1 and user_id = $2 and stored_at is not null
         union all
        select a.local_path, a.width, a.height,
               a.local_path is null or coalesce(a.expires_at <= now() + interval '1 minute', false)
          from artifacts a join jobs j on j.id = a.job_id
         where a.id = $1 and j.user_id = $2 and a.type = 'image'
        """,
        picture_id,
        user_id,
    )
    if row is None:
        return None
    return Picture(picture_id, row["path"] or "", row["width"] or 1, row["height"] or 1, row["expired"])


async def living(db: Db, user_id: int) -> list[UploadView]:
    """What a request of the user may start from, the newest first."""
    rows = await db.fetch(
        f"""
        select {COLUMNS} from uploads
         where user_id = $1 and stored_at is not null and expires_at > now() order by created_at desc, id
        """,
        user_id,
    )
    return [UploadView(**row) for row in rows]


async def end(db: Db, upload_id: UUID, user_id: int) -> bool:
    """Its time is over now; the file goes once no open job starts from it. False: the user has no such upload."""
    done = await db.execute(
        """
        update uploads set expires_at = greatest(now(), created_at + interval '1 microsecond')
         where id = $1 and user_id = $2 and stored_at is not null and expires_at > now()
        """,
        upload_id,
        user_id,
    )
    return done != "UPDATE 0"


async def lock_user(db: Db, user_id: int) -> None:
    """One upload of a user is noted at a time; jobs are not held up."""
    await db.execute("select 1 from users where id = $1 for no key update", user_id)


async def kept(db: Db, user_id: int) -> Kept:
    """What has not ended, files that are still being written included."""
    row = await db.fetchrow(
        """
        select count(*)::int as count, coalesce(sum(size_bytes), 0)::bigint as size_bytes,
               coalesce(extract(epoch from min(expires_at) - now()), 0)::float8 as seconds
          from uploads where user_id = $1 and expires_at > now()
        """,
        user_id,
    )
    return Kept(row["count"], row["size_bytes"], row["seconds"])


async def renew(db: Db, user_id: int, digest: bytes, keep_for: timedelta) -> UploadView | None:
    """The same picture given before, kept on from now. One that has ended never comes back: its file may be gone."""
    row = await db.fetchrow(
        f"""
        update uploads set expires_at = now() + $3::interval
         where user_id = $1 and digest = $2 and stored_at is not null and expires_at > now()
        returning {COLUMNS}
        """,
        user_id,
        digest,
        keep_for,
    )
    return UploadView(**row) if row else None


async def note(db: Db, upload: NewUpload, keep_for: timedelta) -> UploadView:
    """Write the row before its file, so that no file is without one; it is there for nobody until it is stored."""
    row = await db.fetchrow(
        f"""
        insert into uploads (id, user_id, digest, content_type, width, height, size_bytes, path, expires_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, now() + $9::interval)
        returning {COLUMNS}
        """,
        upload.id,
        upload.user_id,
        upload.digest,
        upload.content_type,
        upload.width,
        upload.height,
        upload.size_bytes,
        upload.path,
        keep_for,
    )
    return UploadView(**row)


async def mark_stored(db: Db, upload_id: UUID) -> bool:
    """The file is there. False: its row was given up meanwhile."""
    done = await db.execute("update uploads set stored_at = now() where id = $1", upload_id)
    return done != "UPDATE 0"


async def ended(db: Db, unstored_for: timedelta, limit: int) -> list[tuple[UUID, str]]:
    """Uploads whose time was over a minute ago, except what an open job starts from, and those whose file was never
    stored. The minute is for requests that found one just before. Any of them, so that those which cannot be deleted
    hold nobody up."""
    rows = await db.fetch(
        f"""
        select id, path from (
          select id, path from uploads
           where expires_at <= now() - interval '1 minute'
             and id::text not in {GIVEN_TO_OPEN_JOBS}
           union
          select id, path from uploads where stored_at is null and created_at < now() - $1::interval) over
         order by random() limit $2
        """,
        unstored_for,
        limit,
    )
    return [(row["id"], row["path"]) for row in rows]


async def forget(db: Db, upload_ids: Sequence[UUID]) -> None:
    await db.execute("delete from uploads where id = any($1::uuid[])", list(upload_ids))

"""Finished files: reading them, and forgetting those that have expired."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from scheduler.artifacts.model import ArtifactView, Variant
from scheduler.database import Db
from scheduler.jobs.queries.given import GIVEN_TO_OPEN_JOBS


@dataclass(frozen=True, slots=True)
class StoredArtifact:
    """Where the bytes are, below the artifact store."""

    id: UUID
    path: str | None
    thumbnail_path: str | None
    web_path: str | None  # None: the original serves as it
    format: str
    expired: bool
    hls: Mapping[str, Any] | None = None  # what its worker said of its pieces

    @property
    def paths(self) -> list[str]:
        """All its files."""
        return [path for path in (self.path, self.thumbnail_path, self.web_path) if path]


def artifact_view(job_id: UUID, made: Mapping[str, Any]) -> ArtifactView:
    """`hls` of what was made: whether there is a playlist of it."""
    url = f"/v1/artifacts/{made['id']}"
    playlist = f"{url}/{Variant.PLAYLIST}" if made.get("hls") else None
    return ArtifactView.model_validate({**made, "job_id": job_id, "url": url, "playlist": playlist})


async def stored_artifact(db: Db, artifact_id: UUID, user_id: int | None) -> StoredArtifact | None:
    """An artifact of one user's job; None: the link was signed, whoever has it may read it."""
    row = await db.fetchrow(
        """
        select a.id, a.local_path, a.thumbnail_path, a.web_path, a.format, a.metadata -> 'hls' as hls,
               a.deleted_at is not null or coalesce(a.expires_at <= now(), false) as expired
          from artifacts a join jobs j on j.id = a.job_id
         where a.id = $1 and ($2::bigint is null or j.user_id = $2)
        """,
        artifact_id,
        user_id,
    )
    if row is None:
        return None
    return stored(row)


async def expired_artifacts(db: Db, limit: int) -> list[StoredArtifact]:
    """Artifacts whose time is over and whose files are still there; what an open job starts from is kept for it.
    Any of the first, so that those which cannot be deleted hold nobody up."""
    rows = await db.fetch(
        f"""
        select * from (
          select id, local_path, thumbnail_path, web_path, format, null as hls, true as expired
            from artifacts
           where expires_at <= now() and deleted_at is null
             and id::text not in {GIVEN_TO_OPEN_JOBS}
           order by expires_at limit 10 * $1::int) first
         order by random() limit $1
        """,
        limit,
    )
    return [stored(row) for row in rows]


def stored(row: Mapping[str, Any]) -> StoredArtifact:
    paths = row["local_path"], row["thumbnail_path"], row["web_path"]
    return StoredArtifact(row["id"], *paths, row["format"], row["expired"], row["hls"])


async def mark_deleted(db: Db, artifact_ids: Sequence[UUID]) -> None:
    """The files are gone; the rows stay, so that a job can be made again from its seed."""
    await db.execute(
        """
        update artifacts set deleted_at = now(), local_path = null, thumbnail_path = null, web_path = null
         where id = any($1::uuid[])
        """,
        list(artifact_ids),
    )


async def unswept_jobs(db: Db, ended_for: timedelta, limit: int) -> list[UUID]:
    """Jobs that ended so long ago with attempts that did not become their artifacts: these may have left files. Any
    of the first, so that those of which files cannot be deleted hold nobody up."""
    rows = await db.fetch(
        """
        select id from (
          select id from jobs
           where ended_at < now() - $1::interval
             and ended_at is not null and not swept and (attempt > 1 or (attempt = 1 and status <> 'COMPLETED'))
           order by ended_at limit 10 * $2::int) first
         order by random() limit $2
        """,
        ended_for,
        limit,
    )
    return [row["id"] for row in rows]


async def paths_of(db: Db, job_ids: Sequence[UUID]) -> set[str]:
    """The files that jobs have a right to."""
    rows = await db.fetch(
        """
        select unnest(array[local_path, thumbnail_path, web_path]) as path from artifacts
         where job_id = any($1::uuid[]) and deleted_at is null
        """,
        list(job_ids),
    )
    return {row["path"] for row in rows}


async def mark_swept(db: Db, job_ids: Sequence[UUID]) -> None:
    """Nothing but their artifacts is left of these jobs."""
    await db.execute("update jobs set swept = true where id = any($1::uuid[])", list(job_ids))


async def sweep_again(db: Db, job_ids: Sequence[UUID]) -> None:
    """A late attempt of these jobs may have stored files since they were looked after."""
    await db.execute("update jobs set swept = false where id = any($1::uuid[]) and swept", list(job_ids))

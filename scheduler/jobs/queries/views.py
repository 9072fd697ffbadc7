"""Reading jobs as their owners see them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from scheduler.artifacts.queries import artifact_view
from scheduler.catalogue.model import Capability
from scheduler.database import Db
from scheduler.jobs.agenda.model import wait_of
from scheduler.jobs.lineage import Parent
from scheduler.jobs.model import WISHES, Destination, JobError, JobView, Status, Wait

JOB = """
    select j.id, j.user_id, j.seq, j.status, j.priority, j.capability, j.params, j.cost_tokens, j.bot_id, j.frontend,
           j.attempt, j.parent_id, j.cancel_requested_at, j.wait_until, j.created_at, j.started_at, j.ended_at,
           j.execution_time_seconds, j.error, j.start_at, j.after,
           case when j.status = 'CREATED' then
             array(select a from unnest(j.after) a left join jobs w on w.id = a
                    where w.status is distinct from 'COMPLETED') end as comes_after,
           case when j.ended_at is null then 0
                else greatest(j.held_allowance + j.held_balance - j.cost_tokens, 0) end as tokens_back,
           (select coalesce(jsonb_agg(jsonb_build_object(
                     'id', a.id, 'position', a.position, 'type', a.type, 'format', a.format, 'width', a.width,
                     'height', a.height, 'duration_seconds', a.duration_seconds, 'size_bytes', a.file_size_bytes,
                     'seed', a.metadata -> 'seed', 'expires_at', a.expires_at, 'blurhash', a.blurhash,
                     'hls', a.metadata ? 'hls', 'plays', a.metadata -> 'plays' is distinct from 'false',
                     'web', case when a.web_path is not null then
                       jsonb_build_object('format', split_part(a.web_path, '.', -1), 'width', a.web_width,
                                          'height', a.web_height, 'size_bytes', a.web_size_bytes) end,
                     'expired', a.deleted_at is not null or coalesce(a.expires_at <= now(), false))
                   order by a.position), '[]')
              from artifacts a where a.job_id = j.id) as artifacts
      from jobs j
"""


async def waiting_jobs(db: Db, user_id: int) -> list[UUID]:
    """What has not begun, the newest first: what comes after others before these."""
    rows = await db.fetch(
        """
        select id from jobs
         where user_id = $1 and (status in ('CREATED', 'QUEUED') or status = 'RUNNING' and started_at is null)
         order by created_at desc, seq desc
        """,
        user_id,
    )
    return [row["id"] for row in rows]


async def read_job(db: Db, job_id: UUID, user_id: int) -> JobView | None:
    """One job of one user."""
    row = await db.fetchrow(f"{JOB} where j.id = $1 and j.user_id = $2", job_id, user_id)
    return job_view(row) if row else None


async def read_jobs(db: Db, job_ids: Sequence[UUID]) -> dict[UUID, JobView]:
    """Jobs by id, whoever owns them."""
    rows = await db.fetch(f"{JOB} where j.id = any($1::uuid[])", list(job_ids))
    return {row["id"]: job_view(row) for row in rows}


async def read_parent(db: Db, job_id: UUID, user_id: int, asked: Destination | None) -> Parent | None:
    """What a job was told that another one goes on from; None: the user has no such job. `asked`: the chat of a bot
    where that is asked. What somebody else's was told is followed where the bot has posted its result in that chat, for
    all to see and to press; of any other nothing is. A result is seen a little before the bot has said that it posted
    it: as soon as it may be in the message that the bot stored."""
    row = await db.fetchrow(
        """
        select j.params, j.user_id = $2 as own,
               exists (select from deliveries d
                        where d.job_id = j.id and d.bot_id = $3
                          and (d.state in ('posted', 'uncertain') or d.state = 'due' and d.message is not null)
                          and (d.address -> 'chat_id' = $4::jsonb -> 'chat_id'
                               or d.address -> 'channel_id' = $4::jsonb -> 'channel_id')) as seen
          from jobs j
         where j.id = $1 and (j.user_id = $2 or $3::text is not null)
        """,
        job_id,
        user_id,
        asked.bot_id if asked else None,
        (asked.address or {}) if asked else {},
    )
    if row is None:
        return None
    return Parent(row["params"] if row["own"] or row["seen"] else {}, own=row["own"])


async def list_jobs(
    db: Db, user_id: int, limit: int, before: tuple[datetime, UUID] | None, open_only: bool
) -> list[JobView]:
    """A page of a user's jobs, newest first, starting after `before`."""
    rows = await db.fetch(
        f"""{JOB}
         where j.user_id = $1
           and ($3::timestamptz is null or (j.created_at, j.id) < ($3, $4::uuid))
           and (not $5 or j.status in ('CREATED', 'QUEUED', 'RUNNING'))
         order by j.created_at desc, j.id desc
         limit $2""",
        user_id,
        limit,
        before[0] if before else None,
        before[1] if before else None,
        open_only,
    )
    return [job_view(row) for row in rows]


def job_view(row: Any) -> JobView:
    """The job in a row that was selected with JOB; what its params do not say is None."""
    params = row["params"]
    error = row["error"]
    return JobView(
        id=row["id"],
        status=Status(row["status"]),
        capability=Capability(row["capability"]),
        model=params.get("model", ""),
        prompt=params.get("prompt", ""),
        width=params.get("width"),
        height=params.get("height"),
        seed=params.get("seed"),
        count=params.get("count", 1),
        strength=params.get("strength"),
        picture=params.get("picture"),
        **{name: params.get(name) for name in WISHES},
        film=params.get("film"),
        parent_id=row["parent_id"],
        start_at=row["start_at"],
        after=row["after"] or [],
        cost_tokens=row["cost_tokens"],
        tokens_back=row["tokens_back"],
        bot_id=row["bot_id"],
        attempt=row["attempt"],
        cancel_requested=row["cancel_requested_at"] is not None,
        wait=wait_in(row),
        created_at=row["created_at"],
        started_at=row["started_at"],
        ended_at=row["ended_at"],
        run_seconds=None if row["execution_time_seconds"] is None else float(row["execution_time_seconds"]),
        error=JobError(**{"code": "unknown", "message": "", **error}) if error else None,
        artifacts=[artifact_view(row["id"], made) for made in row["artifacts"]],
    )


def wait_in(row: Any) -> Wait | None:
    """What a job waits for that is in no line yet; where the others stand is not written down."""
    booked = row["status"] == Status.CREATED and (row["start_at"] or row["after"])
    return wait_of(row["start_at"], row["comes_after"]) if booked else None


async def waiting_before(db: Db, job_id: UUID) -> int:
    """How many waiting jobs are of a higher class, or of the same and older."""
    count: int = await db.fetchval(
        """
        select count(*) from jobs mine join jobs other on other.status = 'QUEUED'
           and (other.priority, -other.seq) > (mine.priority, -mine.seq)
         where mine.id = $1
        """,
        job_id,
    )
    return count

"""What is read about jobs whose attempts have ended, before it is decided what that means."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from scheduler.catalogue.model import Capability, Work
from scheduler.database import Db
from scheduler.jobs.share import work_of


@dataclass(frozen=True, slots=True)
class Tries:
    """What decides whether an attempt that went wrong is followed by another."""

    attempt: int
    lost: int
    failed: int
    cancel_requested: bool
    lapsed: bool  # the lease has run out


async def tries_of(db: Db, job_ids: Sequence[UUID]) -> dict[UUID, Tries]:
    rows = await db.fetch(
        """
        select id, attempt, lost_attempts, failed_attempts, cancel_requested_at is not null as cancel_requested,
               coalesce(lease_until <= now(), false) as lapsed
          from jobs where id = any($1::uuid[])
        """,
        list(job_ids),
    )
    return {
        row["id"]: Tries(
            row["attempt"], row["lost_attempts"], row["failed_attempts"], row["cancel_requested"], row["lapsed"]
        )
        for row in rows
    }


@dataclass(frozen=True, slots=True)
class Asked:
    """What a job was priced by."""

    capability: Capability
    work: Work


async def asked_of(db: Db, job_ids: Sequence[UUID]) -> dict[UUID, Asked]:
    rows = await db.fetch("select id, capability, params from jobs where id = any($1::uuid[])", job_ids)
    return {row["id"]: Asked(Capability(row["capability"]), work_of(row["params"])) for row in rows}

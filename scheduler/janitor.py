"""Forgets what has had its time: expired files and uploads, files of lost attempts, old keys, failures and workers."""

from datetime import timedelta

import asyncpg
import structlog

from scheduler.artifacts.queries import expired_artifacts, mark_deleted, mark_swept, paths_of, unswept_jobs
from scheduler.artifacts.store import ArtifactStore
from scheduler.fleet.failures import forget_failures
from scheduler.fleet.queries import forget_gone
from scheduler.jobs.queries.keeping import forget_keys
from scheduler.uploads.keeper import remove_uploads

log = structlog.get_logger(__name__)

AT_ONCE = 200
KEYS_KEPT = timedelta(days=7)
GONE_WORKERS_KEPT = timedelta(days=1)
STRAYS_KEPT = timedelta(minutes=10)  # a worker that lost its job may still be at it


async def tick(pool: asyncpg.Pool, store: ArtifactStore) -> bool:
    """One round; says whether more files wait."""
    more = await remove_expired(pool, store)
    more = await remove_strays(pool, store, STRAYS_KEPT) or more
    more = await remove_uploads(pool, store, AT_ONCE) or more
    await forget_keys(pool, KEYS_KEPT)
    await forget_gone(pool, GONE_WORKERS_KEPT)
    await forget_failures(pool)
    return more


async def remove_expired(pool: asyncpg.Pool, store: ArtifactStore) -> bool:
    """Files go before their rows are marked: a crash in between repeats it. Returns whether there is more to do."""
    expired = await expired_artifacts(pool, AT_ONCE)
    await store.delete([path for one in expired for path in one.paths])
    await mark_deleted(pool, [one.id for one in expired])
    if expired:
        log.info("artifacts.expired", count=len(expired))
    return len(expired) == AT_ONCE


async def remove_strays(pool: asyncpg.Pool, store: ArtifactStore, ended_for: timedelta) -> bool:
    """Delete what lost, failed and cancelled attempts of ended jobs left behind; says whether there is more to do."""
    job_ids = await unswept_jobs(pool, ended_for, AT_ONCE)
    kept = await paths_of(pool, job_ids) if job_ids else set()
    for job_id in job_ids:
        strays = [path for path in await store.files(f"jobs/{job_id}") if path not in kept]
        await store.delete(strays)
        if strays:
            log.info("strays.removed", job=str(job_id), count=len(strays))
    await mark_swept(pool, job_ids)
    return len(job_ids) == AT_ONCE

"""Forgets what has had its time: expired files and uploads, files of lost attempts, old keys, failures and workers."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from functools import partial

import asyncpg
import structlog

from scheduler.artifacts.queries import expired_artifacts, mark_deleted, mark_swept, paths_of, unswept_jobs
from scheduler.artifacts.store import ArtifactStore, StoreError
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
    """One round of every chore; says whether more files wait. A chore that fails keeps none of the others from theirs;
    the round fails once they are done."""
    chores: Sequence[Callable[[], Awaitable[bool | None]]] = [
        partial(remove_expired, pool, store),
        partial(remove_strays, pool, store, STRAYS_KEPT),
        partial(remove_uploads, pool, store, AT_ONCE),
        partial(forget_keys, pool, KEYS_KEPT),
        partial(forget_gone, pool, GONE_WORKERS_KEPT),
        partial(forget_failures, pool),
    ]
    more, failures = False, []
    for chore in chores:
        try:
            more = bool(await chore()) or more
        except Exception as error:  # noqa: BLE001 - the first is raised again below
            failures.append(error)
    if failures:
        raise failures[0]
    return more


async def remove_expired(pool: asyncpg.Pool, store: ArtifactStore) -> bool:
    """Files go before their rows are marked: a crash in between repeats it. Returns whether there is more to do."""
    expired = await expired_artifacts(pool, AT_ONCE)
    left = await store.delete([path for one in expired for path in one.paths])
    gone = [one.id for one in expired if left.isdisjoint(one.paths)]
    await mark_deleted(pool, gone)
    if gone:
        log.info("artifacts.expired", count=len(gone))
    return bool(gone) and len(expired) == AT_ONCE


async def remove_strays(pool: asyncpg.Pool, store: ArtifactStore, ended_for: timedelta) -> bool:
    """Delete what lost, failed and cancelled attempts of ended jobs left behind; says whether there is more to do."""
    job_ids = await unswept_jobs(pool, ended_for, AT_ONCE)
    kept = await paths_of(pool, job_ids) if job_ids else set()
    swept = []
    for job_id in job_ids:
        try:
            strays = [path for path in await store.files(f"jobs/{job_id}") if path not in kept]
        except StoreError:
            log.warning("store.not_listed", job=str(job_id))
            break
        left = await store.delete(strays)
        if not left:
            swept.append(job_id)
        if strays:
            log.info("strays.removed", job=str(job_id), count=len(strays) - len(left))
    await mark_swept(pool, swept)
    return bool(swept) and len(job_ids) == AT_ONCE

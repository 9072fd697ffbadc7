"""Forgets what has had its time: expired files, old idempotency keys, workers long gone."""

from datetime import timedelta

import asyncpg
import structlog

from scheduler.artifacts.queries import expired_artifacts, mark_deleted
from scheduler.artifacts.store import ArtifactStore
from scheduler.fleet.queries import forget_gone
from scheduler.jobs.queries.admission import forget_keys

log = structlog.get_logger(__name__)

AT_ONCE = 200
KEYS_KEPT = timedelta(days=7)
GONE_WORKERS_KEPT = timedelta(days=1)


async def tick(pool: asyncpg.Pool, store: ArtifactStore) -> bool:
    """One round; says whether more files wait. Files go before their rows are marked: a crash in between repeats it."""
    expired = await expired_artifacts(pool, AT_ONCE)
    paths = [path for one in expired for path in (one.path, one.thumbnail_path) if path]
    await store.delete(paths)
    await mark_deleted(pool, [one.id for one in expired])
    if expired:
        log.info("artifacts.expired", count=len(expired))
    await forget_keys(pool, KEYS_KEPT)
    await forget_gone(pool, GONE_WORKERS_KEPT)
    return len(expired) == AT_ONCE

"""Each artifact and upload row has its files, the smaller ones included, and each file in the store its row."""

from collections.abc import Sequence
from datetime import timedelta

from scheduler import janitor
from scheduler.artifacts.store import ArtifactStore
from scheduler.uploads import queries as uploads
from tests.faults.acting import Doings
from tests.faults.checks.model import Check, Key

AT_ONCE = 1_000  # more than a round leaves behind

PATHS = """
    select unnest(array_remove(array[local_path, thumbnail_path, web_path], null)) as path
      from artifacts where deleted_at is null
     union all
    select path from uploads where stored_at is not null
"""


async def rows_without_files(doings: Doings) -> Sequence[str]:
    return sorted(await in_rows(doings) - in_store(doings))


async def files_without_rows(doings: Doings) -> Sequence[str]:
    """After the janitor has been there; it waits longer than a round lasts, so here it is told not to."""
    store = ArtifactStore(doings.town.store.as_uri())
    given_up = await uploads.ended(doings.town.db, timedelta(0), AT_ONCE)
    await store.delete([path for _, path in given_up])
    await uploads.forget(doings.town.db, [upload_id for upload_id, _ in given_up])
    while await janitor.remove_strays(doings.town.db, store, timedelta(0)):
        pass
    return sorted(in_store(doings) - await in_rows(doings))


async def in_rows(doings: Doings) -> set[str]:
    return {row["path"] for row in await doings.town.db.fetch(PATHS)}


def in_store(doings: Doings) -> set[str]:
    store = doings.town.store
    return {path.relative_to(store).as_posix() for path in store.rglob("*") if path.is_file()}


CHECKS = [
    Check(Key.ORPHANS, "artifacts without their files", rows_without_files),
    Check(Key.ORPHANS, "files without their artifact", files_without_rows),
]

"""Takes pictures in: checked by content, made anew, counted, stored; and removes them when their time is over."""

import asyncio
import hashlib
from datetime import timedelta
from uuid import UUID, uuid4

import asyncpg
import structlog

from scheduler.artifacts.checks import CheckedPicture, Unfit, checked_picture
from scheduler.artifacts.store import ArtifactStore, StoreError
from scheduler.errors import Code, Refused
from scheduler.uploads import queries
from scheduler.uploads.model import KEPT, NewUpload, UploadList, UploadView, refusal

CHECKED_AT_ONCE = 2  # pictures that are decoded: each may take some hundred MB
UNSTORED_FOR = timedelta(minutes=10)  # whoever writes a file for so long has given up

log = structlog.get_logger(__name__)


class UploadKeeper:
    """`keep` takes what was read; the answer is committed and the file is there when it returns."""

    def __init__(self, pool: asyncpg.Pool, store: ArtifactStore) -> None:
        self.pool = pool
        self.store = store
        self.places = asyncio.Semaphore(CHECKED_AT_ONCE)

    async def keep(self, user_id: int, content: bytes) -> UploadView:
        """The upload; the same bytes give the same one again, as long as it lives. Raises Refused."""
        digest = hashlib.sha256(content).digest()
        if known := await queries.renew(self.pool, user_id, digest, KEPT):
            return known
        async with self.places:
            picture = await checked(content)
        size_bytes = len(picture.content)
        new = NewUpload(uuid4(), user_id, digest, f"image/{picture.format}", picture.width, picture.height, size_bytes)
        upload = await self._note(new)
        try:
            await self.store.write(new.path, picture.content)
        except StoreError:
            await queries.forget(self.pool, [upload.id])
            log.warning("upload.not_stored")
            raise Refused.because(Code.UNAVAILABLE, retry_after_seconds=2.0) from None
        if not await queries.mark_stored(self.pool, upload.id):
            await self.store.delete([new.path])
            raise Refused.because(Code.UNAVAILABLE, retry_after_seconds=2.0)
        log.info("upload.kept", size_bytes=upload.size_bytes)
        return upload

    async def kept(self, user_id: int) -> UploadList:
        return UploadList(uploads=await queries.living(self.pool, user_id))

    async def end(self, user_id: int, upload_id: UUID) -> bool:
        """End it before its time; the janitor removes the file. False: the user has no such upload."""
        return await queries.end(self.pool, upload_id, user_id)

    async def _note(self, new: NewUpload) -> UploadView:
        """Count it and write its row, in one transaction."""
        async with self.pool.acquire() as connection, connection.transaction():
            await queries.lock_user(connection, new.user_id)
            if no_room := refusal(await queries.kept(connection, new.user_id), new.size_bytes):
                raise Refused(no_room)
            return await queries.note(connection, new, KEPT)


async def checked(content: bytes) -> CheckedPicture:
    """The picture made anew, in a thread; or why it is not taken."""
    try:
        return await asyncio.to_thread(checked_picture, content)
    except Unfit as unfit:
        raise Refused.because(Code.PICTURE_UNFIT, fault=unfit.fault.value, **unfit.facts) from None


async def remove_uploads(pool: asyncpg.Pool, store: ArtifactStore, at_once: int) -> bool:
    """Files go before their rows: a crash in between repeats it. Returns whether there is more to do."""
    ended = await queries.ended(pool, UNSTORED_FOR, at_once)
    if not ended:
        return False
    await store.delete([path for _, path in ended])
    await queries.forget(pool, [upload_id for upload_id, _ in ended])
    log.info("uploads.ended", count=len(ended))
    return len(ended) == at_once

"""Takes pictures in: checked by content, made anew, counted, stored; and removes them when their time is over."""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from datetime import timedelta
from uuid import UUID, uuid4

import asyncpg
import structlog

from scheduler.artifacts.checks import CheckedPicture, Unfit
from scheduler.artifacts.store import ArtifactStore, StoreError
from scheduler.errors import Code, Refused
from scheduler.uploads import queries
from scheduler.uploads.inspector import NotLookedAt
from scheduler.uploads.model import KEPT, NewUpload, UploadList, UploadView, refusal

UNSTORED_FOR = timedelta(minutes=10)  # whoever writes a file for so long has given up

log = structlog.get_logger(__name__)

IsWanted = Callable[[], bool]
Look = Callable[[int, bytes, IsWanted], Awaitable[CheckedPicture]]  # Inspector.look


class UploadKeeper:
    """`keep` takes what was read; the answer is committed and the file is there when it returns."""

    def __init__(self, pool: asyncpg.Pool, store: ArtifactStore, look: Look) -> None:
        self.pool = pool
        self.store = store
        self.look = look

    async def keep(self, user_id: int, content: bytes, is_wanted: IsWanted = lambda: True) -> UploadView:
        """The upload; the same bytes give the same one again, as long as it lives. `is_wanted`: whether the client
        still waits. Raises Refused."""
        digest = await asyncio.to_thread(digest_of, content)
        if known := await queries.renew(self.pool, user_id, digest, KEPT):
            return known
        picture = await self._checked(user_id, content, is_wanted)
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

    async def _checked(self, user_id: int, content: bytes, is_wanted: IsWanted) -> CheckedPicture:
        """The picture made anew; or why it is not taken."""
        try:
            return await self.look(user_id, content, is_wanted)
        except Unfit as unfit:
            raise Refused.because(Code.PICTURE_UNFIT, fault=unfit.fault.value, **unfit.facts) from None
        except NotLookedAt:
            raise Refused.because(Code.UNAVAILABLE, retry_after_seconds=2.0) from None

    async def _note(self, new: NewUpload) -> UploadView:
        """Count it and write its row, in one transaction."""
        async with self.pool.acquire() as connection, connection.transaction():
            await queries.lock_user(connection, new.user_id)
            if no_room := refusal(await queries.kept(connection, new.user_id), new.size_bytes):
                raise Refused(no_room)
            return await queries.note(connection, new, KEPT)


def digest_of(content: bytes) -> bytes:
    """Takes 40 ms for the largest file."""
    return hashlib.sha256(content).digest()


async def remove_uploads(pool: asyncpg.Pool, store: ArtifactStore, at_once: int) -> bool:
    """Files go before their rows: a crash in between repeats it. Returns whether there is more to do."""
    ended = await queries.ended(pool, UNSTORED_FOR, at_once)
    if not ended:
        return False
    left = await store.delete([path for _, path in ended])
    gone = [upload_id for upload_id, path in ended if path not in left]
    await queries.forget(pool, gone)
    log.info("uploads.ended", count=len(gone))
    return bool(gone) and len(ended) == at_once

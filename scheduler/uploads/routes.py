"""The HTTP API of uploads: taken in as a body, so many at once, no more of it read than is taken; listed; ended."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from aiohttp import web
from pydantic import BaseModel

from scheduler.accounts.doorkeeper import Doorkeeper
from scheduler.artifacts.checks import MOST_BYTES, Fault
from scheduler.errors import Code, Refused
from scheduler.openapi import Empty, Operation
from scheduler.uploads.keeper import UploadKeeper
from scheduler.uploads.model import TAKEN, UploadList, UploadView

READ_AT_ONCE = 16  # bodies in memory
OF_A_USER = 3
READ_SECONDS = 60.0


class UploadPath(BaseModel):
    upload_id: UUID


class UploadRoutes:
    def __init__(self, door: Doorkeeper, keeper: UploadKeeper) -> None:
        self.door = door
        self.keeper = keeper
        self.readers: Counter[int] = Counter()

    def operations(self) -> list[Operation]:
        refusals = [Code.PICTURE_UNFIT, Code.TOO_MANY_UPLOADS, Code.BANNED]
        return [
            Operation("POST", "/v1/uploads", self.upload, UploadView, status=201, raw_body=TAKEN, refusals=refusals),
            Operation("GET", "/v1/uploads", self.list_uploads, UploadList),
            Operation("DELETE", "/v1/uploads/{upload_id}", self.end_upload, UploadList, in_path=UploadPath),
        ]

    async def upload(self, request: web.Request, path: Empty, query: Empty, body: None) -> UploadView:
        """Keep a picture to start from.
        The body is the file: PNG, JPEG or WebP, told by its content. What is kept is made anew from its pixels, for
        three days; the same file again gives the same upload."""
        caller = await self.door.guest(request.headers)
        if request.content_type not in TAKEN:
            wrong = {"loc": "Content-Type", "msg": f"must be one of {', '.join(TAKEN)}"}
            raise Refused.because(Code.INVALID_REQUEST, errors=[dict(wrong)])
        with self._place(caller.user_id):
            content = await read(request)
            return await self.keeper.keep(caller.user_id, content, lambda: request.transport is not None)

    async def list_uploads(self, request: web.Request, path: Empty, query: Empty, body: None) -> UploadList:
        """The caller's pictures to start from, the newest first."""
        caller = await self.door.caller(request.headers)
        return await self.keeper.kept(caller.user_id)

    async def end_upload(self, request: web.Request, path: UploadPath, query: Empty, body: None) -> UploadList:
        """Remove a picture before its time; the answer is what is left.
        Jobs that already wait or run with it still get it."""
        caller = await self.door.caller(request.headers)
        if not await self.keeper.end(caller.user_id, path.upload_id):
            raise Refused.because(Code.NOT_FOUND, what="upload")
        return await self.keeper.kept(caller.user_id)

    @contextmanager
    def _place(self, user_id: int) -> Iterator[None]:
        if self.readers.total() >= READ_AT_ONCE or self.readers[user_id] >= OF_A_USER:
            raise Refused.because(Code.OVERLOADED, retry_after_seconds=1.0)
        self.readers[user_id] += 1
        try:
            yield
        finally:
            self.readers[user_id] -= 1
            self.readers += Counter()  # forgets who has none


async def read(request: web.Request) -> bytes:
    """The body, unless it is too large: then not even that is read which it says it has."""
    if (request.content_length or 0) > MOST_BYTES:
        raise too_many_bytes()
    content = bytearray()
    try:
        async with asyncio.timeout(READ_SECONDS):
            async for chunk in request.content.iter_any():
                content += chunk
                if len(content) > MOST_BYTES:
                    raise too_many_bytes()
    except TimeoutError:
        raise Refused.because(Code.INVALID_REQUEST, errors=[{"loc": "body", "msg": "came too slowly"}]) from None
    return bytes(content)


def too_many_bytes() -> Refused:
    return Refused.because(Code.PICTURE_UNFIT, fault=Fault.TOO_MANY_BYTES.value, limit=MOST_BYTES)

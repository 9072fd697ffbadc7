"""Small files are held whole on their way, so that the scheduler is done with them however slowly they are taken."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import replace

from bots.web.crowd import Places
from scheduler.client.artifacts import File

SMALL_BYTES = 4 * 2**20  # whatever is larger, or finds no room, comes as fast as its reader likes
ROOM_BYTES = 64 * 2**20  # of all that is held at once, a part for each network


class Shelf:
    def __init__(self) -> None:
        self.room = Places(ROOM_BYTES)

    @asynccontextmanager
    async def taken(self, opened: AbstractAsyncContextManager[File], network: str) -> AsyncIterator[File]:
        """The file, whole where it is small enough and there is room; else what the scheduler gives."""
        async with AsyncExitStack() as scheduler:
            found = await scheduler.enter_async_context(opened)
            size = found.size_bytes
            if size is None or size > SMALL_BYTES or not self.room.has_room(network, size):
                yield found
                return
            with self.room.place(network, size):
                held = [piece async for piece in found.pieces]
                await scheduler.aclose()
                yield replace(found, pieces=given(held))


async def given(pieces: Sequence[bytes]) -> AsyncIterator[bytes]:
    for piece in pieces:
        yield piece

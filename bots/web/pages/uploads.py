"""POST /uploads: a picture to start from, on its way to the scheduler; so many at once, no more of it than is taken."""

import asyncio

from aiohttp import web

from bots.web.crowd import Places
from bots.web.edge import answered
from bots.web.model import Given
from bots.web.site import origin, visit
from scheduler.errors import Code, Refused
from scheduler.proxies import network_of
from scheduler.uploads.model import LARGEST_FILE, TAKEN

AT_ONCE = 16  # in memory
READ_SECONDS = 60.0


class Uploads:
    def __init__(self) -> None:
        self.places = Places(AT_ONCE)

    async def take(self, request: web.Request) -> web.Response:
        here, network = visit(request), network_of(origin(request).address)
        if request.content_type not in TAKEN:
            raise Refused.because(Code.PICTURE_UNFIT, fault="not_a_picture")
        if not self.places.has_room(network):
            raise Refused.because(Code.OVERLOADED, retry_after_seconds=2.0)
        with self.places.place(network):
            upload = await here.user.upload(await read(request), request.content_type)
        return answered(Given(id=upload.id, width=upload.width, height=upload.height))


async def read(request: web.Request) -> bytes:
    """The body; one that is too large is not read to its end."""
    content = bytearray()
    if (request.content_length or 0) > LARGEST_FILE:
        raise too_large()
    try:
        async with asyncio.timeout(READ_SECONDS):
            async for part in request.content.iter_any():
                content += part
                if len(content) > LARGEST_FILE:
                    raise too_large()
    except TimeoutError:
        raise web.HTTPRequestTimeout from None
    return bytes(content)


def too_large() -> Refused:
    return Refused.because(Code.PICTURE_UNFIT, fault="too_many_bytes", limit=LARGEST_FILE)

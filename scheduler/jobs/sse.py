"""Server-sent events: job events as one `data:` line each, a comment when there is nothing to say."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

from aiohttp import web

from scheduler.jobs.events import EventHub
from scheduler.jobs.model import JobEvent

COMMENT_SECONDS = 15.0
CLOSE_LOOK_SECONDS = 0.5  # how soon a stream notices that the server stops


async def stream(
    request: web.Request,
    hub: EventHub,
    bot_id: str | None,
    wanted: Callable[[JobEvent], bool] = lambda event: True,
    look: Callable[[], Awaitable[JobEvent]] | None = None,
    every: float = COMMENT_SECONDS,
) -> web.StreamResponse:
    """Write the wanted events of a bot's jobs until the client or the server goes. With `look`, which reads one job,
    the stream begins with how the job stands, looks again every `every` seconds, and ends with its end."""
    with hub.listen(bot_id) as events:
        response = web.StreamResponse(
            headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        )
        await response.prepare(request)
        await response.write(b": connected\n\n")
        event = await look() if look else None
        with suppress(ConnectionResetError):
            while not hub.closed.is_set():
                await response.write(written(event))
                if look and event and event.kind == "ended":
                    break
                heard = await next_event(events, hub.closed, every)
                event = (heard if wanted(heard) else None) if heard else await look() if look else None
    return response


async def next_event(events: asyncio.Queue[JobEvent], closed: asyncio.Event, within: float) -> JobEvent | None:
    """The next event; None after a silence, or when the server stops."""
    waited = 0.0
    while waited < within and not closed.is_set():
        with suppress(TimeoutError):
            return await asyncio.wait_for(events.get(), CLOSE_LOOK_SECONDS)
        waited += CLOSE_LOOK_SECONDS
    return None


def written(event: JobEvent | None) -> bytes:
    if event is None:
        return b": nothing new\n\n"
    return b"data: " + event.model_dump_json(exclude_none=True).encode() + b"\n\n"

"""Server-sent events: job events as one `data:` line each, a comment when there is nothing to say."""

import asyncio
import time
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
                event = await next_event(events, hub.closed, wanted, every)
                if event is None and look:
                    event = await look()
    return response


async def next_event(
    events: asyncio.Queue[JobEvent], closed: asyncio.Event, wanted: Callable[[JobEvent], bool], within: float
) -> JobEvent | None:
    """The next wanted event; None when there was none in that time, or when the server stops."""
    until = time.monotonic() + within
    while (left := until - time.monotonic()) > 0 and not closed.is_set():
        with suppress(TimeoutError):
            event = await asyncio.wait_for(events.get(), min(left, CLOSE_LOOK_SECONDS))
            if wanted(event):
                return event
    return None


def written(event: JobEvent | None) -> bytes:
    if event is None:
        return b": nothing new\n\n"
    return b"data: " + event.model_dump_json(exclude_none=True).encode() + b"\n\n"

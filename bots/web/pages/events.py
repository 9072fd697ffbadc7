"""GET /events: what happens to the visitor's jobs, as server-sent events, one stream a tab."""

import asyncio
from contextlib import suppress

from aiohttp import web

from bots.replies import progress
from bots.replies.translator import Translator
from bots.web.live import Sign, Tab
from bots.web.model import Happening
from bots.web.site import visit
from scheduler.jobs.model import JobEvent

PING_SECONDS = 15.0  # proxies end connections that are silent for longer, most often after 30 or 60 s
HEADERS = {"Content-Type": "text/event-stream", "Cache-Control": "no-store", "X-Accel-Buffering": "no"}
HELLO, PING = b"event: hello\ndata: {}\n\n", b"event: ping\ndata: {}\n\n"
SIGNS = {Sign.GAP: b"event: gap\ndata: {}\n\n", Sign.BYE: b"event: bye\ndata: {}\n\n"}


async def events(request: web.Request) -> web.StreamResponse:
    here = visit(request)
    response = web.StreamResponse(headers=HEADERS)
    live = here.site.live
    with live.tab(here.visitor) as tab, suppress(ConnectionError):
        await response.prepare(request)
        if not live.leaving:
            await response.write(HELLO)
        while line := await spoken(tab, here.tr):
            await response.write(line)
    return response


async def spoken(tab: Tab, tr: Translator) -> bytes | None:
    """The next thing to say to a tab; None when its stream is over."""
    try:
        async with asyncio.timeout(PING_SECONDS):
            item = await tab.next()
    except TimeoutError:
        return PING
    if isinstance(item, JobEvent):
        return b"data: " + happening(item, tr).model_dump_json(exclude_none=True).encode() + b"\n\n"
    return SIGNS.get(item)


def happening(event: JobEvent, tr: Translator) -> Happening:
    line = progress.advance(tr, event.fraction, event.seconds_left) if event.kind == "progress" else None
    return Happening(
        kind=event.kind,
        job=event.job_id,
        attempt=event.attempt,
        fraction=event.fraction,
        line=line,
        preview=event.preview,
    )

"""Server-sent events as the scheduler writes them: one `data:` line of JSON an event, comments in between."""

from collections.abc import AsyncIterator

import aiohttp

from scheduler.jobs.model import JobEvent


async def events(content: aiohttp.StreamReader) -> AsyncIterator[JobEvent]:
    """The job events of a stream, until it ends."""
    async for line in content:
        if line.startswith(b"data:"):
            yield JobEvent.model_validate_json(line[5:])

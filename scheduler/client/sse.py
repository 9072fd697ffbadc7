"""Server-sent events as the scheduler writes them: one `data:` line of JSON an event, comments in between."""

from collections.abc import AsyncIterable, AsyncIterator

import structlog
from pydantic import ValidationError

from scheduler.jobs.model import JobEvent

log = structlog.get_logger(__name__)


async def events(content: AsyncIterable[bytes]) -> AsyncIterator[JobEvent]:
    """The job events of a stream, until it ends; those that only a newer client understands are left out."""
    async for line in content:
        if line.startswith(b"data:") and (event := understood(line[5:])):
            yield event


def understood(line: bytes) -> JobEvent | None:
    try:
        return JobEvent.model_validate_json(line)
    except ValidationError:
        log.warning("event.unknown")
        return None

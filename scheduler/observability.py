"""Logs for a terminal or for a machine, and the process's metrics registry."""

import logging
import sys
import traceback
from collections.abc import Iterator

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

REGISTRY = CollectorRegistry()

__all__ = ["REGISTRY", "Counter", "Gauge", "Histogram", "setup_logging"]


def setup_logging(level: str = "info", json: bool | None = None) -> None:
    """Send our own and the libraries' logs to standard error: readable lines on a terminal, JSON otherwise."""
    as_json = not sys.stderr.isatty() if json is None else json
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    rendering = [structlog.stdlib.ProcessorFormatter.remove_processors_meta, *renderers(as_json, level.upper())]
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=rendering))
    if level.upper() != "DEBUG":
        handler.addFilter(without_callers)
    logging.basicConfig(handlers=[handler], level=level.upper(), force=True)
    for chatty in ("aiohttp.access", "aiogram.event", "discord.gateway", "discord.client"):
        logging.getLogger(chatty).setLevel(logging.WARNING)


def renderers(as_json: bool, level: str) -> list[structlog.typing.Processor]:
    """How a log entry becomes a line. Local variables are never shown, they may hold secrets; an exception's words may
    be a person's and are shown at debug only."""
    console = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    last = structlog.processors.JSONRenderer() if as_json else console
    if level != "DEBUG":
        return [without_messages, last]
    return [structlog.processors.format_exc_info, last] if as_json else [last]


def without_callers(record: logging.LogRecord) -> bool:
    """The HTTP library names who sent what it could not answer. And what is no HTTP at all anybody can send without
    end: it is no fault of ours, and gets no line."""
    if record.name != "aiohttp.server":
        return True
    record.msg, record.args = "http.unanswered", ()
    error = record.exc_info[1] if record.exc_info else None
    return type(error).__module__ != "aiohttp.http_exceptions"


def without_messages(_: object, __: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """Of an exception its type and where it came from: PostgreSQL's errors quote rows, pydantic's what was sent."""
    given = event.pop("exc_info", None)
    error = given if isinstance(given, BaseException) else given[1] if isinstance(given, tuple) else sys.exception()
    if given and error:
        event["exception"] = "\n".join(outline(error))
    return event


def outline(error: BaseException) -> Iterator[str]:
    """A traceback whose last lines have no message; what led to the error comes first, as usual."""
    earlier = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if earlier:
        yield from outline(earlier)
        yield "which led to"
    yield from (line.rstrip() for line in traceback.format_tb(error.__traceback__))
    yield f"{type(error).__module__}.{type(error).__qualname__}"
    if isinstance(error, BaseExceptionGroup):
        for number, one in enumerate(error.exceptions, 1):
            yield from (f"  {number}| {line}" for part in outline(one) for line in part.splitlines())

"""What a log line tells of an error: where it came from, not what was in it."""

import asyncio
import json
import logging
from collections.abc import Iterator

import asyncpg
import pytest
import structlog
from aiohttp import web
from aiohttp.test_utils import TestServer

from scheduler.observability import setup_logging

WORDS = "a fox in the snow"


def fails() -> None:
    error = asyncpg.NotNullViolationError("null value in column")
    error.detail = f"Failing row contains (7, {WORDS})."
    raise error


def fails_for_two_reasons() -> None:
    try:
        fails()
    except asyncpg.PostgresError as error:
        raise ExceptionGroup(WORDS, [error, ValueError(WORDS)]) from error


@pytest.fixture
def logs(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What is set up for all of the process is as before afterwards."""
    root = logging.getLogger()
    monkeypatch.setattr(root, "handlers", [])
    level = root.level
    yield
    root.setLevel(level)
    structlog.reset_defaults()


@pytest.mark.usefixtures("logs")
@pytest.mark.parametrize("as_json", [True, False])
@pytest.mark.parametrize("logger", [structlog.get_logger("ours"), logging.getLogger("theirs")], ids=["ours", "theirs"])
def test_the_words_of_an_error_stay_out_of_the_log(
    capsys: pytest.CaptureFixture[str], as_json: bool, logger: logging.Logger
) -> None:
    for level, shown in (("info", False), ("debug", True)):
        setup_logging(level, as_json)
        try:
            fails_for_two_reasons()
        except ExceptionGroup:
            logger.exception("it.failed")
        said = capsys.readouterr().err

        assert (WORDS in said) is shown
        for named in ("in fails", "NotNullViolationError", "ValueError", "ExceptionGroup"):
            assert named in said
        assert not as_json or json.loads(said)["event"] == "it.failed"


@pytest.mark.usefixtures("logs")
@pytest.mark.parametrize("level", ["info", "debug"])
async def test_who_sends_what_is_no_http_fills_no_log_and_nobody_s_address_is_in_it(
    capsys: pytest.CaptureFixture[str], level: str
) -> None:
    async def fail(request: web.Request) -> web.Response:
        raise RuntimeError(WORDS)

    app = web.Application()
    app.router.add_get("/", fail)
    setup_logging(level, True)
    async with TestServer(app) as server:
        lines = []
        for asked in (b"GET / HTTP/1.1\r\nHost : here\r\n\r\n", b"GET / HTTP/1.1\r\nHost: here\r\n\r\n"):
            reader, writer = await asyncio.open_connection(server.host, server.port)
            writer.write(asked)
            await reader.readline()
            writer.close()
            said = capsys.readouterr().err.splitlines()
            lines.append([one for one in map(json.loads, said) if one["logger"] == "aiohttp.server"])

    by_them, by_us = lines
    assert len(by_them) == (level == "debug")
    assert len(by_us) == 1
    assert "RuntimeError" in by_us[0]["exception"]
    assert ("127.0.0.1" in str(by_us)) is (level == "debug")

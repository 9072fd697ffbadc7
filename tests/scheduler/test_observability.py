"""What a log line tells of an error: where it came from, not what was in it."""

import json
import logging
from collections.abc import Iterator

import asyncpg
import pytest
import structlog

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

"""A client beside a newer scheduler, as in every rolling restart: what it does not know is a general thing to it."""

import asyncio
import json

import pytest

from scheduler.client.sse import events
from scheduler.client.transport import refused
from scheduler.errors import Code, Refused, Unreachable
from scheduler.jobs.model import Wait, Why


def problem(code: str, status: int) -> bytes:
    return json.dumps({"type": "urn:x", "title": "No", "status": status, "code": code, "limit": 3}).encode()


def test_a_reason_to_wait_that_is_not_known_is_some_other_reason() -> None:
    assert Wait.model_validate_json('{"position": 2, "seconds": 4, "why": "moon_phase"}').why is Why.OTHER


@pytest.mark.parametrize(
    ("status", "code"), [(409, Code.CONFLICT), (422, Code.INVALID_REQUEST), (402, Code.INVALID_REQUEST)]
)
def test_a_refusal_that_is_not_known_is_a_refusal(status: int, code: Code) -> None:
    error = refused(status, problem("moon_phase", status))
    assert isinstance(error, Refused)
    assert (error.refusal.code, error.refusal.facts) == (code, {"limit": 3})


@pytest.mark.parametrize("raw", [problem("moon_phase", 500), b"<html>bad gateway</html>"])
def test_what_failed_may_be_tried_again(raw: bytes) -> None:
    assert isinstance(refused(502, raw), Unreachable)


async def test_an_event_that_is_not_known_ends_no_stream() -> None:
    content = asyncio.StreamReader()
    known = {"kind": "accepted", "job_id": "00000000-0000-0000-0000-000000000001"}
    for event in ({**known, "kind": "moonrise"}, known):
        content.feed_data(b"data: " + json.dumps(event).encode() + b"\n\n")
    content.feed_eof()
    assert [event.kind async for event in events(content)] == ["accepted"]

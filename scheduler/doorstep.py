"""Before the door: who was refused, and asks again while others of the same key stand in line, hears the same answer
before anything else of the request is read. What a flood's refusals cost less is left to those who are served."""

import asyncio
import re
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass, field
from time import monotonic
from typing import Protocol, cast

from aiohttp import web

from scheduler.accounts.model import STRANGERS, Party
from scheduler.errors import OVERLOADED
from scheduler.idle import Connection, IdleConnections
from scheduler.observability import Counter
from scheduler.problems import written
from scheduler.turnstile import Turnstile

AGAIN = b"POST /v1/jobs "  # what is refused unread
KEPT_SECONDS = 20.0  # then it is read once more: a key may have ended, and the server ends connections that seem idle
TOLD_SECONDS = 2.0  # in which a key that found no room is refused at a crowded door, too
MOST_TOLD = 1_000  # keys
NOBODY = Party(STRANGERS), 0.0
KEY = re.compile(rb"\r\nauthorization:([^\r\n]*)", re.IGNORECASE)
LENGTH = re.compile(rb"\r\ncontent-length:([^\r\n]*)", re.IGNORECASE)
OTHERWISE = re.compile(rb"\r\n(?:transfer-encoding|upgrade|expect|connection:[ \t]*close)", re.IGNORECASE)


class Server(Connection, Protocol):
    """What the HTTP library makes of a connection."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None: ...

    def connection_lost(self, error: Exception | None) -> None: ...

    def data_received(self, data: bytes) -> None: ...

    def eof_received(self) -> bool | None: ...

    def pause_writing(self) -> None: ...

    def resume_writing(self) -> None: ...


class Door(Protocol):
    """What it is like behind it."""

    def is_full(self, party: Party) -> bool:
        """Whether there is no room for this one."""

    def is_crowded(self) -> bool:
        """Whether whoever comes in waits for several turns."""


@dataclass(slots=True)
class Doorsteps:
    """Of all connections."""

    door: Door
    shed: Counter
    idle: IdleConnections
    turnstile: Turnstile
    refusal: bytes = field(default_factory=lambda: written(OVERLOADED, closes=False))
    open: dict[Hashable, "Doorstep"] = field(default_factory=dict)
    told: OrderedDict[bytes, tuple[Party, float]] = field(default_factory=OrderedDict)  # who, until when; by their keys

    def answered(self, request: web.Request) -> None:
        """One more request of this connection has its answer."""
        if step := self.open.get(request.protocol):
            step.answered += 1

    def refused(self, request: web.Request, party: Party) -> None:
        """There is no room for this one, nor will there be for others of its key."""
        for name, value in request.raw_headers:
            if name.lower() == b"authorization":
                self.told[value] = party, monotonic() + TOLD_SECONDS
                self.told.move_to_end(value)
                if len(self.told) > MOST_TOLD:
                    self.told.popitem(last=False)
                return

    def is_told(self, head: bytes) -> bool:
        """Whether it asks again what its key was told, and nothing has changed."""
        if not self.told or not head.startswith(AGAIN):
            return False
        keys = [key.strip() for key in KEY.findall(head)]
        party, until = self.told.get(keys[0], NOBODY) if len(keys) == 1 else NOBODY
        if monotonic() > until:
            return False
        if self.door.is_full(party):
            self.told[keys[0]] = party, monotonic() + TOLD_SECONDS
            return True
        return self.door.is_crowded()


class Doorstep(asyncio.Protocol):
    """One connection. It looks at what comes as long as that is one whole request at a time, each after the answer to
    the one before; whatever else comes is the server's alone, for good."""

    def __init__(self, server: Server, steps: Doorsteps) -> None:
        self.server = server
        self.steps = steps
        self.transport: asyncio.Transport  # from when the connection is made
        self.is_plain = True
        self.passed = 0  # requests that the server was given
        self.passed_at = monotonic()
        self.answered = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        self.steps.open[self.server] = self
        self.server.connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        del self.steps.open[self.server]
        self.server.connection_lost(error)

    def data_received(self, data: bytes) -> None:
        if self.is_plain:
            head = head_of(data) if self.passed == self.answered else b""
            self.is_plain = bool(head)
            if self.is_plain:
                self.steps.idle.touch(self.server)
            if self.is_plain and self._has_taken_all() and self.steps.is_told(head):
                self.steps.shed.inc()
                self.transport.write(self.steps.refusal)
                return
            self.passed += 1
            self.passed_at = monotonic()
            self.steps.turnstile.expect()
        self.server.data_received(data)

    def eof_received(self) -> bool | None:
        return self.server.eof_received()

    def pause_writing(self) -> None:
        self.server.pause_writing()

    def resume_writing(self) -> None:
        self.server.resume_writing()

    def _has_taken_all(self) -> bool:
        """Whether the answers were taken, and the server was asked lately: it ends a connection that it finds idle."""
        return not self.transport.get_write_buffer_size() and monotonic() < self.passed_at + KEPT_SECONDS


def head_of(data: bytes) -> bytes:
    """The head of what is one request from its first byte to its last, on a connection that stays; else nothing."""
    head, found, body = data.partition(b"\r\n\r\n")
    if not found or OTHERWISE.search(head):
        return b""
    [length, *more] = LENGTH.findall(head) or [b"0"]
    is_whole = not more and length.strip() == b"%d" % len(body)
    return head + b"\r\n" if is_whole and b" HTTP/1.1\r\n" in head else b""

"""What a gateway session is: its opcodes, its socket, and the events kept so that they can be told again."""

import asyncio
from collections import deque
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

from aiohttp import web

from tests.rigs.discord.model import Bot

Json = dict[str, Any]
PAYLOADS, PAYLOADS_SECONDS = 120, 60.0
"""More payloads of a client in this time end its connection."""


class Op(IntEnum):
    """The opcodes in use."""

    DISPATCH = 0
    HEARTBEAT = 1
    IDENTIFY = 2
    RESUME = 6
    RECONNECT = 7
    INVALID_SESSION = 9
    HELLO = 10
    ACK = 11


class Close(IntEnum):
    """Why the server hangs up."""

    UNKNOWN_OPCODE = 4001
    DECODE_ERROR = 4002
    NOT_AUTHENTICATED = 4003
    AUTHENTICATION_FAILED = 4004
    ALREADY_AUTHENTICATED = 4005
    RATE_LIMITED = 4008
    SESSION_TIMED_OUT = 4009


@dataclass(slots=True, eq=False)
class Session:
    """What a bot process is told, kept so that it can be told again after RESUME."""

    id: str
    bot: Bot
    intents: int
    events: list[tuple[str, Json]] = field(default_factory=list)
    connection: "Connection | None" = None


@dataclass(slots=True, eq=False)
class Connection:
    """An open websocket; what stands in `outbox` is sent in order."""

    socket: web.WebSocketResponse
    request: web.Request
    outbox: asyncio.Queue[Json] = field(default_factory=asyncio.Queue)
    session: Session | None = None
    received: deque[float] = field(default_factory=lambda: deque(maxlen=PAYLOADS + 1))

    def push(self, op: Op, data: Any = None, event: str | None = None, number: int | None = None) -> None:
        self.outbox.put_nowait({"op": op, "d": data, "s": number, "t": event})

    def abort(self) -> None:
        """Cut the wire without a word."""
        if self.request.transport is not None:
            self.request.transport.abort()

"""The port: a bounded number of connections; those beyond it are told to come back, at next to no cost."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import cast

from aiohttp import web

from scheduler.errors import Code, Refusal
from scheduler.problems import problem

MOST_CONNECTIONS = 4000
MOST_WHILE_BUSY = 500  # while requests are refused anyway: those that are connected are served, the others told at once
BACKLOG = 4096
PATIENCE_SECONDS = 2.0  # for the request of a connection that is one too many


class TooMany(asyncio.Protocol):
    """Answers whatever comes first with a refusal, unread, and hangs up."""

    def __init__(self, refusal: bytes) -> None:
        self.refusal = refusal
        self.transport: asyncio.Transport | None = None
        self.gives_up: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        self.gives_up = asyncio.get_running_loop().call_later(PATIENCE_SECONDS, transport.close)

    def data_received(self, data: bytes) -> None:
        if self.transport and not self.transport.is_closing():
            self.transport.write(self.refusal)
            self.transport.close()

    def connection_lost(self, error: Exception | None) -> None:
        if self.gives_up:
            self.gives_up.cancel()


@asynccontextmanager
async def listening(
    runner: web.AppRunner, host: str, port: int, busy: Callable[[], bool], *, shared: bool = False
) -> AsyncIterator[asyncio.Server]:
    """Accept connections while inside. `shared`: other schedulers of the same machine may listen on the same port."""
    server = runner.server
    if server is None:
        raise RuntimeError("the runner was not set up")
    refusal = written(Refusal(Code.OVERLOADED, {"retry_after_seconds": 1.0}))

    def protocol() -> asyncio.BaseProtocol:
        most = MOST_WHILE_BUSY if busy() else MOST_CONNECTIONS
        return server() if len(server.connections) < most else TooMany(refusal)

    running = asyncio.get_running_loop()
    listener = await running.create_server(protocol, host, port, backlog=BACKLOG, reuse_port=shared or None)
    try:
        yield listener
    finally:
        listener.close()


def written(refusal: Refusal) -> bytes:
    """The whole HTTP answer of a refusal."""
    answer = problem(refusal)
    body = (answer.text or "").encode()
    headers = {**answer.headers, "Content-Length": str(len(body)), "Connection": "close"}
    lines = [f"HTTP/1.1 {answer.status} {answer.reason}", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, "", ""]).encode() + body

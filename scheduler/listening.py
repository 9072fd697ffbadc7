"""The port: a bounded number of connections; one too many takes the place of an idle one, or is told to come back."""

import asyncio
import resource
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import cast

import structlog
from aiohttp import web

from scheduler.errors import Code, Refusal
from scheduler.idle import IdleConnections
from scheduler.problems import problem

log = structlog.get_logger(__name__)

MOST_CONNECTIONS = 2000
MOST_WHILE_BUSY = 500  # while requests are refused anyway: those that are connected are served, others told at once
BACKLOG = 4096
AT_ONCE = 256  # accepted before anything else is done
FULL_PAUSE_SECONDS = 0.1  # when the process may open no more files
PATIENCE_SECONDS = 10.0  # for the request of a connection that is one too many
LINGER_SECONDS = 2.0  # for the rest of a body that nobody wants


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


class Port:
    """Accepts all that wait: uvloop's own server takes one connection a turn of its loop, and under load the others
    wait for seconds where nobody sees them."""

    def __init__(
        self, listener: socket.socket, protocol: Callable[[], asyncio.BaseProtocol], group: asyncio.TaskGroup
    ) -> None:
        self.listener = listener
        self.protocol = protocol
        self.group = group
        self.running = asyncio.get_running_loop()
        self.address: tuple[str, int] = listener.getsockname()[:2]
        self.open()

    def open(self) -> None:
        if self.listener.fileno() >= 0:
            self.running.add_reader(self.listener, self.accept)

    def accept(self) -> None:
        for _ in range(AT_ONCE):
            try:
                connection, _address = self.listener.accept()
            except (BlockingIOError, InterruptedError, ConnectionAbortedError):
                return
            except OSError as error:
                log.warning("connections.full", error=error.strerror)
                self.running.remove_reader(self.listener)
                self.running.call_later(FULL_PAUSE_SECONDS, self.open)
                return
            connection.setblocking(False)
            self.group.create_task(self._serve(connection))

    async def _serve(self, connection: socket.socket) -> None:
        try:
            await self.running.connect_accepted_socket(self.protocol, connection)
        except OSError:  # gone again
            connection.close()

    def close(self) -> None:
        """Accept what has come, and nothing after it."""
        if self.listener.fileno() >= 0:
            self.accept()
            self.running.remove_reader(self.listener)
            self.listener.close()


@asynccontextmanager
async def listening(
    runner: web.AppRunner,
    host: str,
    port: int,
    busy: Callable[[], bool],
    idle: IdleConnections,
    *,
    shared: bool = False,
) -> AsyncIterator[Port]:
    """Accept connections while inside. `shared`: other schedulers of the same machine may listen on the same port."""
    server = runner.server
    if server is None:
        raise RuntimeError("the runner was not set up")
    refusal = written(Refusal(Code.OVERLOADED, {"retry_after_seconds": 1.0}))
    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    most_connections = min(MOST_CONNECTIONS, files // 2)

    def protocol() -> asyncio.BaseProtocol:
        most = min(MOST_WHILE_BUSY, most_connections) if busy() else most_connections
        if len(server.connections) >= most and not idle.hang_up():
            return TooMany(refusal)
        connection = server()
        idle.rests(connection)
        idle.tidy(most_connections)
        return connection

    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.create_server((host, port), family=family, backlog=BACKLOG, reuse_port=shared)
    listener.setblocking(False)
    async with asyncio.TaskGroup() as group:
        opened = Port(listener, protocol, group)
        try:
            yield opened
        finally:
            opened.close()


def written(refusal: Refusal) -> bytes:
    """The whole HTTP answer of a refusal."""
    answer = problem(refusal)
    body = (answer.text or "").encode()
    headers = {**answer.headers, "Content-Length": str(len(body)), "Connection": "close"}
    lines = [f"HTTP/1.1 {answer.status} {answer.reason}", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, "", ""]).encode() + body

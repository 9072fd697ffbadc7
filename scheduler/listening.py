"""The port: a bounded number of connections; one too many takes the place of an idle one, or is told to come back."""

import asyncio
import resource
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import cast

from aiohttp import web

from scheduler.doorstep import Doorstep, Doorsteps
from scheduler.errors import OVERLOADED
from scheduler.idle import IdleConnections
from scheduler.port import Port, accepting, listener, server_of
from scheduler.problems import written

MOST_CONNECTIONS = 2000
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


@asynccontextmanager
async def listening(
    runner: web.AppRunner,
    host: str,
    port: int,
    doorsteps: Doorsteps,
    idle: IdleConnections,
    *,
    shared: bool = False,
) -> AsyncIterator[Port]:
    """Accept connections while inside. `shared`: other schedulers of the same machine may listen on the same port."""
    server = server_of(runner)
    refusal = written(OVERLOADED, closes=True)
    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    most_connections = min(MOST_CONNECTIONS, files // 2)

    def protocol() -> asyncio.BaseProtocol:
        if len(server.connections) >= most_connections and not idle.hang_up():
            return TooMany(refusal)
        connection = server()
        idle.rests(connection)
        idle.tidy(most_connections)
        return Doorstep(connection, doorsteps)

    async with accepting(listener(host, port, shared=shared), protocol) as opened:
        yield opened

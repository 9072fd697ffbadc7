"""Bounds the page's connections: when there is no room, the one on which nothing was asked for longest makes some."""

import asyncio
import resource
from collections.abc import Callable

from aiohttp import web
from aiohttp.typedefs import Handler

from scheduler.idle import IdleConnections

MOST_CONNECTIONS = 4_000  # far more than tabs that listen: these are never idle, and each needs another to ask on

Protocol = Callable[[], asyncio.BaseProtocol]


class Full(asyncio.Protocol):
    """Something is asked on all of them, or was just now: one more ends before it begins; its browser comes back."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        transport.close()


class Connections:
    """`middleware` stands around every request; a connection that has sent only half of one is idle."""

    def __init__(self) -> None:
        files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
        self.most = min(MOST_CONNECTIONS, files // 2)
        self.idle = IdleConnections()

    @web.middleware
    async def middleware(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        self.idle.busy(request.protocol)
        try:
            return await handler(request)
        finally:
            self.idle.rests(request.protocol)

    def protocol(self, server: web.Server) -> Protocol:
        """What is made of whoever comes."""

        def made() -> asyncio.BaseProtocol:
            if len(server.connections) >= self.most and not self.idle.hang_up():
                return Full()
            connection = server()
            self.idle.rests(connection)
            self.idle.tidy(self.most)
            return connection

        return made

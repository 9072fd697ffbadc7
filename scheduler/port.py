"""A listening socket: whoever waits at it is accepted, the last ones as it closes."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import structlog
from aiohttp import web

log = structlog.get_logger(__name__)

BACKLOG = 4096
AT_ONCE = 32  # accepted before anything else is done
FULL_PAUSE_SECONDS = 0.1  # when the process may open no more files

Protocol = Callable[[], asyncio.BaseProtocol]


class Port:
    """Accepts all that wait: uvloop's own server takes one connection a turn of its loop, and under load the others
    wait for seconds where nobody sees them."""

    def __init__(self, listener: socket.socket, protocol: Protocol, group: asyncio.TaskGroup) -> None:
        self.listener = listener
        self.protocol = protocol
        self.group = group
        self.running = asyncio.get_running_loop()
        self.address: tuple[str, int] = listener.getsockname()[:2]
        self.open()

    def open(self) -> None:
        if self.listener.fileno() >= 0:
            self.running.add_reader(self.listener, self.accept)

    def accept(self) -> bool:
        """Whether somebody had come."""
        for taken in range(AT_ONCE):
            try:
                connection, _address = self.listener.accept()
            except (BlockingIOError, InterruptedError, ConnectionAbortedError):
                return taken > 0
            except OSError as error:
                log.warning("connections.full", error=error.strerror)
                self.running.remove_reader(self.listener)
                self.running.call_later(FULL_PAUSE_SECONDS, self.open)
                return False
            connection.setblocking(False)
            self.group.create_task(self._serve(connection))
        return True

    async def _serve(self, connection: socket.socket) -> None:
        try:
            await self.running.connect_accepted_socket(self.protocol, connection)
        except OSError:  # gone again
            connection.close()

    def close(self) -> bool:
        """Accept what has come, and nothing after it; whether somebody had come.

        Who comes between the last look and the close is cut off by Linux: once in 300 closes at 13,700 connections a
        second, measured. With net.ipv4.tcp_migrate_req they go to another process at the port.
        """
        came = False
        if self.listener.fileno() >= 0:
            self.running.remove_reader(self.listener)
            for _ in range(1 + BACKLOG // AT_ONCE):
                if not self.accept():
                    break
                came = True
            self.listener.close()
        return came


def listener(host: str, port: int, *, shared: bool = False) -> socket.socket:
    """Nobody is accepted yet. `shared`: other processes of the same machine may listen on the same port; OSError when
    one that does not share it has it."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    made = socket.create_server((host, port), family=family, backlog=BACKLOG, reuse_port=shared)
    made.setblocking(False)
    return made


@asynccontextmanager
async def accepting(waiting: socket.socket, protocol: Protocol) -> AsyncIterator[Port]:
    """Accept connections while inside."""
    async with asyncio.TaskGroup() as group:
        port = Port(waiting, protocol, group)
        try:
            yield port
        finally:
            port.close()


def server_of(runner: web.AppRunner) -> web.Server:
    """What makes the protocol of each connection."""
    if runner.server is None:
        raise RuntimeError("the runner was not set up")
    return runner.server

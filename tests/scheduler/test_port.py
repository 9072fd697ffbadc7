"""The port as it closes: whoever was there already is answered, whoever comes later finds another process."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

from scheduler.farewell import Farewell
from scheduler.port import Port, accepting, listener, server_of

ASK = b"GET / HTTP/1.1\r\nHost: here\r\n\r\n"


@asynccontextmanager
async def serving(waiting: socket.socket, name: str) -> AsyncIterator[tuple[Port, web.AppRunner]]:
    """Says its name to whoever asks."""

    async def answer(request: web.Request) -> web.Response:
        return web.Response(text=name)

    app = web.Application()
    app.router.add_get("/", answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        async with accepting(waiting, server_of(runner)) as port:
            yield port, runner
    finally:
        await runner.cleanup()


async def test_whoever_waits_as_it_closes_is_answered() -> None:
    waiting = listener("127.0.0.1", 0)
    callers = [socket.create_connection(waiting.getsockname()) for _ in range(300)]
    for caller in callers:
        caller.sendall(ASK)
    async with serving(waiting, "first") as (port, runner):
        await Farewell().leave(port, 0, shared=False)  # before the loop has looked at the port even once
        await runner.cleanup()

    assert [caller.recv(1000).endswith(b"first") for caller in callers] == [True] * 300
    for caller in callers:
        caller.close()


async def test_nobody_waits_at_a_port_where_nobody_is() -> None:
    async with asyncio.timeout(0.2), serving(listener("127.0.0.1", 0), "first") as (port, _):
        await Farewell().leave(port, 30, shared=False)


async def test_who_comes_later_finds_the_one_that_shares_the_port() -> None:
    first = listener("127.0.0.1", 0, shared=True)
    second = listener("127.0.0.1", first.getsockname()[1], shared=True)
    async with serving(first, "first") as (port, _), serving(second, "second"):
        await Farewell().leave(port, 30, shared=True)
        for _ in range(20):
            reader, writer = await asyncio.open_connection(*port.address)
            writer.write(ASK)
            await reader.readuntil(b"second")
            writer.close()

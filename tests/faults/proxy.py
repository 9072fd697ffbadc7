"""TCP proxies on the loopback, one for each pair of process and server, that can be slow, cut, deaf or half-open."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]
Reach = Callable[[], Awaitable[Streams]]

CHUNK_BYTES = 65_536
NOT_COUNTED = b"/getUpdates"  # a poll that is asked again anyway


@dataclass(slots=True, eq=False)
class Passage:
    """One connection through a wire. `asks`: a request went through whose reply did not."""

    client: asyncio.StreamWriter
    server: asyncio.StreamWriter
    asks: bool = False
    spoiled: bool = False  # bytes were swallowed: what would follow makes no sense

    def abort(self) -> None:
        for writer in (self.client, self.server):
            writer.transport.abort()

    async def close(self) -> None:
        """What was written still arrives."""
        for writer in (self.client, self.server):
            writer.close()
        for writer in (self.client, self.server):
            with suppress(OSError):
                await writer.wait_closed()


@dataclass(slots=True, eq=False)
class Wire:
    """Between one process and one server; its troubles hold for new connections and for those that are open.

    `lost_replies` counts requests that reached the server and whose reply never reached the process (HTTP only: one
    request at a time on a connection).
    """

    name: str
    reach: Reach
    latency_seconds: float = 0.0
    refuses: bool = False
    swallows: bool = False  # half-open: nothing arrives on either side, nobody is told
    deaf: bool = False  # requests pass, replies do not
    lost_replies: int = 0
    on_lost: Callable[[], None] | None = None
    passages: set[Passage] = field(default_factory=set)

    def cut(self) -> None:
        """Break every open connection."""
        for passage in list(self.passages):
            passage.abort()

    def heal(self) -> None:
        """No more trouble; connections that missed something are broken, as a network would at last."""
        self.latency_seconds, self.refuses, self.swallows, self.deaf = 0.0, False, False, False
        for passage in [passage for passage in self.passages if passage.spoiled]:
            passage.abort()

    def count_asked(self) -> None:
        """The process stands still: replies on their way now may come too late for it."""
        for passage in self.passages:
            self._lose(passage)

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection to its end."""
        if self.refuses:
            writer.transport.abort()
            return
        try:
            server_reader, server_writer = await self.reach()
        except OSError:
            writer.transport.abort()
            return
        passage = Passage(writer, server_writer)
        self.passages.add(passage)
        pumps = [
            asyncio.create_task(self._up(passage, reader)),
            asyncio.create_task(self._down(passage, server_reader)),
        ]
        try:
            await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for pump in pumps:
                pump.cancel()
            self.passages.discard(passage)
            self._lose(passage)
            await asyncio.gather(*pumps, return_exceptions=True)
            await passage.close()

    async def _up(self, passage: Passage, reader: asyncio.StreamReader) -> None:
        with suppress(ConnectionError):
            while data := await reader.read(CHUNK_BYTES):
                await self._delay()
                if self.swallows:
                    passage.spoiled = True
                    continue
                passage.asks = passage.asks or NOT_COUNTED not in data[:200]
                passage.server.write(data)
                await passage.server.drain()

    async def _down(self, passage: Passage, reader: asyncio.StreamReader) -> None:
        with suppress(ConnectionError):
            while data := await reader.read(CHUNK_BYTES):
                await self._delay()
                if self.swallows or self.deaf:
                    passage.spoiled = True
                    self._lose(passage)
                    continue
                passage.asks = False
                passage.client.write(data)
                await passage.client.drain()

    async def _delay(self) -> None:
        if self.latency_seconds:
            await asyncio.sleep(self.latency_seconds)

    def _lose(self, passage: Passage) -> None:
        if passage.asks:
            passage.asks = False
            self.lost_replies += 1
            if self.on_lost:
                self.on_lost()


class Port:
    """A listening port; each connection goes through the wire that `choose` names then."""

    def __init__(self, choose: Callable[[], Wire]) -> None:
        self._choose = choose
        self._server: asyncio.Server | None = None
        self._serving: set[asyncio.Task[None]] = set()
        self.number = 0

    async def open(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.number = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """Nobody is let in any more, and nothing is left."""
        if self._server:
            self._server.close()
        for task in self._serving:
            task.cancel()
        await asyncio.gather(*self._serving, return_exceptions=True)

    def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._choose().carry(reader, writer))
        self._serving.add(task)
        task.add_done_callback(self._serving.discard)


def unix(path: str) -> Reach:
    return lambda: asyncio.open_unix_connection(path)


def tcp(port: int) -> Reach:
    return lambda: asyncio.open_connection("127.0.0.1", port)

"""A light HTTP client: one connection a caller, keep-alive, no more of HTTP than our own server speaks."""

import asyncio
from collections.abc import Mapping
from typing import cast


class Light(asyncio.Protocol):
    """Posts one JSON body at a time and gives the status and the body of the answer."""

    def __init__(self, path: str, headers: Mapping[str, str]) -> None:
        self.head = f"POST {path} HTTP/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        self.transport: asyncio.WriteTransport | None = None
        self.answer: asyncio.Future[tuple[int, bytes]] | None = None
        self.buffer = b""
        self.closes = False  # the server said that it ends this connection

    @classmethod
    async def connect(cls, port: int, path: str, headers: Mapping[str, str]) -> "Light":
        loop = asyncio.get_running_loop()
        _, client = await loop.create_connection(lambda: cls(path, headers), "127.0.0.1", port)
        return client

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.WriteTransport, transport)  # uvloop's is one without saying so

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        head, found, rest = self.buffer.partition(b"\r\n\r\n")
        if not found or len(rest) < length_of(head):
            return
        self.buffer = b""
        self.closes = b"onnection: close" in head
        self.answered(int(head[9:12]), rest)

    def answered(self, status: int, body: bytes) -> None:
        assert self.answer
        self.answer.set_result((status, body))

    def connection_lost(self, error: Exception | None) -> None:
        if self.answer and not self.answer.done():
            self.answer.set_exception(error or ConnectionError("closed"))

    async def post(self, body: str, **headers: str) -> tuple[int, bytes]:
        self.answer = asyncio.get_running_loop().create_future()
        self.send(body, **headers)
        return await self.answer

    def send(self, body: str, **headers: str) -> None:
        more = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
        content = body.encode()
        assert self.transport
        self.transport.write(f"{self.head}{more}Content-Length: {len(content)}\r\n\r\n".encode() + content)

    def close(self) -> None:
        if self.transport:
            self.transport.close()


def length_of(head: bytes) -> int:
    lower = head.lower()
    start = lower.index(b"content-length:") + 15
    end = lower.find(b"\r\n", start)
    return int(lower[start : end if end > 0 else None])

"""A browser without a screen: cookies kept, the page's own headers sent, answers read as the page reads them."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

from aiohttp import ClientResponse, ClientSession, CookieJar
from aiohttp.test_utils import TestServer

OWN = {"X-Tessera": "1"}


class Browser:
    """One visitor; `headers` go with every request."""

    def __init__(self, session: ClientSession, server: TestServer, headers: dict[str, str]) -> None:
        self.session = session
        self.server = server
        self.headers = headers

    async def get(self, path: str, **headers: str) -> ClientResponse:
        response = await self.session.get(self.server.make_url(path), headers=self.headers | headers)
        await response.read()
        return response

    async def post(self, path: str, body: object, headers: dict[str, str] = OWN) -> ClientResponse:
        response = await self.session.post(self.server.make_url(path), json=body, headers=self.headers | headers)
        await response.read()
        return response

    async def look(self, path: str = "/chat") -> Any:
        response = await self.get(path)
        assert response.status == 200, await response.text()
        return await response.json()

    async def say(self, text: str, **choices: Any) -> Any:
        response = await self.post("/chat", {"id": str(uuid4()), "text": text} | choices)
        assert response.status == 200, await response.text()
        return await response.json()

    async def press(self, job_id: str, action: str, **changes: Any) -> Any:
        response = await self.post(f"/jobs/{job_id}/{action}", {"id": str(uuid4())} | changes)
        assert response.status == 200, await response.text()
        return await response.json()

    @asynccontextmanager
    async def tab(self) -> AsyncIterator["Stream"]:
        """The stream of events of one more tab."""
        async with self.session.get(self.server.make_url("/events"), headers=self.headers) as response:
            assert response.status == 200
            stream = Stream(response)
            assert await stream.next() == ("hello", {})
            yield stream


class Stream:
    """Server-sent events, one after the other."""

    def __init__(self, response: ClientResponse) -> None:
        self.response = response

    async def next(self) -> tuple[str, Any]:
        """Name and data of the next event; ("end", None) when the stream is over."""
        name = "message"
        async for raw in self.response.content:
            line = raw.decode().rstrip("\n")
            if line.startswith("event: "):
                name = line[7:]
            elif line.startswith("data: "):
                data = json.loads(line[6:])
            elif not line:
                return name, data
        return "end", None


@asynccontextmanager
async def browsing(server: TestServer, **headers: str) -> AsyncIterator[Browser]:
    """A browser that has opened the page, and so has its cookie."""
    async with ClientSession(cookie_jar=CookieJar(unsafe=True)) as session:  # unsafe: cookies of an IP address
        browser = Browser(session, server, headers)
        assert (await browser.get("/")).status == 200
        yield browser

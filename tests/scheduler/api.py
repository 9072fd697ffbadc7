"""The HTTP API as its callers see it: plain requests, without the client."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp

from scheduler.accounts.model import ACT_ADDRESS, ACT_FOR
from tests.scheduler.stage import SERVICE_KEY, Stage
from tests.scheduler.worker import Worker

Json = dict[str, Any]


@dataclass(slots=True)
class Answer:
    status: int
    headers: dict[str, str]
    content: bytes
    document: Any  # of a JSON answer

    @property
    def code(self) -> str:
        """The code of a problem document, checked to be one."""
        assert self.headers["Content-Type"].startswith("application/problem+json"), self
        assert self.document["status"] == self.status
        assert self.document["type"] == f"urn:tessera:problem:{self.document['code']}"
        assert self.document["title"]
        return str(self.document["code"])


@dataclass(slots=True)
class Api:
    stage: Stage
    base: str
    session: aiohttp.ClientSession
    gpu: Worker

    async def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        user: str | None = "telegram:42",
        key: str | None = SERVICE_KEY,
        address: str | None = None,
        **more: Any,
    ) -> Answer:
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        headers |= {ACT_FOR: user} if user else {}
        headers |= {ACT_ADDRESS: address} if address else {}
        headers |= more.pop("headers", {})
        if body is not None:
            more["json"] = body
        async with self.session.request(method, self.base + path, headers=headers, **more) as response:
            content = await response.read()
            document = await response.json(content_type=None) if "json" in response.content_type else None
            return Answer(response.status, dict(response.headers), content, document)

    async def get(self, path: str, **more: Any) -> Answer:
        return await self.call("GET", path, **more)

    async def submit(self, *, destination: Json | None = None, idempotency: str | None = None, **more: Any) -> Answer:
        """Ask for a small picture; what is a field of the request goes there, the rest to `call`."""
        fields = {"capability", "prompt", "model", "width", "height", "seed", "count", "parent_id", "strength"}
        fields |= {"start_at", "after"}
        request = {"prompt": "a fox", "model": "painter", "width": 64, "height": 64}
        request |= {name: more.pop(name) for name in fields if name in more}
        body: Json = {"request": request} | ({"destination": destination} if destination else {})
        headers = {"Idempotency-Key": idempotency} if idempotency else {}
        return await self.call("POST", "/v1/jobs", body, headers=headers, **more)

    async def api_key(self, user: str = "telegram:42") -> str:
        return str((await self.call("POST", "/v1/me/api-key", user=user)).document["key"])


@asynccontextmanager
async def open_api(stage: Stage, gpu: Worker) -> AsyncIterator[Api]:
    async with stage.served() as base, aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=20)) as session:
        yield Api(stage, base, session, gpu)

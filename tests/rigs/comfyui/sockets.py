"""The sockets of the stand-in: who listens, and what each is told."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSMsgType, web

from tests.rigs.comfyui.execution import Execution

FEATURES = {"supports_preview_metadata": True, "max_upload_size": 104857600}


@dataclass(slots=True)
class Client:
    socket: web.WebSocketResponse
    flags: dict[str, Any] = field(default_factory=dict)


class Sockets:
    """One socket for each client id."""

    def __init__(self, old: bool) -> None:
        self.old = old
        self.violations: list[str] = []
        self.clients: dict[str, Client] = {}
        self.pending: list[Execution] = []
        self.running: Execution | None = None
        self.changed = asyncio.Condition()

    @property
    def waiting(self) -> list[Execution]:
        return [*([self.running] if self.running else []), *self.pending]

    async def listen(self, request: web.Request) -> web.WebSocketResponse:
        """One socket an id: a second one silently takes the first one's place."""
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        client = self.clients[request.query["clientId"]] = Client(socket)
        await self.note_change()
        data = {"status": {"exec_info": {"queue_remaining": len(self.waiting)}}, "sid": request.query["clientId"]}
        await socket.send_json({"type": "status", "data": data})
        if self.running and self.running.client_id == request.query["clientId"]:
            await socket.send_json({"type": "executing", "data": {"node": self.running.current}})
        first = True
        async for message in socket:
            said = json.loads(message.data) if message.type is WSMsgType.TEXT else {}
            if first and said.get("type") == "feature_flags" and not self.old:
                client.flags = said["data"]
                await socket.send_json({"type": "feature_flags", "data": FEATURES})
            elif not first:
                self.violations.append("a client talks on its socket")
            first = False
        if self.clients.get(request.query["clientId"]) is client:
            del self.clients[request.query["clientId"]]
        return socket

    def wants_metadata(self, client_id: str) -> bool:
        client = self.clients.get(client_id)
        return bool(client and client.flags.get("supports_preview_metadata"))

    async def drop(self) -> None:
        """Every socket is lost; the prompts go on."""
        for client in list(self.clients.values()):
            await client.socket.close()

    async def until(self, true: Callable[[], bool]) -> None:
        """Wait for something of the queue or of the sockets."""
        async with self.changed:
            await self.changed.wait_for(true)

    async def note_change(self) -> None:
        async with self.changed:
            self.changed.notify_all()

    async def status(self) -> None:
        await self.note_change()
        for client_id in list(self.clients):
            await self.tell(client_id, "status", {"status": {"exec_info": {"queue_remaining": len(self.waiting)}}})

    async def tell(self, client_id: str, kind: str, data: dict[str, Any]) -> None:
        await self.send(client_id, json.dumps({"type": kind, "data": data}))

    async def send(self, client_id: str, content: str | bytes) -> None:
        client = self.clients.get(client_id)
        if client is None or client.socket.closed:
            return
        try:
            await (client.socket.send_str(content) if isinstance(content, str) else client.socket.send_bytes(content))
        except ConnectionError:
            self.clients.pop(client_id, None)

"""Speaks HTTP and WebSocket with one ComfyUI server."""

import json
import re
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import aiohttp

from workers.engines.comfyui.events import FLAGS, Event, Picture, read_frame, read_line
from workers.engines.comfyui.fitness import NodeInfo

TIMEOUT = aiohttp.ClientTimeout(total=30.0, sock_connect=3.0)
FILE_TIMEOUT = aiohttp.ClientTimeout(total=None, sock_connect=3.0, sock_read=30.0)
ALIVE_SECONDS = 30.0  # between pings; half of it without an answer and the socket is lost
MOST_BYTES = 128 * 2**20  # of a frame: a picture that is sent over the socket
TROUBLE = (aiohttp.ClientError, TimeoutError, OSError)
Heard = Event | Picture
VERSION = re.compile(r"v?(\d+)\.(\d+)\.(\d+)")
AIMS_SINCE = (0, 3, 60)  # ComfyUI's pull request 9607, some versions before


class Away(Exception):
    """The server cannot be reached, was lost, or does not speak as ComfyUI does."""


class Refused(Exception):
    """400: the server does not take the prompt."""

    def __init__(self, answer: Any) -> None:
        super().__init__("the prompt was refused")
        self.answer = answer


def shown(url: str) -> str:
    """A server for logs and people: without a password that may stand in the URL."""
    parts = urlsplit(url)
    return f"{parts.hostname}:{parts.port}" if parts.port else str(parts.hostname)


@dataclass(frozen=True, slots=True)
class Queued:
    """A prompt that runs or waits, and whose it is."""

    state: str
    prompt_id: object
    client_id: object

    @classmethod
    def read(cls, state: str, entry: list[Any]) -> "Queued":
        """Of the queue's entries: number, id, workflow, what came with it."""
        beside = entry[3] if len(entry) > 3 and isinstance(entry[3], Mapping) else {}
        return cls(state, entry[1], beside.get("client_id"))


@dataclass(frozen=True, slots=True)
class Comfy:
    """Every method raises Away."""

    url: str
    session: aiohttp.ClientSession

    async def node(self, name: str) -> NodeInfo:
        """What the server says of a class of nodes; empty where it has none."""
        answer = self._object(await self._ask("GET", f"/object_info/{quote(name, safe='')}"))
        found = answer.get(name)
        return found if isinstance(found, Mapping) else {}

    async def waiting(self) -> int:
        """How many prompts wait or run there."""
        info = self._object(await self._ask("GET", "/prompt")).get("exec_info")
        count = info.get("queue_remaining") if isinstance(info, Mapping) else None
        if not isinstance(count, int):
            raise Away("it is no ComfyUI")
        return count

    async def submit(self, graph: Mapping[str, Any], prompt_id: str, client_id: str) -> str:
        """Queue a prompt under our id, or under one of its own where the server is too old for that; raises Refused."""
        body = {"prompt": graph, "client_id": client_id, "prompt_id": prompt_id}
        status, answer = await self._ask("POST", "/prompt", json=body)
        if status == HTTPStatus.BAD_REQUEST:
            raise Refused(answer)
        accepted = self._object((status, answer)).get("prompt_id")
        if not isinstance(accepted, str):
            raise Away("it is no ComfyUI")
        return accepted

    async def history(self, prompt_id: str) -> Mapping[str, Any] | None:
        """How a prompt ended; None while it has not, or where it is not known."""
        entry = self._object(await self._ask("GET", f"/history/{prompt_id}")).get(prompt_id)
        return entry if isinstance(entry, Mapping) else None

    async def job(self, prompt_id: str) -> str | None:
        """The state of a prompt by `/api/jobs`; None where it is not known there, or the server is too old for it."""
        status, answer = await self._ask("GET", f"/api/jobs/{prompt_id}")
        state = answer.get("status") if status == HTTPStatus.OK and isinstance(answer, Mapping) else None
        return state if isinstance(state, str) else None

    async def queued(self, prompt_id: str) -> str | None:
        """`running`, `pending`, or None where it is neither."""
        found = (one.state for one in await self._queue() if one.prompt_id == prompt_id)
        return next(found, None)

    async def queued_by(self, client_id: str) -> str | None:
        """The prompt of this client that runs or waits there."""
        found = (one.prompt_id for one in await self._queue() if one.client_id == client_id)
        return next((prompt_id for prompt_id in found if isinstance(prompt_id, str)), None)

    async def cancel(self, prompt_id: str) -> None:
        """End this prompt and no other. An old server interrupts whatever runs: it is told to only while ours does and
        nobody's waits that could follow it in that moment; else ours runs to its end."""
        status, _ = await self._ask("POST", f"/api/jobs/{prompt_id}/cancel")
        if status == HTTPStatus.OK:
            return
        await self._ask("POST", "/queue", json={"delete": [prompt_id]})
        queue = await self._queue()
        if not any(one.state == "running" and one.prompt_id == prompt_id for one in queue):
            return
        if len(queue) == 1 or await self._aims():
            await self._ask("POST", "/interrupt", json={"prompt_id": prompt_id})

    async def _queue(self) -> list["Queued"]:
        queue = self._object(await self._ask("GET", "/queue"))
        states = {state: queue.get(f"queue_{state}") for state in ("running", "pending")}
        return [
            Queued.read(state, entry)
            for state, entries in states.items()
            for entry in (entries if isinstance(entries, list) else ())
            if isinstance(entry, list) and len(entry) > 1
        ]

    async def _aims(self) -> bool:
        """Whether an interrupt that names a prompt ends no other."""
        _, answer = await self._ask("GET", "/system_stats")
        system = answer.get("system") if isinstance(answer, Mapping) else None
        said = VERSION.match(str(system.get("comfyui_version"))) if isinstance(system, Mapping) else None
        return said is not None and tuple(map(int, said.groups())) >= AIMS_SINCE

    async def upload(self, picture: bytes, name: str) -> str:
        """Send an input picture; returns the name under which nodes find it, which the server chooses."""
        form = aiohttp.FormData()
        form.add_field("image", picture, filename=name, content_type="application/octet-stream")
        form.add_field("overwrite", "true")
        stored = self._object(await self._ask("POST", "/upload/image", data=form))
        folder, chosen = stored.get("subfolder"), stored.get("name")
        if not isinstance(chosen, str):
            raise Away("it does not take the picture")
        return f"{folder}/{chosen}" if folder else chosen

    async def fetch(self, where: Mapping[str, str], to: Path) -> bool:
        """Write a finished file; False where it is not there any more."""
        try:
            async with self.session.get(
                f"{self.url}/view", params=where, timeout=FILE_TIMEOUT, allow_redirects=False
            ) as response:
                if response.status != HTTPStatus.OK:
                    return False
                with to.open("wb") as file:
                    async for part in response.content.iter_chunked(2**18):
                        file.write(part)
        except aiohttp.ClientError as error:
            raise Away(type(error).__name__) from None
        return True

    @asynccontextmanager
    async def socket(self, client_id: str) -> AsyncIterator["Ear"]:
        """Hear what happens to the prompts of this client."""
        address = f"{self.url}/ws?clientId={client_id}"
        try:
            socket = await self.session.ws_connect(address, heartbeat=ALIVE_SECONDS, max_msg_size=MOST_BYTES)
        except TROUBLE as error:
            raise Away(type(error).__name__) from None
        async with socket:
            try:
                await socket.send_json(FLAGS)  # before all else, or the server does not look at them
            except TROUBLE as error:
                raise Away(type(error).__name__) from None
            yield Ear(socket)

    async def _ask(self, method: str, path: str, **content: Any) -> tuple[int, Any]:
        try:
            async with self.session.request(method, self.url + path, allow_redirects=False, **content) as response:
                said = await response.read()
        except TROUBLE as error:
            raise Away(type(error).__name__) from None
        try:
            return response.status, json.loads(said) if said else None
        except ValueError:
            return response.status, None

    def _object(self, answered: tuple[int, Any]) -> Mapping[str, Any]:
        status, answer = answered
        if status != HTTPStatus.OK or not isinstance(answer, Mapping):
            raise Away(f"it answers {status}")
        return answer


@dataclass(frozen=True, slots=True)
class Ear:
    socket: aiohttp.ClientWebSocketResponse

    async def hear(self, seconds: float) -> Heard | None:
        """What comes next; None when nothing of meaning came within so long. Raises Away when the socket is lost."""
        try:
            message = await self.socket.receive(timeout=seconds)
        except TimeoutError:
            return None
        if message.type is aiohttp.WSMsgType.TEXT:
            return read_line(message.data)
        if message.type is aiohttp.WSMsgType.BINARY:
            return read_frame(message.data)
        raise Away("the socket was lost")


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[Comfy]:
    async with aiohttp.ClientSession(timeout=TIMEOUT) as session:
        yield Comfy(url.rstrip("/"), session)


async def nodes(comfy: Comfy, names: Iterable[str]) -> dict[str, NodeInfo]:
    """What the server says of these classes."""
    return {name: await comfy.node(name) for name in sorted(set(names))}

"""The server: queue, history and files of a ComfyUI, on loopback. What a real one would not forgive is noted in
`violations`, and what an old one does not know (`old=True`) is not there."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from aiohttp import web

from scheduler.supervisor import wait_any
from tests.rigs.comfyui.execution import Execution, Failing, new_id
from tests.rigs.comfyui.made import ENDINGS
from tests.rigs.comfyui.nodes import CHECKPOINT, judged, nodes_with
from tests.rigs.comfyui.sockets import Sockets

BODY = {"prompt", "client_id", "prompt_id", "extra_data", "front", "number"}
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(slots=True)
class Gate:
    """A place where execution stands still until `go`."""

    reached: asyncio.Event = field(default_factory=asyncio.Event)
    go: asyncio.Event = field(default_factory=asyncio.Event)


class FakeComfy(Sockets):
    def __init__(
        self, *, old: bool = False, version: str = "0.3.10", checkpoints: tuple[str, ...] = (CHECKPOINT,)
    ) -> None:
        """`version`: of an old one; since 0.3.57 an interrupt may name its prompt."""
        super().__init__(old)
        self.version = version
        self.aims = not old or tuple(map(int, version.split("."))) >= (0, 3, 57)
        self.taking = asyncio.Event()  # prompts that were sent, into the queue
        self.taking.set()
        self.cancelling = asyncio.Event()  # what is told to end, likewise
        self.cancelling.set()
        self.checkpoints = checkpoints
        self.bodies: list[dict[str, Any]] = []  # of `POST /prompt`
        self.uploads: dict[str, bytes] = {}
        self.files: dict[tuple[str, str, str], bytes] = {}  # type, subfolder, filename
        self.failing: dict[str, Failing] = {}  # node -> how it fails
        self.gates: dict[tuple[str, int], Gate] = {}  # node and step
        self.port = 0
        self.forget()

    def forget(self) -> None:
        """What a restart loses: all but the files."""
        self.cache: dict[str, Any] = {}
        self.history: dict[str, dict[str, Any]] = {}
        self.pending = []
        self.running = None
        self.clients = {}
        self.number = 0
        self.more = asyncio.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def stop_at(self, node: str, step: int = 0) -> Gate:
        """Stand still before this step of this node; 0: after all of them."""
        return self.gates.setdefault((node, step), Gate())

    async def start(self) -> None:
        """On the port that it had before, if it had one."""
        app = web.Application(middlewares=[self.strict], client_max_size=2**27)
        for method, path, handler in self.routes():
            app.router.add_route(method, path, handler)
        self.runner = web.AppRunner(app, handle_signals=False, shutdown_timeout=0.2)
        await self.runner.setup()
        await web.TCPSite(self.runner, "127.0.0.1", self.port).start()
        self.port = self.runner.addresses[0][1]
        self.worker = asyncio.get_running_loop().create_task(self.work())

    async def stop(self) -> None:
        """As a kill: nobody is told."""
        self.worker.cancel()
        for client in list(self.clients.values()):
            await client.socket.close()
        await self.runner.cleanup()
        self.forget()

    def routes(self) -> list[tuple[str, str, Handler]]:
        jobs: list[tuple[str, str, Handler]] = [
            ("GET", "/api/jobs/{id}", self.get_job),
            ("POST", "/api/jobs/{id}/cancel", self.cancel_job),
        ]
        return [
            ("GET", "/ws", self.listen),
            ("GET", "/prompt", self.get_prompt),
            ("POST", "/prompt", self.post_prompt),
            ("GET", "/queue", self.get_queue),
            ("POST", "/queue", self.post_queue),
            ("POST", "/interrupt", self.interrupt),
            ("GET", "/system_stats", self.system_stats),
            ("GET", "/history/{id}", self.get_history),
            ("GET", "/view", self.view),
            ("POST", "/upload/image", self.upload),
            ("GET", "/object_info/{name}", self.object_info),
            *([] if self.old else jobs),
        ]

    @web.middleware
    async def strict(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            return await handler(request)
        except web.HTTPNotFound:
            if not (self.old and request.path.startswith("/api/jobs/")):
                self.violations.append(f"there is no {request.method} {request.path}")
            raise

    # the queue

    async def work(self) -> None:
        while True:
            self.more.clear()
            while self.pending:
                self.running = execution = self.pending.pop(0)
                await self.status()
                await execution.run()
                self.running = None
                await self.status()
                self.history[execution.prompt_id] = execution.history
                await self.tell(execution.client_id, "executing", {"node": None, "prompt_id": execution.prompt_id})
            await self.more.wait()

    async def gate(self, execution: Execution, node: str, step: int) -> None:
        gate = self.gates.get((node, step))
        if gate is None:
            return
        gate.reached.set()
        await wait_any(None, gate.go, execution.interrupted)

    async def post_prompt(self, request: web.Request) -> web.Response:
        body = await request.json()
        self.bodies.append(body)
        if strange := set(body) - BODY:
            self.violations.append(f"POST /prompt with {sorted(strange)}")
        if body.get("client_id") not in self.clients:
            self.violations.append("POST /prompt before its client listens")
        if answer := judged(body["prompt"], self.nodes()):
            return web.json_response(answer, status=400)
        prompt_id = body.get("prompt_id") if not self.old else None
        if prompt_id is not None and str(UUID(prompt_id)) != prompt_id:
            return web.json_response({"error": {"type": "invalid_prompt_id"}, "node_errors": {}}, status=400)
        await self.taking.wait()
        execution = Execution(self, self.number, prompt_id or new_id(), body["client_id"], body["prompt"])
        self.number += 1
        if execution.prompt_id in self.history or any(one.prompt_id == prompt_id for one in self.waiting):
            self.violations.append("a prompt id came twice")
        self.pending.append(execution)
        await self.status()
        self.more.set()
        return web.json_response({"prompt_id": execution.prompt_id, "number": execution.number, "node_errors": {}})

    async def get_prompt(self, request: web.Request) -> web.Response:
        return web.json_response({"exec_info": {"queue_remaining": len(self.waiting)}})

    async def get_queue(self, request: web.Request) -> web.Response:
        running = [self.running.entry] if self.running else []
        return web.json_response({"queue_running": running, "queue_pending": [one.entry for one in self.pending]})

    async def post_queue(self, request: web.Request) -> web.Response:
        body = await request.json()
        if set(body) != {"delete"}:
            self.violations.append("POST /queue with other than what to delete")
        self.pending = [one for one in self.pending if one.prompt_id not in body["delete"]]
        await self.status()
        return web.Response()

    async def interrupt(self, request: web.Request) -> web.Response:
        """An old server interrupts whatever runs."""
        body = await request.json() if request.can_read_body else {}
        if not body.get("prompt_id"):
            self.violations.append("an interrupt of whatever runs")
        elif self.running and (not self.aims or self.running.prompt_id == body["prompt_id"]):
            if self.running.prompt_id != body["prompt_id"] or (self.pending and not self.aims):
                self.violations.append("another's prompt is interrupted, or could have been")
            self.running.interrupted.set()
        return web.Response()

    async def system_stats(self, request: web.Request) -> web.Response:
        return web.json_response({"system": {"comfyui_version": self.version, "argv": ["main.py"]}, "devices": []})

    # what became of a prompt

    async def get_job(self, request: web.Request) -> web.Response:
        prompt_id = request.match_info["id"]
        for one in self.waiting:
            if one.prompt_id == prompt_id:
                status = "in_progress" if one is self.running else "pending"
                return web.json_response({"id": prompt_id, "status": status, "outputs_count": 0})
        if entry := self.history.get(prompt_id):
            ended = entry["status"]["messages"][-1][0]
            states = {"execution_success": "completed", "execution_interrupted": "cancelled"}
            return web.json_response({"id": prompt_id, "status": states.get(ended, "failed")})
        return web.json_response({"error": "Job not found"}, status=404)

    async def cancel_job(self, request: web.Request) -> web.Response:
        await self.cancelling.wait()
        found = [one for one in self.waiting if one.prompt_id == request.match_info["id"]]
        for one in found:
            one.interrupted.set()
            if one in self.pending:
                self.pending.remove(one)
        return web.json_response({"cancelled": bool(found)})

    async def get_history(self, request: web.Request) -> web.Response:
        prompt_id = request.match_info["id"]
        return web.json_response({prompt_id: self.history[prompt_id]} if prompt_id in self.history else {})

    # files and nodes

    def nodes(self) -> dict[str, dict[str, Any]]:
        return nodes_with(self.checkpoints, tuple(self.uploads))

    async def object_info(self, request: web.Request) -> web.Response:
        name = request.match_info["name"]
        return web.json_response({name: self.nodes()[name]} if name in self.nodes() else {})

    def keep(self, folder: str, prefix: str, kind: str, contents: list[bytes]) -> dict[str, Any]:
        """Files under new names; what the node says of them."""
        word, ending = ENDINGS.get(kind, ("images", "png"))
        subfolder, _, name = prefix.rpartition("/")
        made = []
        for content in contents:
            filename = f"{name}_{len(self.files) + 1:05}_.{ending}"
            self.files[folder, subfolder, filename] = content
            made.append({"filename": filename, "subfolder": subfolder, "type": folder})
        return {word: made}

    async def view(self, request: web.Request) -> web.Response:
        query = request.query
        content = self.files.get((query.get("type", "output"), query.get("subfolder", ""), query["filename"]))
        return web.Response(status=404) if content is None else web.Response(body=content)

    async def upload(self, request: web.Request) -> web.Response:
        """The name is the server's own: nodes find the picture under no other."""
        form = await request.post()
        picture = form["image"]
        if not isinstance(picture, web.FileField):
            self.violations.append("POST /upload/image without a file")
            return web.Response(status=400)
        name = f"kept {picture.filename}"
        self.uploads[name] = picture.file.read()
        return web.json_response({"name": name, "subfolder": "", "type": "input"})


@asynccontextmanager
async def fake_comfy(**settings: Any) -> AsyncIterator[FakeComfy]:
    fake = FakeComfy(**settings)
    await fake.start()
    try:
        yield fake
    finally:
        await fake.stop()

"""One prompt runs on the stand-in: the events of a real server, in its order, and its entry in the history."""

import asyncio
import json
import struct
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from tests.rigs.comfyui.made import CONTENTS, preview
from tests.rigs.comfyui.nodes import SAVING, SENDING, STEPPING, Graph, needed

if TYPE_CHECKING:
    from tests.rigs.comfyui.fake import FakeComfy

Say = Callable[[str, dict[str, Any]], Awaitable[None]]


class Interrupted(Exception):
    """It was told to stop."""


@dataclass(frozen=True)
class Failing(Exception):
    """A node fails."""

    kind: str
    message: str


@dataclass(slots=True)
class Execution:
    """A prompt of the queue."""

    fake: "FakeComfy"
    number: float
    prompt_id: str
    client_id: str
    prompt: Graph
    interrupted: asyncio.Event = field(default_factory=asyncio.Event)
    executed: list[str] = field(default_factory=list)
    states: dict[str, dict[str, Any]] = field(default_factory=dict)
    outputs: dict[str, Any] = field(default_factory=dict)
    messages: list[list[Any]] = field(default_factory=list)
    current: str = ""

    @property
    def entry(self) -> list[Any]:
        """Of `/queue`."""
        return [self.number, self.prompt_id, self.prompt, {"client_id": self.client_id}, self.saving]

    @property
    def saving(self) -> list[str]:
        return [node for node in self.prompt if self.prompt[node]["class_type"] in (*SAVING, SENDING)]

    async def run(self) -> None:
        """To its end; then its history is there, and the last event says that no node runs."""
        await self.note("execution_start", {})
        order = list(dict.fromkeys(node for output in self.saving for node in needed(self.prompt, output)))
        cached = [node for node in order if self.key(node) in self.fake.cache and self.class_of(node) != SENDING]
        await self.note("execution_cached", {"nodes": sorted(cached)})
        try:
            for node in order:
                if node in cached:
                    await self.again(node)
                else:
                    await self.work(node)
        except Interrupted:
            await self.note("execution_interrupted", self.where() | {"executed": self.executed})
        except Failing as failing:
            said = {"exception_message": failing.message, "exception_type": failing.kind, "traceback": ["  File ..."]}
            await self.note("execution_error", self.where() | {"executed": self.executed, **said, "current_inputs": {}})
        else:
            await self.note("execution_success", {})

    @property
    def history(self) -> dict[str, Any]:
        success = self.messages[-1][0] == "execution_success"
        return {
            "prompt": [*self.entry],
            "outputs": self.outputs,
            "status": {
                "status_str": "success" if success else "error",
                "completed": success,
                "messages": self.messages,
            },
            "meta": {node: {"node_id": node, "display_node": node} for node in self.outputs},
        }

    async def again(self, node: str) -> None:
        """A cached node that saves says the old file's name."""
        if made := self.fake.cache[self.key(node)]:
            await self.say("executed", {"node": node, "display_node": node, "output": made})
            self.outputs[node] = made
            await self.state(node, 1, 1, "finished")

    async def work(self, node: str) -> None:
        self.current = node
        await self.state(node, 0.0, 1.0, "running")
        await self.say("executing", {"node": node, "display_node": node})
        steps = self.prompt[node]["inputs"]["steps"] if self.class_of(node) in STEPPING else 0
        await self.steps(node, steps)
        await self.pause(node, 0)
        if failing := self.fake.failing.get(node):
            raise failing
        await self.save(node)
        for _ in range(2):
            await self.state(node, steps or 1.0, steps or 1.0, "finished")
        self.executed.append(node)

    async def steps(self, node: str, steps: int) -> None:
        for step in range(1, steps + 1):
            await self.pause(node, step)
            await self.state(node, step, steps, "running")
            await self.shown(node, step, steps, preview(step), "image/jpeg")

    async def shown(self, node: str, value: int, most: int, content: bytes, kind: str) -> None:
        """A picture and how far it is, in the order that hangs on what the client understands."""
        if self.fake.wants_metadata(self.client_id):
            await self.picture(node, content, kind)
        await self.say("progress", {"value": value, "max": most, "node": node})
        if not self.fake.wants_metadata(self.client_id):
            await self.picture(node, content, kind)

    async def pause(self, node: str, step: int) -> None:
        """Stand still where a test wants it; a prompt that was interrupted gets no further."""
        await self.fake.gate(self, node, step)
        if self.interrupted.is_set():
            raise Interrupted

    async def save(self, node: str) -> None:
        kind, made = self.class_of(node), None
        contents = CONTENTS[kind](self.prompt) if kind in CONTENTS else []
        if kind == SENDING:
            for content in contents:
                await self.state(node, 0, len(contents), "running")
                await self.shown(node, 0, len(contents), content, "image/png")
        elif kind in SAVING:
            made = self.fake.keep(
                SAVING[kind], self.prompt[node]["inputs"].get("filename_prefix", "temp"), kind, contents
            )
            self.outputs[node] = made
            await self.say("executed", {"node": node, "display_node": node, "output": made})
        self.fake.cache[self.key(node)] = made

    async def picture(self, node: str, content: bytes, kind: str) -> None:
        if self.fake.wants_metadata(self.client_id):
            said = json.dumps(
                {"node_id": node, "prompt_id": self.prompt_id, "display_node_id": node, "image_type": kind}
            )
            head = struct.pack(">II", 4, len(said)) + said.encode()
        else:
            head = struct.pack(">II", 1, 2 if kind == "image/png" else 1)
        await self.fake.send(self.client_id, head + content)

    async def state(self, node: str, value: float, most: float, state: str) -> None:
        known = {"value": value, "max": most, "state": state, "node_id": node, "prompt_id": self.prompt_id}
        self.states[node] = known | {"display_node_id": node, "parent_node_id": None, "real_node_id": node}
        await self.say("progress_state", {"nodes": self.states})

    async def note(self, kind: str, data: dict[str, Any]) -> None:
        """An event that the history keeps."""
        content = {"prompt_id": self.prompt_id, **data, "timestamp": 1795244918911}
        self.messages.append([kind, content])
        await self.fake.tell(self.client_id, kind, content)

    async def say(self, kind: str, data: dict[str, Any]) -> None:
        await self.fake.tell(self.client_id, kind, data | {"prompt_id": self.prompt_id})

    def where(self) -> dict[str, Any]:
        return {"node_id": self.current, "node_type": self.class_of(self.current)}

    def class_of(self, node: str) -> str:
        return str(self.prompt[node]["class_type"])

    def key(self, node: str) -> str:
        """What a cached result hangs on: the node, its inputs and, for pictures sent in, their bytes."""
        return json.dumps([self.prompt[each] for each in needed(self.prompt, node)], sort_keys=True)


def new_id() -> str:
    return str(uuid4())

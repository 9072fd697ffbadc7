"""What a ComfyUI server says over its socket, and how far a prompt is by it: pure."""

import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from workers.engines.comfyui.template import Graph

PREVIEW, PREVIEW_WITH_METADATA = 1, 4  # types of binary frames; 3 is text
FLAGS = {"type": "feature_flags", "data": {"supports_preview_metadata": True}}


@dataclass(frozen=True, slots=True)
class Event:
    """A line of JSON: its type, and what it says; `prompt_id` is None where it is about no prompt."""

    type: str
    data: Mapping[str, Any]

    @property
    def prompt_id(self) -> object:
        return self.data.get("prompt_id")


@dataclass(frozen=True, slots=True)
class Picture:
    """A preview, or the result of a node that sends it; the node is None where the server does not say."""

    content: bytes
    node: str | None = None
    prompt_id: str | None = None


def read_line(line: str) -> Event | None:
    """None for what is no event."""
    try:
        said = json.loads(line)
    except ValueError:
        return None
    if not isinstance(said, Mapping) or not isinstance(said.get("data"), Mapping):
        return None
    return Event(str(said.get("type")), said["data"])


def read_frame(frame: bytes) -> Picture | None:
    """The picture in a binary frame; None for other frames, and for what cannot be read."""
    if len(frame) < 8:
        return None
    kind, second = struct.unpack_from(">II", frame)
    if kind == PREVIEW:
        return Picture(frame[8:])
    if kind != PREVIEW_WITH_METADATA:
        return None
    try:
        said = json.loads(frame[8 : 8 + second])
    except ValueError:
        return None
    if not isinstance(said, Mapping):
        return None
    return Picture(
        frame[8 + second :], text(said.get("display_node_id") or said.get("node_id")), text(said.get("prompt_id"))
    )


def text(value: object) -> str | None:
    return value if isinstance(value, str) else None


@dataclass(slots=True)
class Standing:
    """How far a prompt is. A node weighs as much as it has steps, one by one; what was cached weighs nothing."""

    weights: dict[str, float]
    current: str | None = None
    done: dict[str, float] = field(default_factory=dict)  # node -> 0 .. 1

    @classmethod
    def of(cls, graph: Graph) -> "Standing":
        return cls({node: weight(parts["inputs"]) for node, parts in graph.items()})

    @property
    def fraction(self) -> float:
        total = sum(self.weights.values())
        made = sum(self.weights.get(node, 0.0) * part for node, part in self.done.items())
        return min(1.0, made / total) if total else 0.0

    def hear(self, event: Event) -> None:
        """Take in an event of this prompt; what is not about progress says nothing."""
        data = event.data
        match event.type:
            case "execution_cached" if isinstance(data.get("nodes"), list):
                for node in data["nodes"]:
                    self.weights.pop(node, None)
            case "executing":
                self.finish(self.current)
                self.current = text(data.get("display_node") or data.get("node"))
            case "executed":
                self.finish(text(data.get("display_node") or data.get("node")))
            case "progress":
                self.step(data.get("node"), data)
            case "progress_state" if isinstance(data.get("nodes"), Mapping):
                for node, state in data["nodes"].items():
                    if isinstance(state, Mapping):
                        self.step(node, state)

    def finish(self, node: str | None) -> None:
        if node is not None:
            self.done[node] = 1.0

    def step(self, node: object, state: Mapping[str, Any]) -> None:
        value, most = state.get("value"), state.get("max")
        if isinstance(node, str) and isinstance(value, int | float) and isinstance(most, int | float) and most > 0:
            self.done[node] = max(self.done.get(node, 0.0), min(1.0, value / most))


def weight(inputs: Mapping[str, Any]) -> float:
    steps = inputs.get("steps")
    return float(steps) if isinstance(steps, int) and steps > 1 else 1.0

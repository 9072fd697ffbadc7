"""A workflow in ComfyUI's API format with named places for what a job asks: pure."""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, Literal, get_args

Parameter = Literal[
    "prompt",
    "negative",
    "seed",
    "parent_seed",
    "variation",
    "width",
    "height",
    "steps",
    "count",
    "seconds",
    "frames",
    "strength",
    "picture",
]
PARAMETERS: tuple[Parameter, ...] = get_args(Parameter)
Graph = Mapping[str, Mapping[str, Any]]  # node id -> class_type and inputs
Places = Mapping[Parameter, tuple["Place", ...]]


@dataclass(frozen=True, slots=True)
class Place:
    """One input of one node, written `node.input`."""

    node: str
    input: str

    @classmethod
    def read(cls, written: str) -> "Place":
        node, dot, name = written.partition(".")
        if not (node and dot and name):
            raise ValueError(f"{written!r} is not a place: write it as node.input, such as 6.text")
        return cls(node, name)


@dataclass(frozen=True, slots=True)
class Template:
    """A checked workflow: every place is at a node of it."""

    graph: Graph
    places: Places

    @property
    def classes(self) -> frozenset[str]:
        return frozenset(parts["class_type"] for parts in self.graph.values())

    def filled(self, values: Mapping[Parameter, Any]) -> dict[str, dict[str, Any]]:
        """The workflow with these values in their places; what is not asked for keeps the template's value."""
        graph = {node: dict(deepcopy(dict(content))) for node, content in self.graph.items()}
        for parameter, value in values.items():
            for place in self.places.get(parameter, ()):
                graph[place.node]["inputs"][place.input] = value
        return graph

    def parameter_at(self, node: str, name: str) -> Parameter | None:
        """What a job asks that stands in this input."""
        place = Place(node, name)
        return next((parameter for parameter, places in self.places.items() if place in places), None)

    def streams(self) -> frozenset[str]:
        """The nodes that send their pictures over the socket instead of writing a file."""
        return frozenset(node for node, content in self.graph.items() if content["class_type"] == "SaveImageWebsocket")


def checked_graph(content: Any) -> Graph:
    """The workflow in a parsed file; raises ValueError in words for whoever wrote the file."""
    if not isinstance(content, Mapping) or not content:
        raise ValueError("it is no workflow: an object of nodes is expected")
    if isinstance(content.get("nodes"), list):
        raise ValueError("it was saved for the editor; export it from ComfyUI with Workflow, Export (API)")
    for node, parts in content.items():
        if not isinstance(parts, Mapping) or not isinstance(parts.get("class_type"), str):
            raise ValueError(f"node {node} has no class_type")
        if not isinstance(parts.get("inputs"), Mapping):
            raise ValueError(f"node {node} has no inputs")
    for node, name, source in links(content):
        if source not in content:
            raise ValueError(f"node {node} takes its {name} from node {source}, which is not there")
    return content


def links(graph: Graph) -> Iterator[tuple[str, str, str]]:
    """Each input that is the output of another node: node, input, the other node."""
    for node, parts in graph.items():
        for name, value in parts["inputs"].items():
            if is_link(value):
                yield node, name, value[0]


def is_link(value: object) -> bool:
    return isinstance(value, list) and len(value) == 2 and isinstance(value[0], str) and isinstance(value[1], int)


def template(graph: Graph, inputs: Mapping[Parameter, tuple[str, ...]]) -> Template:
    """Raises ValueError where a place is at no node of the graph, or two parameters are at one place."""
    places = {parameter: tuple(map(Place.read, written)) for parameter, written in inputs.items()}
    seen: set[Place] = set()
    for parameter, at in places.items():
        for place in at:
            if place.node not in graph:
                raise ValueError(f"inputs.{parameter}: the workflow has no node {place.node}")
            if place in seen:
                raise ValueError(f"inputs.{parameter}: {place.node}.{place.input} is taken by another parameter")
            seen.add(place)
    if not places.get("prompt") and not places.get("picture"):
        raise ValueError("inputs: say at least where the prompt or the picture goes")
    return Template(graph, places)

"""Whether a server has what a workflow needs, by what it says of its nodes (`/object_info`): pure."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from workers.engines.comfyui.template import Template

NodeInfo = Mapping[str, Any]  # what `/object_info` says of one class; empty where it has none


def lacks(template: Template, known: Mapping[str, NodeInfo]) -> list[str]:
    """What is missing there, in plain words; nothing is when it can run. `known`: by class."""
    missing = sorted(name for name in template.classes if not known.get(name))
    if missing:
        return [f"it has no node {name}" for name in missing]
    return [line for node in template.graph for line in lacks_for(template, node, known)]


def lacks_for(template: Template, node: str, known: Mapping[str, NodeInfo]) -> Iterator[str]:
    """What one node of the workflow needs and has not got."""
    parts = template.graph[node]
    name, given = str(parts["class_type"]), parts["inputs"]
    required, optional = inputs_of(known[name], "required"), inputs_of(known[name], "optional")
    for wanted in required:
        if wanted not in given and template.parameter_at(node, wanted) is None:
            yield f"node {node} ({name}) wants an input {wanted}"
    for parameter, places in template.places.items():
        for place in places:
            if place.node == node and place.input not in {*required, *optional, *given}:
                yield f"node {node} ({name}) has no input {place.input} for the {parameter}"
    for wanted, spec in {**required, **optional}.items():
        value, choices = given.get(wanted), choices_of(spec)
        if choices is None or not isinstance(value, str) or template.parameter_at(node, wanted):
            continue
        if value not in choices:
            yield f"it has no {value!r} for {wanted} of node {node} ({name})"


def inputs_of(info: NodeInfo, kind: str) -> Mapping[str, Any]:
    inputs = info.get("input")
    found = inputs.get(kind) if isinstance(inputs, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def choices_of(spec: Any) -> Sequence[Any] | None:
    """The values that an input may have, where they are listed: `[[...], {}]`, or `["COMBO", {"options": [...]}]`."""
    if not isinstance(spec, list) or not spec:
        return None
    if isinstance(spec[0], list):
        return spec[0]
    settings = spec[1] if len(spec) > 1 else None
    if spec[0] == "COMBO" and isinstance(settings, Mapping) and isinstance(settings.get("options"), list):
        options: list[Any] = settings["options"]
        return options
    return None

"""What a ComfyUI server's refusals and errors mean for a job: pure. Its words may quote the prompt; none is kept."""

from collections.abc import Iterator, Mapping
from typing import Any

from workers.engines.comfyui.template import Parameter, Template
from workers.engines.protocol import BadRequest, Broken, OutOfMemory, Stopped

NO_MEMORY = ("out of memory", "allocation on device", "would exceed allowed memory")
RANGE = {
    "value_bigger_than_max": "is too large for this model",
    "value_smaller_than_min": "is too small for this model",
}


class Unfit(Exception):
    """The server refuses the workflow itself: another one may take it. The message says why."""


def refusal(answer: Any, template: Template) -> Stopped | Unfit:
    """Of a `POST /prompt` that was answered with 400: the person's fault where an input of theirs is wrong."""
    for node, problem in problems(answer):
        kind, name = str(problem.get("type")), input_name(problem)
        parameter = template.parameter_at(node, name)
        if parameter is not None:
            return BadRequest(f"{parameter}_refused", complaint(parameter, kind))
    for node, problem in problems(answer):
        return Unfit(f"it refuses node {node}: {problem.get('type')} {input_name(problem)}".rstrip())
    error = answer.get("error") if isinstance(answer, Mapping) else None
    reason = error.get("type") if isinstance(error, Mapping) else "no reason given"
    return Unfit(f"it refuses the workflow: {reason}")


def problems(answer: Any) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Each error with its node, of what is well-formed in the answer."""
    nodes = answer.get("node_errors") if isinstance(answer, Mapping) else None
    for node, said in nodes.items() if isinstance(nodes, Mapping) else ():
        errors = said.get("errors") if isinstance(said, Mapping) else None
        for error in errors if isinstance(errors, list) else ():
            if isinstance(error, Mapping):
                yield node, error


def input_name(problem: Mapping[str, Any]) -> str:
    extra = problem.get("extra_info")
    return str(extra.get("input_name") or "") if isinstance(extra, Mapping) else ""


def complaint(parameter: Parameter, kind: str) -> str:
    return f"the {parameter} {RANGE.get(kind, 'cannot be used with this model')}"


def failure(error: Mapping[str, Any]) -> Stopped:
    """Of an `execution_error`, as an event or in the history."""
    kind, said = str(error.get("exception_type")), str(error.get("exception_message")).lower()
    if "OutOfMemory" in kind or any(words in said for words in NO_MEMORY):
        return OutOfMemory("the server has not enough memory")
    return Broken(f"node {error.get('node_id')} ({error.get('node_type')}) failed with {kind}")


def ending(entry: Mapping[str, Any]) -> Stopped | None:
    """What went wrong by an entry of the history, which calls an interrupted run an error too; None: nothing did."""
    status = entry.get("status")
    if not isinstance(status, Mapping) or status.get("status_str") in (None, "success"):
        return None
    messages = status.get("messages")
    for name, data in (each for each in messages if len(each) == 2) if isinstance(messages, list) else ():
        if name == "execution_error" and isinstance(data, Mapping):
            return failure(data)
        if name == "execution_interrupted":
            return interrupted()
    return Broken("the server says that it failed, and not why")


def interrupted() -> Stopped:
    return Broken("somebody interrupted it on the server")

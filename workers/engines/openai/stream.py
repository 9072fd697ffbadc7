"""What a streamed chat completion says, line by line: pure."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from workers.engines.protocol import Broken

LONGEST_LINE = 2**20  # bytes
LONGEST_ANSWER = 2**20  # characters
END = b"[DONE]"
THOUGHT = ("reasoning_content", "reasoning")  # in the words of one server or another


class Told(Exception):
    """The server reports a failure in the middle of its answer."""

    def __init__(self, error: Any) -> None:
        super().__init__("the server broke off its answer")
        self.error = error


@dataclass(slots=True)
class Answer:
    """As much of an answer as has come. `pieces`: about one for each token, those of hidden thoughts among them."""

    text: str = ""
    thoughts: str = ""  # that the server tells apart
    pieces: int = 0
    finish: str | None = None  # "stop", "length", "content_filter"
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    rest: bytes = field(default=b"", repr=False)  # of a line

    def feed(self, content: bytes) -> None:
        """Take in what has come; raises Told, or Broken for what is no such answer."""
        *lines, self.rest = (self.rest + content).split(b"\n")
        if len(self.rest) > LONGEST_LINE:
            raise Broken("the server's line has no end")
        for line in lines:
            self.read(line.strip())

    def read(self, line: bytes) -> None:
        """One line of the event stream; comments, names and empty lines say nothing."""
        kind, _, said = line.partition(b":")
        if kind not in (b"data", b"error") or said.strip() == END:
            return
        event = parsed(said)
        if kind == b"error" or event.get("error"):  # llama.cpp says it outside of the data
            raise Told(event.get("error") or event)
        self.count(event.get("usage"))
        for choice in choices(event):
            self.add(choice)

    def add(self, choice: Mapping[str, Any]) -> None:
        delta = choice.get("delta")
        said = words(delta, "content")
        thought = next(filter(None, (words(delta, name) for name in THOUGHT)), "")
        self.text += said
        self.thoughts += thought
        if said or thought:
            self.pieces += 1
        if isinstance(choice.get("finish_reason"), str):
            self.finish = choice["finish_reason"]
        if max(len(self.text), len(self.thoughts)) > LONGEST_ANSWER:
            raise Broken("the answer has no end")

    def count(self, usage: object) -> None:
        """What the server has counted, in the last event or in each."""
        if isinstance(usage, Mapping):
            self.prompt_tokens = whole(usage.get("prompt_tokens"), self.prompt_tokens)
            self.completion_tokens = whole(usage.get("completion_tokens"), self.completion_tokens)


def parsed(said: bytes) -> dict[str, Any]:
    try:
        event = json.loads(said)
    except ValueError:
        event = None
    if not isinstance(event, dict):
        raise Broken("the server's answer cannot be read")
    return event


def choices(event: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    listed = event.get("choices")
    yield from (choice for choice in listed if isinstance(choice, Mapping)) if isinstance(listed, list) else ()


def words(delta: object, name: str) -> str:
    found = delta.get(name) if isinstance(delta, Mapping) else None
    return found if isinstance(found, str) else ""


def whole(value: object, otherwise: int | None) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else otherwise

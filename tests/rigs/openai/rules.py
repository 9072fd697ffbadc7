"""What a request for a chat completion must be, by OpenAI's description as vLLM, llama.cpp and Ollama serve it."""

from collections.abc import Iterator, Mapping
from typing import Any

FIELDS: Mapping[str, type] = {
    "model": str, "messages": list, "max_tokens": int, "seed": int, "stream": bool, "stream_options": dict,
}  # fmt: skip
REQUIRED = {"model", "messages"}
ROLES = ("system", "user", "assistant")


def wrong(headers: Mapping[str, str], body: Any) -> Iterator[str]:
    """Everything that is wrong with the request."""
    if headers.get("Content-Type") != "application/json":
        yield "the body must be application/json"
    if not isinstance(body, dict):
        yield "the body must be an object"
        return
    yield from (f"{name} is missing" for name in REQUIRED - body.keys())
    yield from (f"{name} is unknown" for name in body.keys() - FIELDS.keys())
    for name in body.keys() & FIELDS.keys():
        if type(body[name]) is not FIELDS[name]:
            yield f"{name} must be {FIELDS[name].__name__}"
            return
    if body.get("max_tokens", 1) < 1:
        yield "max_tokens must be positive"
    if "stream_options" in body and not body.get("stream"):
        yield "stream_options only with stream"
    messages = body.get("messages", [])
    if not messages or messages[-1].get("role") != "user":
        yield "the last message must be the user's"
    for message in messages:
        if (
            set(message) != {"role", "content"}
            or message["role"] not in ROLES
            or not isinstance(message["content"], str)
        ):
            yield "a message has a role and a content"

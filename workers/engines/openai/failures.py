"""What a server's refusal means for a task: pure. Its words are looked at, never repeated: they may quote prompts."""

import json
import re
from collections.abc import Mapping
from typing import Any

from workers.engines.protocol import BadRequest, Broken, OutOfMemory, Stopped

BUSY = (429, 503)  # and a model that is being loaded: worth another try in a moment
TOO_LONG = re.compile(
    r"context_length_exceeded|exceed_context_size|(maximum|available) (model |context |prompt )?(context|length|size)"
    r"|context (length|window|size)|too many tokens|prompt is too long"
)
REFUSED = re.compile(r"content_policy|content_filter|content policy|content management|moderation|safety system")
MEMORY = re.compile(r"out of memory|outofmemory|cuda_error_out_of_memory|not enough memory|more system memory")


def failure(status: int, said: object) -> Stopped:
    """`status`: of HTTP, 0 for what was told in the middle of an answer; `said`: the body, read or not."""
    words = text_of(said).lower()
    if MEMORY.search(words):
        return OutOfMemory("the server has not enough memory")
    if status in (0, 400, 413, 422) and (status == 413 or TOO_LONG.search(words)):
        return BadRequest("context_length", "these words are longer than this model can read")
    if status in (0, 400, 403, 422) and REFUSED.search(words):
        return refused()
    return Broken(WHY.get(status, f"the server answered {status}" if status else "the server broke off its answer"))


WHY: Mapping[int, str] = {
    401: "the server does not accept the key",
    403: "the server does not accept the key",
    404: "the server does not have the model, or its address is another one",
    429: "the server has too much to do",
}


def refused() -> BadRequest:
    return BadRequest("content_refused", "the model's server does not answer such a question")


def text_of(said: object) -> str:
    """What a body says of its error: its words, code and type."""
    if isinstance(said, bytes):
        try:
            said = json.loads(said)
        except ValueError:
            return said.decode("utf-8", "replace") if isinstance(said, bytes) else ""
    error: Any = said.get("error", said) if isinstance(said, Mapping) else said
    if isinstance(error, Mapping):
        return " ".join(str(error.get(name, "")) for name in ("message", "code", "type", "detail"))
    return str(error)

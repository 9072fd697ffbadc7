"""What a handler returns."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Reply:
    """A successful answer."""

    status: int = 204
    body: Any = None


def ok(body: Any) -> Reply:
    return Reply(200, body)

"""What must match between a job and a worker: pure."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple

SIDE_BUCKET = 256  # pixels: kinds stay few


class Kind(NamedTuple):
    """A kind of job. Kinds must stay few."""

    model: str
    side: int  # the longest side, rounded up to whole SIDE_BUCKETs
    picture: bool = False  # it starts from a given one


@lru_cache(4096)  # the jobs of a kind share it
def kind_of(model: str, longest_side: int, picture: bool = False) -> Kind:
    """The kind of a job. What a worker can make is compared with the rounded side, here and at admission alike."""
    return Kind(model, side_of(longest_side), picture)


def longest_side(params: Mapping[str, Any]) -> int:
    """In pixels; 0 for what has none."""
    return max(params.get("width") or 0, params.get("height") or 0)


def side_of(longest_side: int) -> int:
    """The side of a job's kind."""
    return -(-max(longest_side, 1) // SIDE_BUCKET) * SIDE_BUCKET


def largest_side(offered: int) -> int:
    """The longest side a job may have for a worker that offers this one."""
    return offered // SIDE_BUCKET * SIDE_BUCKET

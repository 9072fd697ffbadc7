"""What a job is told of the one it goes on from, its parent: pure. That there is one changes nothing by itself."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from scheduler.jobs.model import JobRequest

KEPT = ("parent_seed", "strength", "drawn_width", "drawn_height")  # of one whose seed is taken


@dataclass(frozen=True, slots=True)
class Parent:
    """`params`: of the job. One that began with a given picture has no noise of its own to go on from. `own`: of the
    same person; another's, that was posted in the chat where it is asked, is followed as well, but never named."""

    params: Mapping[str, Any] = field(default_factory=dict)
    own: bool = True

    @property
    def seed(self) -> int | None:
        return self.params.get("seed")


def is_unseen(request: JobRequest, parent: Parent) -> bool:
    """Whether it is to stay close to what it may not be told of: what came of it would be a stranger, and paid for."""
    given = request.picture is not None or request.film is not None
    return request.strength is not None and not given and not parent.own and not parent.params


def inherited(request: JobRequest, parent: Parent | None, size: tuple[int, int] | None) -> dict[str, Any]:
    """Params beside the request's own. With a strength it stays close to its parent; with the parent's seed it is the
    same once more, whatever that came of, drawn at the size that was the first; else it is like any other."""
    if parent is None or parent.seed is None or request.picture is not None or request.film is not None:
        return {}
    if request.strength is not None:
        return {"parent_seed": parent.seed}
    if request.seed != parent.seed or "picture" in parent.params:
        return {}
    kept = {name: parent.params[name] for name in KEPT if name in parent.params}
    first = parent.params.get("width"), parent.params.get("height")
    if size and all(first) and first != size and "drawn_width" not in kept:
        kept |= {"drawn_width": first[0], "drawn_height": first[1]}
    return kept

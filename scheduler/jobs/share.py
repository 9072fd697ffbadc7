"""What a job counts of its user's share of the workers: pure."""

from collections.abc import Mapping
from typing import Any

from scheduler.catalogue.model import Capability, Work, language_tokens, units


def share_of(cost: float, capability: str, params: Mapping[str, Any]) -> float:
    """Tokens: what is held for the job. What is free counts what it would at a price of 1, as a plain picture does: at
    nothing, or next to it, a backlog of it would come before all that others pay for, and no time-out or pace could be
    of its size. `params`: of the job's row; looked at only for what is free."""
    return cost or float(units(Capability(capability), work_of(params)) * params.get("count", 1))


def work_of(params: Mapping[str, Any]) -> Work:
    """What a job was priced by."""
    characters = len(params.get("prompt", ""))
    return Work(
        count=params.get("count", 1),
        width=params.get("width", 0),
        height=params.get("height", 0),
        steps=params.get("steps", 0),
        seconds=params.get("seconds", 0.0),
        characters=characters,
        tokens=language_tokens(characters, params.get("max_tokens", 0)),
    )

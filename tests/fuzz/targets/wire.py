"""Whatever stands in a stream is a message that can be acted on and stored, or is dropped."""

import json
import math
from collections.abc import Iterable
from dataclasses import fields, is_dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ValidationError

from scheduler.fleet.listener import parsed as parsed_beat
from scheduler.jobs.lifecycle import parsed as parsed_outcomes
from scheduler.jobs.model import JobEvent
from scheduler.jobs.outcomes import inside, verdict
from scheduler.jobs.queries.tries import Tries
from scheduler.wire import FIELD, ToWorker, packed, unpacked

TRIES = [None, Tries(1, 0, 0, False, False), Tries(1, 1, 1, True, False)]
LARGEST = {"size_bytes": 2**63 - 1}
ELSEWHERE = {"run_seconds", "type"}  # held to their bounds where they are written


def one_input(data: bytes) -> None:
    entry = {FIELD.encode(): data}
    beat = parsed_beat((b"1-0", entry))
    if beat:
        storable(beat, "beat")
    for outcome in parsed_outcomes((b"1-0", entry)):
        for tries in TRIES:
            decided = verdict(outcome, tries)
            storable(decided, "verdict")
            for made in getattr(decided, "artifacts", ()):
                assert inside(made, outcome)
    for line in unpacked(entry):
        for read in (ToWorker.validate_json, JobEvent.model_validate_json):
            try:
                message: Any = read(line)
            except ValidationError:
                continue
            again = packed([message.model_dump_json()])
            assert read(unpacked({FIELD.encode(): again[FIELD].encode()})[0]) == message


def storable(value: object, place: str) -> None:
    """PostgreSQL takes it: numbers that fit, no NUL, JSON without NaN."""
    if place in ELSEWHERE:
        return
    match value:
        case None | bool() | UUID() | datetime():
            return
        case str():
            assert "\0" not in value, place
            value.encode()
        case int():
            assert abs(value) <= LARGEST.get(place, 2**31 - 1), f"{place}: {value}"
        case float():
            assert math.isfinite(value), f"{place}: {value}"
        case dict():
            all_storable(value.items(), place)
            json.dumps(value, allow_nan=False)
        case list() | tuple() | set() | frozenset():
            all_storable(((place, item) for item in value), place)
        case BaseModel():
            all_storable(((name, getattr(value, name)) for name in type(value).model_fields), place)
        case _ if is_dataclass(value) and not isinstance(value, type):
            all_storable(((one.name, getattr(value, one.name)) for one in fields(value)), place)
        case _:
            raise AssertionError(f"{place}: {value!r}")


def all_storable(items: Iterable[tuple[str, object]], place: str) -> None:
    for name, item in items:
        if place == "metadata":  # jsonb takes any finite number
            json.dumps(item, allow_nan=False)
            storable(name, place)
            if not isinstance(item, int):
                storable(item, place)
        else:
            storable(item, name)

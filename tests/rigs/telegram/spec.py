"""Checks a call against the official Bot API description: names, types, required fields and the limits in its prose.

The description is a trimmed copy of github.com/PaulSonOfLars/telegram-bot-api-spec (`trim.py` makes it).
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from tests.rigs.telegram.entities import BadEntities, parse, utf16_length

PATH = Path(__file__).parent.parent / "specs" / "telegram-bot-api.json"

ARRAY = "Array of "
LENGTH = re.compile(r"(\d+)[-–](\d+) (characters|bytes)")
ITEMS = re.compile(r"must include (\d+)[-–](\d+) items|list of (\d+)[-–](\d+) identifiers")
VALUE = re.compile(r"Values between (\d+)[-–](\d+) are accepted|for update delivery, (\d+)-(\d+)\.")
CHOICE = re.compile(r"[Mm]ust be one of (.+)|must be ([a-z0-9_]+)$")
LIMITS = (LENGTH, ITEMS, VALUE, CHOICE)
QUOTED = re.compile(r"[\"“]([\w/]+)[\"”]")


@dataclass(frozen=True, slots=True)
class Field:
    """One parameter of a method or one field of a type."""

    name: str
    types: tuple[str, ...]
    required: bool
    description: str


def knows(method: str) -> bool:
    """Whether the trimmed description holds the method."""
    return method in _spec()["methods"]


@cache
def parameters(method: str) -> dict[str, Field]:
    """The method's parameters by name; empty for an unknown method."""
    return _fields(_spec()["methods"].get(method, {}))


def check(method: str, params: dict[str, Any]) -> list[str]:
    """Everything the description finds wrong with the call, in plain words; empty when nothing is."""
    if not knows(method):
        return [f"{method}: no such method"]
    return list(_object(params, parameters(method), method))


@cache
def _spec() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(PATH.read_text(encoding="utf-8"))
    return loaded


def _fields(entry: dict[str, Any]) -> dict[str, Field]:
    return {
        f["name"]: Field(f["name"], tuple(f["types"]), f["required"], f.get("description", ""))
        for f in entry.get("fields", [])
    }


@cache
def _type(name: str) -> tuple[dict[str, Field], tuple[str, ...]]:
    entry = _spec()["types"][name]
    return _fields(entry), tuple(entry.get("subtypes", ()))


def _object(value: Any, fields: dict[str, Field], path: str) -> Iterator[str]:
    if not isinstance(value, dict):
        yield f"{path}: not an object"
        return
    yield from (f"{path}: unknown field {name}" for name in value if name not in fields)
    yield from (f"{path}: missing {f.name}" for f in fields.values() if f.required and f.name not in value)
    for name in value.keys() & fields.keys():
        here, field = f"{path}.{name}", fields[name]
        yield from _any_of(value[name], field.types, here)
        yield from _limits(value[name], field.description, value, here)


def _any_of(value: Any, types: tuple[str, ...], path: str) -> list[str]:
    """The complaints of the type that fits best; the items of an array may be of different types."""
    if len(types) > 1 and all(name.startswith(ARRAY) for name in types):
        if not isinstance(value, list):
            return [f"{path}: not an array"]
        inner = tuple(name.removeprefix(ARRAY) for name in types)
        return [each for index, item in enumerate(value) for each in _any_of(item, inner, f"{path}[{index}]")]
    return min((list(_typed(value, name, path)) for name in types), key=len)


def _typed(value: Any, name: str, path: str) -> Iterator[str]:
    if name.startswith(ARRAY):
        if not isinstance(value, list):
            yield f"{path}: not an array"
            return
        for index, item in enumerate(value):
            yield from _typed(item, name.removeprefix(ARRAY), f"{path}[{index}]")
    elif name in _SIMPLE:
        if not _is_simple(value, name):
            yield f"{path}: {value!r:.40} is not of type {name}"
    else:
        fields, subtypes = _type(name)
        if subtypes:
            yield from _any_of(value, subtypes, path)
        else:
            yield from _object(value, fields, path)


_SIMPLE: dict[str, tuple[type, ...]] = {
    "Integer": (int,),
    "String": (str,),
    "Boolean": (bool,),
    "Float": (int, float),
    "InputFile": (str,),
}


def _is_simple(value: Any, name: str) -> bool:
    if isinstance(value, bool):
        return name == "Boolean"
    return isinstance(value, _SIMPLE[name])


def _limits(value: Any, description: str, owner: dict[str, Any], path: str) -> Iterator[str]:
    if isinstance(value, str):
        yield from _text_limits(value, description, owner, path)
    elif isinstance(value, list) and (match := ITEMS.search(description)):
        low, high = _range(match)
        if not low <= len(value) <= high:
            yield f"{path}: {len(value)} items, {low} to {high} are allowed"
    elif isinstance(value, int) and (match := VALUE.search(description)):
        low, high = _range(match)
        if not low <= value <= high:
            yield f"{path}: {value}, {low} to {high} is allowed"


def _text_limits(value: str, description: str, owner: dict[str, Any], path: str) -> Iterator[str]:
    if match := LENGTH.search(description):
        low, high, unit = int(match[1]), int(match[2]), match[3]
        plain = value
        if "parsing" in description:
            try:
                plain, _ = parse(value, owner.get("parse_mode"))
            except BadEntities as error:
                yield f"can't parse entities: {error} (in {path})"
                return
        size = len(plain.encode()) if unit == "bytes" else utf16_length(plain)
        if not low <= size <= high:
            yield f"{path}: {size} {unit}, {low} to {high} are allowed"
    if (match := CHOICE.search(description)) and value not in (choices := _choices(match)):
        yield f"{path}: {value!r:.40} is none of {', '.join(choices)}"


def _choices(match: re.Match[str]) -> list[str]:
    return QUOTED.findall(match[1]) if match[1] else [match[2]]


def _range(match: re.Match[str]) -> tuple[int, int]:
    low, high = (int(group) for group in match.groups() if group)
    return low, high

"""Discord's own OpenAPI 3.1 file as a judge of what the bots ask and of what the rig answers."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

Json = Any
DOCUMENT: Json = json.loads((Path(__file__).parents[1] / "specs" / "discord-openapi.json").read_text())
UNIONS = ("anyOf", "oneOf", "allOf")
HARMLESS = {"nsfw", "tts"}
"""Fields that discord.py sends where the file does not name them: with commands, with edits."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Something the official description does not allow; `where` is a dotted path in the body."""

    where: str
    what: str


def request_problems(method: str, path: str, query: dict[str, str], body: Json) -> list[Problem]:
    """Check one request; `path` is without /api/v10."""
    if (operation := find_operation(method, path)) is None:
        return [Problem("", "no such route among those our bots may use")]
    allowed = {parameter["name"] for parameter in operation.get("parameters", [])}
    problems = [Problem("", f"unknown query parameter {name}") for name in query if name not in allowed]
    if (schema := _schema(operation.get("requestBody"))) is None:
        return problems + ([Problem("", "this route takes no body")] if body else [])
    if body is None:
        return [*problems, Problem("", "this route needs a body")]
    body = with_text_attachment_ids(body)
    return problems + _violations(schema, body) + [Problem(where, "unknown field") for where in unknown(schema, body)]


def answer_problems(method: str, path: str, status: int, body: Json) -> list[Problem]:
    """Check one successful answer of the rig."""
    operation = find_operation(method, path) or {"responses": {}}
    if str(status) not in operation["responses"]:
        return [Problem("", f"status {status} is not described")]
    schema = _schema(operation["responses"][str(status)])
    return _violations(schema, body) if schema else []


def find_operation(method: str, path: str) -> Json:
    """Return the described operation, or None; a literal segment wins over a parameter."""
    for pattern, item in _routes():
        if pattern.fullmatch(path) and method.lower() in item:
            return item[method.lower()]
    return None


def with_text_attachment_ids(body: Json) -> Json:
    """The file types attachment ids as snowflakes; Discord documents and takes numbers of files too."""
    if not isinstance(body, dict):
        return body
    body = dict(body)
    if isinstance(body.get("data"), dict):
        body["data"] = with_text_attachment_ids(body["data"])
    if isinstance(body.get("attachments"), list):
        body["attachments"] = [
            {**entry, "id": str(entry["id"])} if isinstance(entry, dict) and "id" in entry else entry
            for entry in body["attachments"]
        ]
    return body


def unknown(schema: Json, value: Json, where: str = "") -> Iterator[str]:
    """Yield the paths of fields that no applicable schema names: Discord ignores them, so they are mistakes."""
    applicable = list(_applicable(schema, value))
    if isinstance(value, list):
        for number, item in enumerate(value):
            members = {"anyOf": [s["items"] for s in applicable if "items" in s]}
            yield from unknown(members, item, _join(where, number))
    if isinstance(value, dict):
        for name, member in value.items():
            known = [s["properties"][name] for s in applicable if name in s.get("properties", {})]
            extra = [s["additionalProperties"] for s in applicable if isinstance(s.get("additionalProperties"), dict)]
            if known or extra:
                yield from unknown({"anyOf": known + extra}, member, _join(where, name))
            elif applicable and name not in HARMLESS:
                yield _join(where, name)


def _applicable(schema: Json, value: Json) -> Iterator[Json]:
    """Resolve references and unions, leaving out the members of another `type` than the value's."""
    if "$ref" in schema:
        yield from _applicable(DOCUMENT["components"]["schemas"][schema["$ref"].rpartition("/")[2]], value)
        return
    kind = value.get("type") if isinstance(value, dict) else None
    kinds = schema.get("properties", {}).get("type", {}).get("enum")
    if kinds and kind is not None and kind not in kinds:
        return
    if schema.get("type") != "null":
        yield schema
    for union in UNIONS:
        for member in schema.get(union, []):
            yield from _applicable(member, value)


def _violations(schema: Json, body: Json) -> list[Problem]:
    found = []
    for error in _validator(json.dumps(schema, sort_keys=True)).iter_errors(body):
        deepest = best_match([error])
        where = ".".join(str(step) for step in (deepest or error).absolute_path)
        found.append(Problem(where, (deepest or error).message[:200]))
    return found


def _schema(part: Json) -> Json:
    return (part or {}).get("content", {}).get("application/json", {}).get("schema")


def _join(where: str, step: object) -> str:
    return f"{where}.{step}" if where else str(step)


@cache
def _validator(schema: str) -> Draft202012Validator:
    return Draft202012Validator({**json.loads(schema), "components": DOCUMENT["components"]})


@cache
def _routes() -> tuple[tuple[re.Pattern[str], Json], ...]:
    literal_first = sorted(DOCUMENT["paths"].items(), key=lambda route: str(route[0]).count("{"))
    return tuple((re.compile(re.sub(r"\{[^}]+\}", "[^/]+", path)), item) for path, item in literal_first)

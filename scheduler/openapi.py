"""Operations: an HTTP handler with its pydantic models; checking and the OpenAPI 3.1 document follow from them."""

import re
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from aiohttp import web
from pydantic import BaseModel, ValidationError
from pydantic.json_schema import models_json_schema
from pydantic_core import to_json

from scheduler.errors import STATUS, Code, Refused
from scheduler.problems import Problem

B = TypeVar("B", bound=BaseModel)

NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")  # as JSON escapes it

JSON = {"Content-Type": "application/json; charset=utf-8"}
ANSWER_TYPES = {
    "events": ["text/event-stream"],
    "file": ["application/octet-stream", "audio/*", "image/*", "text/plain", "video/*"],
    "jpeg": ["image/jpeg"],
    "playlist": ["application/vnd.apple.mpegurl"],
    "text": ["text/plain"],
}

RANGED = ("file",)  # of these a part may be asked for


class Empty(BaseModel):
    """No parameters."""


NOTHING = Empty()


@dataclass(frozen=True, slots=True)
class Operation:
    """One method on one path. `handler(request, path, query, body)` gets checked models and returns one."""

    method: str
    path: str  # "/v1/jobs/{job_id}"
    handler: Callable[..., Awaitable[BaseModel | web.StreamResponse]]
    answer: type[BaseModel] | str  # a model, or one of ANSWER_TYPES
    body: type[BaseModel] | None = None
    in_path: type[BaseModel] = Empty
    query: type[BaseModel] = Empty
    refusals: Sequence[Code] = ()
    status: int = 200
    public: bool = False
    raw_body: Sequence[str] = ()  # content types of a body that the handler reads itself
    headers: Sequence[str] = ()  # request headers worth documenting

    async def serve(self, request: web.Request) -> web.StreamResponse:
        if not self.public and "Authorization" not in request.headers:  # nothing of a stranger's is even read
            raise Refused.because(Code.UNAUTHORIZED)
        path = NOTHING if self.in_path is Empty else checked(self.in_path, dict(request.match_info), Code.NOT_FOUND)
        query = NOTHING if self.query is Empty else checked(self.query, dict(request.query), Code.INVALID_REQUEST)
        body = await read_body(request, self.body) if self.body else None
        answer = await self.handler(request, path=path, query=query, body=body)
        if isinstance(answer, web.StreamResponse):
            return answer
        return web.Response(body=to_json(answer), status=self.status, headers=JSON)


def checked(model: type[B], values: dict[str, str], code: Code) -> B:
    """Parse path or query values, or refuse with `code`."""
    try:
        return model.model_validate(values)
    except ValidationError as error:
        if code is Code.NOT_FOUND:
            raise Refused.because(code, what="address") from None
        raise Refused.because(code, errors=readable(error)) from None


async def read_body(request: web.Request, model: type[B]) -> B:
    """Parse the JSON body, or refuse; NUL characters are refused because PostgreSQL cannot store them."""
    if request.content_type != "application/json":
        raise Refused.because(Code.INVALID_REQUEST, errors=[{"loc": "Content-Type", "msg": "must be application/json"}])
    raw = await request.read()
    if has_nul(raw):
        raise Refused.because(Code.INVALID_REQUEST, errors=[{"loc": "body", "msg": "must not contain NUL characters"}])
    try:
        return model.model_validate_json(raw)
    except ValidationError as error:
        raise Refused.because(Code.INVALID_REQUEST, errors=readable(error)) from None


def has_nul(raw: bytes) -> bool:
    """Whether a JSON text has a NUL in it. The pattern is slow and only asked where it may match."""
    return b"\x00" in raw or (b"\\u0000" in raw and NUL.search(raw) is not None)


def readable(error: ValidationError) -> list[dict[str, object]]:
    """Where and what, without echoing the input."""
    return [
        {"loc": ".".join(str(part) for part in problem["loc"]), "msg": problem["msg"].removeprefix("Value error, ")}
        for problem in error.errors(include_url=False, include_context=False, include_input=False)
    ]


def document(operations: Iterable[Operation], version: str) -> dict[str, Any]:
    """The OpenAPI 3.1 document of the operations."""
    listed = list(operations)
    models = {m for o in listed for m in (o.body, o.answer) if isinstance(m, type)} | {Problem}
    _, schemas = models_json_schema(
        [(m, "validation" if any(o.body is m for o in listed) else "serialization") for m in sorted(models, key=str)],
        ref_template="#/components/schemas/{model}",
    )
    paths: dict[str, Any] = {}
    for operation in listed:
        paths.setdefault(operation.path, {})[operation.method.lower()] = describe(operation)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Tessera", "version": version, "description": DESCRIPTION},
        "paths": paths,
        "components": {
            "schemas": schemas["$defs"],
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
        },
    }


DESCRIPTION = (
    "Jobs in, pictures out. Authenticate with a user API key, or with a bot's service key and the header"
    " Tessera-User (platform:id) naming the user it acts for. Errors are application/problem+json with a stable code."
)


def describe(operation: Operation) -> dict[str, Any]:
    """One operation object."""
    summary, _, text = (operation.handler.__doc__ or "").strip().partition("\n")
    content: dict[str, Any] = {}
    if isinstance(operation.answer, str):
        content = {media: {} for media in ANSWER_TYPES[operation.answer]}
    else:
        content = {"application/json": {"schema": reference(operation.answer)}}
    answers: dict[str, Any] = {str(operation.status): {"description": "Done", "content": content}}
    if operation.answer in RANGED:
        answers["206"] = {"description": "The part that was asked for", "content": content}
    for status, codes in by_status(refusals_of(operation)).items():
        answers[str(status)] = {
            "description": ", ".join(codes),
            "content": {"application/problem+json": {"schema": reference(Problem)}},
        }
    described: dict[str, Any] = {
        "operationId": operation.handler.__name__,
        "summary": summary,
        "parameters": [*parameters(operation)],
        "responses": answers,
    }
    if text.strip():
        described["description"] = re.sub(r"\s+", " ", text.strip())
    if not operation.public:
        described["security"] = [{"key": []}]
    if operation.raw_body:
        raw = {"schema": {"type": "string", "format": "binary"}}
        described["requestBody"] = {"required": True, "content": dict.fromkeys(operation.raw_body, raw)}
    if operation.body:
        described["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": reference(operation.body)}},
        }
    return described


OF_KEYS = (
    Code.UNAUTHORIZED,
    Code.FORBIDDEN,
    Code.TOO_MANY_FAILURES,
    Code.ADDRESS_LIMIT,
    Code.UNAVAILABLE,
    Code.OVERLOADED,
)


def refusals_of(operation: Operation) -> list[Code]:
    """The codes an operation can answer, those that its shape implies included."""
    implied = [] if operation.public else list(OF_KEYS)
    if operation.body or operation.query is not Empty or not operation.public:
        implied.append(Code.INVALID_REQUEST)
    if operation.in_path is not Empty:
        implied.append(Code.NOT_FOUND)
    return [*implied, *operation.refusals]


def by_status(codes: Iterable[Code]) -> dict[int, list[str]]:
    grouped: dict[int, list[str]] = {}
    for code in dict.fromkeys(codes):
        grouped.setdefault(int(STATUS[code]), []).append(code.value)
    return grouped


def parameters(operation: Operation) -> Iterable[dict[str, Any]]:
    for place, model in (("path", operation.in_path), ("query", operation.query)):
        schema = model.model_json_schema(ref_template="#/components/schemas/{model}")
        for name, value in schema.get("properties", {}).items():
            required = place == "path" or name in schema.get("required", ())
            yield {"name": name, "in": place, "required": required, "schema": value}
    for name in [*operation.headers, *(["Range"] if operation.answer in RANGED else [])]:
        yield {"name": name, "in": "header", "required": False, "schema": {"type": "string", "maxLength": 200}}


def reference(model: type[BaseModel]) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{model.__name__}"}


def mount(app: web.Application, operations: Iterable[Operation]) -> None:
    """Add the operations to the router."""
    for operation in operations:
        app.router.add_route(operation.method, operation.path, operation.serve)

"""Refusals as RFC 9457 problem documents: titles and sentences for developers, by code."""

from collections.abc import Mapping
from math import ceil

from aiohttp import web
from pydantic import BaseModel, ConfigDict

from scheduler.errors import Code, Refusal

TITLES: Mapping[Code, str] = {
    Code.INVALID_REQUEST: "The request is not valid",
    Code.PROMPT_EMPTY: "The prompt is empty",
    Code.PROMPT_TOO_LONG: "The prompt is too long",
    Code.UNKNOWN_MODEL: "There is no such model",
    Code.IDEMPOTENCY_MISMATCH: "The idempotency key was used for a different request",
    Code.UNAUTHORIZED: "The key is missing or wrong",
    Code.TOO_MANY_FAILURES: "Too many wrong keys from this network address",
    Code.FORBIDDEN: "The key does not allow this",
    Code.BANNED: "The account is suspended",
    Code.NOT_FOUND: "There is no such thing",
    Code.CONFLICT: "The request conflicts with the present state",
    Code.GONE: "It has expired",
    Code.BALANCE_TOO_LOW: "The balance is too low",
    Code.REFERENCE_TAKEN: "The reference was booked before",
    Code.MODEL_NOT_IN_PLAN: "The model is not in the plan",
    Code.RESOLUTION_TOO_HIGH: "The size is beyond the plan",
    Code.DURATION_TOO_LONG: "It is longer than the model makes",
    Code.RATE_LIMITED: "Too many requests",
    Code.TOO_MANY_WAITING: "Too many jobs are waiting",
    Code.OUT_OF_TOKENS: "Not enough tokens",
    Code.CAPABILITY_PAUSED: "This is paused",
    Code.NO_WORKER: "No worker can run this",
    Code.PICTURE_NOT_TAKEN: "The model does not start from a picture",
    Code.PICTURE_MISSING: "The model starts from a picture",
    Code.FILM_MISSING: "The model makes films of clips",
    Code.TOO_FAR_AHEAD: "The start time is too far ahead",
    Code.PARENT_FAILED: "A job it comes after did not complete",
    Code.PICTURE_UNFIT: "The picture is not taken",
    Code.TOO_MANY_UPLOADS: "Too many pictures are kept",
    Code.ADDRESS_LIMIT: "Too many new visitors from this network address",
    Code.OVERLOADED: "Too busy",
    Code.UNAVAILABLE: "Not available right now",
    Code.INTERNAL: "Something went wrong",
}

DETAILS: Mapping[Code, str] = {
    Code.PROMPT_TOO_LONG: "The prompt has {length} characters; {limit} is the limit.",
    Code.UNKNOWN_MODEL: "{model} is not in the catalogue.",
    Code.NOT_FOUND: "No such {what}.",
    Code.CONFLICT: "{what}",
    Code.GONE: "This {what} has expired.",
    Code.BALANCE_TOO_LOW: "The balance is {balance}; {tokens} would take it below zero.",
    Code.REFERENCE_TAKEN: "{reference} was booked for somebody else, or another amount.",
    Code.MODEL_NOT_IN_PLAN: "{model} is not in the {plan} plan.",
    Code.RESOLUTION_TOO_HIGH: "The longest side is {asked}; {limit} is the limit.",
    Code.DURATION_TOO_LONG: "{asked} s is longer than {model} makes; {limit} s is the limit.",
    Code.RATE_LIMITED: "The {plan} plan allows {limit} requests at once, then one every {every_seconds} s.",
    Code.TOO_MANY_WAITING: "The {plan} plan allows {limit} unfinished jobs.",
    Code.OUT_OF_TOKENS: "It costs {cost} tokens and {spendable} are left.",
    Code.CAPABILITY_PAUSED: "{subject} is paused.",
    Code.NO_WORKER: "No worker has ever offered {model}.",
    Code.PICTURE_NOT_TAKEN: "{model} does not start from a picture.",
    Code.PICTURE_MISSING: "{model} starts from a picture, and the request names none.",
    Code.FILM_MISSING: "{model} makes films of clips, which the request names as its film.",
    Code.TOO_FAR_AHEAD: "A job may start at most {limit_days} days from now.",
    Code.PARENT_FAILED: "Job {job}, which it comes after, is {status}.",
    Code.PICTURE_UNFIT: "It is not taken: {fault}.",
    Code.TOO_MANY_UPLOADS: "{limit} pictures or {limit_bytes} bytes are kept for one account at a time.",
    Code.ADDRESS_LIMIT: "{limit} new visitors a day may come from one network address.",
}

UNTIL_THE_REFILL = "It costs {cost} tokens and {spendable} are left until {refill_at}."
TYPE_PREFIX = "urn:tessera:problem:"


class Problem(BaseModel):
    """An error. `code` is stable; further members are the facts behind it, such as `retry_after_seconds`."""

    model_config = ConfigDict(extra="allow")

    type: str
    title: str
    status: int
    code: str
    detail: str | None = None


def sentence(refusal: Refusal) -> str:
    """One sentence for developers; people get theirs from the bots' catalogue."""
    template = DETAILS.get(refusal.code)
    if refusal.code is Code.OUT_OF_TOKENS and refusal.facts.get("refill_at"):  # not when no day pays for it
        template = UNTIL_THE_REFILL
    return template.format_map(Facts(refusal.facts)) if template else TITLES[refusal.code] + "."


def problem(refusal: Refusal) -> web.Response:
    """The HTTP answer that says why."""
    facts = {name: value for name, value in refusal.facts.items() if value is not None}
    document = Problem.model_validate(
        {
            **facts,
            "type": TYPE_PREFIX + refusal.code,
            "title": TITLES[refusal.code],
            "status": int(refusal.status),
            "code": refusal.code,
            "detail": sentence(refusal),
        }
    )
    headers = {}
    if refusal.retry_after_seconds is not None:
        headers["Retry-After"] = str(ceil(refusal.retry_after_seconds))
    if refusal.code is Code.UNAUTHORIZED:
        headers["WWW-Authenticate"] = "Bearer"
    return web.Response(
        text=document.model_dump_json(exclude_none=True),
        status=int(refusal.status),
        content_type="application/problem+json",
        headers=headers,
    )


def written(refusal: Refusal, *, closes: bool) -> bytes:
    """The whole HTTP answer of a refusal; `closes`: it is the last one of its connection."""
    answer = problem(refusal)
    body = (answer.text or "").encode()
    headers = {**answer.headers, "Content-Length": str(len(body)), **({"Connection": "close"} if closes else {})}
    lines = [f"HTTP/1.1 {answer.status} {answer.reason}", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, "", ""]).encode() + body


class Facts(dict[str, object]):
    """Facts for a sentence; one that is not known reads as a question mark."""

    def __missing__(self, name: str) -> str:
        return "?"

"""Every way a request can be turned down: a stable code, an HTTP status, and the facts that words are made of."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from http import HTTPStatus


class Code(StrEnum):
    """The stable codes of the API's problems; frontends make their sentences from the code and its facts."""

    INVALID_REQUEST = "invalid_request"  # errors: [{loc, msg}]
    PROMPT_EMPTY = "prompt_empty"
    PROMPT_TOO_LONG = "prompt_too_long"  # length, limit
    UNKNOWN_MODEL = "unknown_model"  # model, alternative
    IDEMPOTENCY_MISMATCH = "idempotency_mismatch"
    UNAUTHORIZED = "unauthorized"
    TOO_MANY_FAILURES = "too_many_failures"  # retry_after_seconds: wrong keys came from this network
    FORBIDDEN = "forbidden"
    BANNED = "banned"
    NOT_FOUND = "not_found"  # what
    CONFLICT = "conflict"  # what
    GONE = "gone"  # what
    BALANCE_TOO_LOW = "balance_too_low"  # balance, tokens: a correction never goes below zero
    REFERENCE_TAKEN = "reference_taken"  # reference: booked for somebody else, or another amount
    # `alternative` is another model that would be admitted now; `fewer`, `smaller` (the longest side), `shorter`
    # (seconds) and `briefer` (`max_tokens`) are changes that would be, each by itself. What nothing would do for has
    # none. `upgrade` is the cheapest plan on sale by which it passes, at once or when what is left in its way goes by
    # itself.
    MODEL_NOT_IN_PLAN = "model_not_in_plan"  # model, plan, upgrade, alternative
    # asked, limit, smaller; by the plan: plan, upgrade, pixels, max_pixels; by what workers make: model, alternative
    RESOLUTION_TOO_HIGH = "resolution_too_high"
    DURATION_TOO_LONG = "duration_too_long"  # asked, limit, model, shorter, alternative
    RATE_LIMITED = "rate_limited"  # limit, every_seconds, retry_after_seconds, plan, upgrade
    # limit, plan, upgrade; open: how many there are, if more than that; otherwise retry_after_seconds, if known: about
    # when one of them ends
    TOO_MANY_WAITING = "too_many_waiting"
    # cost, spendable, limit, used, plan, upgrade, fewer, smaller, shorter, briefer, alternative; refill_at and
    # retry_after_seconds if a new day's allowance is enough
    OUT_OF_TOKENS = "out_of_tokens"
    CAPABILITY_PAUSED = "capability_paused"  # subject, reason, alternative; ends_at, retry_after_seconds if known
    NO_WORKER = "no_worker"  # model, alternative: no worker ever offered it
    PICTURE_NOT_TAKEN = "picture_not_taken"  # model, alternative: it does not start from a picture
    PICTURE_MISSING = "picture_missing"  # model, alternative: it starts from a picture, and the request names none
    FILM_MISSING = "film_missing"  # model, alternative: it makes films of clips, and the request names none
    TOO_FAR_AHEAD = "too_far_ahead"  # limit_days
    PARENT_FAILED = "parent_failed"  # job, status: one that it was to come after
    PICTURE_UNFIT = "picture_unfit"  # fault, and its facts: scheduler/artifacts/checks.py
    TOO_MANY_UPLOADS = "too_many_uploads"  # limit, limit_bytes, retry_after_seconds
    ADDRESS_LIMIT = "address_limit"  # limit, retry_after_seconds
    OVERLOADED = "overloaded"  # retry_after_seconds
    UNAVAILABLE = "unavailable"  # retry_after_seconds
    INTERNAL = "internal"


STATUS: Mapping[Code, HTTPStatus] = {
    Code.INVALID_REQUEST: HTTPStatus.UNPROCESSABLE_ENTITY,
    Code.PROMPT_EMPTY: HTTPStatus.UNPROCESSABLE_ENTITY,
    Code.PROMPT_TOO_LONG: HTTPStatus.UNPROCESSABLE_ENTITY,
    Code.UNKNOWN_MODEL: HTTPStatus.UNPROCESSABLE_ENTITY,
    Code.IDEMPOTENCY_MISMATCH: HTTPStatus.UNPROCESSABLE_ENTITY,
    Code.UNAUTHORIZED: HTTPStatus.UNAUTHORIZED,
    Code.TOO_MANY_FAILURES: HTTPStatus.TOO_MANY_REQUESTS,
    Code.FORBIDDEN: HTTPStatus.FORBIDDEN,
    Code.BANNED: HTTPStatus.FORBIDDEN,
    Code.NOT_FOUND: HTTPStatus.NOT_FOUND,
    Code.CONFLICT: HTTPStatus.CONFLICT,
    Code.GONE: HTTPStatus.GONE,
    Code.BALANCE_TOO_LOW: HTTPStatus.CONFLICT,
    Code.REFERENCE_TAKEN: HTTPStatus.CONFLICT,
    Code.MODEL_NOT_IN_PLAN: HTTPStatus.FORBIDDEN,
    Code.RESOLUTION_TOO_HIGH: HTTPStatus.FORBIDDEN,
    Code.DURATION_TOO_LONG: HTTPStatus.UNPROCESSABLE_ENTITY,
    Code.RATE_LIMITED: HTTPStatus.TOO_MANY_REQUESTS,
    Code.TOO_MANY_WAITING: HTTPStatus.TOO_MANY_REQUESTS,
    Code.OUT_OF_TOKENS: HTTPStatus.PAYMENT_REQUIRED,
    Code.CAPABILITY_PAUSED: HTTPStatus.SERVICE_UNAVAILABLE,
    Code.NO_WORKER: HTTPStatus.UNPROCESSABLE_ENTITY,
    Code.PICTURE_NOT_TAKEN: HTTPStatus.UNPROCESSABLE_ENTITY,
    Code.PICTURE_MISSING: HTTPStatus.UNPROCESSABLE_ENTITY,
    Code.FILM_MISSING: HTTPStatus.UNPROCESSABLE_ENTITY,
    Code.TOO_FAR_AHEAD: HTTPStatus.UNPROCESSABLE_ENTITY,
    Code.PARENT_FAILED: HTTPStatus.CONFLICT,
    Code.PICTURE_UNFIT: HTTPStatus.UNPROCESSABLE_ENTITY,
    Code.TOO_MANY_UPLOADS: HTTPStatus.TOO_MANY_REQUESTS,
    Code.ADDRESS_LIMIT: HTTPStatus.TOO_MANY_REQUESTS,
    Code.OVERLOADED: HTTPStatus.SERVICE_UNAVAILABLE,
    Code.UNAVAILABLE: HTTPStatus.SERVICE_UNAVAILABLE,
    Code.INTERNAL: HTTPStatus.INTERNAL_SERVER_ERROR,
}

Fact = str | int | float | bool | None | list[dict[str, object]]


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why something was not done: the code, and the facts named beside it in `Code`. Times are ISO 8601, UTC."""

    code: Code
    facts: Mapping[str, Fact] = field(default_factory=dict)

    @property
    def status(self) -> HTTPStatus:
        return STATUS[self.code]

    @property
    def retry_after_seconds(self) -> float | None:
        """Seconds until the same request may pass, where that is known."""
        value = self.facts.get("retry_after_seconds")
        return float(value) if isinstance(value, int | float) else None


OVERLOADED = Refusal(Code.OVERLOADED, {"retry_after_seconds": 1.0})


class TesseraError(Exception):
    """The base of what Tessera raises on purpose."""


class Refused(TesseraError):
    """The request was understood and turned down; nothing of it remains."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.code)
        self.refusal = refusal

    @classmethod
    def because(cls, code: Code, **facts: Fact) -> "Refused":
        return cls(Refusal(code, facts))


class Unreachable(TesseraError):
    """The scheduler could not be reached, or gave no readable answer: whether the request took effect is unknown."""


class SettingsError(TesseraError):
    """A setting is wrong; the message names the variable and says what was expected."""

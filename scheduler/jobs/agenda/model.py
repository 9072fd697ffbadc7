"""When a job may join the line, and what is said of it until then: pure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from scheduler.catalogue.model import Capability
from scheduler.errors import Code, Refusal
from scheduler.jobs.model import LONGEST_AHEAD, JobRequest, Status, Wait, Why

PARENT_FAILED = {"code": Code.PARENT_FAILED.value, "message": "A job that it was to come after did not complete."}


@dataclass(frozen=True, slots=True)
class Booking:
    """A job joins the line at its start time, once the jobs that it comes after have completed."""

    start_at: datetime | None
    after: tuple[UUID, ...]  # that have not completed yet

    def wait(self) -> Wait:
        return wait_of(self.start_at, self.after)


def booking(request: JobRequest, parents: Mapping[UUID, Status], now: datetime) -> Booking | Refusal | None:
    """None: it joins the line at once. `parents`: how those of the request stand that are the caller's own."""
    for parent in request.after:
        status = parents.get(parent)
        if status is None:
            return Refusal(Code.NOT_FOUND, {"what": "parent job"})
        if status in (Status.FAILED, Status.CANCELLED):
            return Refusal(Code.PARENT_FAILED, {"job": str(parent), "status": status.lower()})
    if request.start_at and request.start_at - now > LONGEST_AHEAD:
        return Refusal(Code.TOO_FAR_AHEAD, {"limit_days": LONGEST_AHEAD.days})
    start_at = request.start_at if request.start_at and request.start_at > now else None
    after = tuple(parent for parent in dict.fromkeys(request.after) if parents[parent] is not Status.COMPLETED)
    return Booking(start_at, after) if start_at or after else None


def wait_of(start_at: datetime | None, after: Collection[UUID]) -> Wait:
    """What a job with a booking waits for; `after`: the jobs that have not completed yet."""
    return Wait(position=0, seconds=None, why=Why.PARENT if after else Why.START_TIME, until=start_at)


def request_of(capability: str, params: Mapping[str, Any]) -> JobRequest:
    """The request of a job as the rules take it, with everything chosen that was chosen when it was asked for."""
    asked = {name: params[name] for name in JobRequest.model_fields if name in params}
    return JobRequest.model_construct(capability=Capability(capability), **asked)

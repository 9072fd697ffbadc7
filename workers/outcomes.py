"""How an attempt's end is told: pure rules from what was made, or what went wrong, to an Outcome."""

from collections.abc import Sequence
from typing import assert_never

from scheduler.wire import Assignment, Made, Outcome
from workers.attempt import Attempt, CallOff
from workers.disk import is_full
from workers.engines.protocol import BadRequest, OutOfMemory
from workers.store import StoreFailed

MESSAGE_LIMIT, FAULT_LIMIT = 500, 50
Result = Sequence[Made] | BaseException


def outcome_of(worker_id: str, attempt: Attempt, result: Result, run_seconds: float) -> Outcome | None:
    """What to tell the scheduler; None when nobody waits for this attempt any more."""
    if attempt.calloff is CallOff.SUPERSEDED:
        return None
    outcome = blank(worker_id, attempt.assignment, run_seconds)
    if not isinstance(result, BaseException):
        return outcome.model_copy(update={"status": "completed", "artifacts": list(result)})
    if attempt.calloff is not None:
        return outcome.model_copy(update=called_off(attempt.calloff, attempt.fraction))
    return outcome.model_copy(update=failed(result))


def blank(worker_id: str, assignment: Assignment, run_seconds: float) -> Outcome:
    return Outcome(
        worker_id=worker_id,
        job_id=assignment.job_id,
        attempt=assignment.attempt,
        lease_token=assignment.lease_token,
        status="handed_back",
        run_seconds=round(run_seconds, 3),
    )


def called_off(why: CallOff, fraction: float) -> dict[str, object]:
    match why:
        case CallOff.CANCELLED:
            return {"status": "cancelled", "unused_fraction": 1 - fraction}
        case CallOff.TIMED_OUT:
            return failure("timeout", "It took longer than it may take.", retryable=False)
        case CallOff.HANDED_BACK | CallOff.SUPERSEDED:
            return {"status": "handed_back"}
        case _:
            assert_never(why)


def failed(error: BaseException) -> dict[str, object]:
    """The engine's own words only where they were written for people; the rest is for the log."""
    match error:
        case BadRequest():
            return failure("bad_request", error.message, retryable=False, fault=error.code)
        case OutOfMemory() | MemoryError():
            return failure("out_of_memory", "The worker has not enough memory for this.", retryable=True)
        case StoreFailed():
            return failure("store_failed", "The result could not be stored.", retryable=True)
        case OSError() if is_full(error):
            return failure("store_failed", "The result could not be stored.", retryable=True)
        case _:
            return failure("engine_failed", "The engine failed.", retryable=True)


def failure(code: str, message: str, *, retryable: bool, fault: str | None = None) -> dict[str, object]:
    safe = message.replace("\0", "")[:MESSAGE_LIMIT]
    told = {"error_code": code, "error_fault": fault[:FAULT_LIMIT] if fault else None, "error_message": safe}
    return {"status": "failed", **told, "retryable": retryable}

"""Why a job waits, as people are told it: pure."""

from typing import assert_never

from scheduler.jobs.model import Why
from scheduler.jobs.queue import Reason


def why_of(reason: Reason, position: int) -> Why:
    """The policy's reason as people are told it."""
    match reason:
        case Reason.PAUSED:
            return Why.PAUSED
        case Reason.IMPOSSIBLE | Reason.DRAINING:
            return Why.NO_WORKER
        case Reason.LIMIT:
            return Why.OWN_JOBS
        case Reason.OWN | Reason.LOADING | Reason.TURN:
            return Why.TURN if position > 1 else Why.NEXT
        case _:
            assert_never(reason)

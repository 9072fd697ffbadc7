"""One attempt in this worker's hands: what was assigned, how far it is, and whether it was called off."""

from dataclasses import dataclass
from enum import StrEnum

from scheduler.wire import Assignment, AttemptRef


class CallOff(StrEnum):
    """Why an attempt must stop before its end."""

    CANCELLED = "cancelled"
    TIMED_OUT = "timed_out"
    HANDED_BACK = "handed_back"
    SUPERSEDED = "superseded"  # a later attempt of the same job is here; nobody waits for this one


@dataclass(slots=True, eq=False)
class Attempt:
    """Written by the event loop, except `fraction`, which the engine's thread writes."""

    assignment: Assignment
    calloff: CallOff | None = None
    begun: bool = False  # it has a slot
    fraction: float = 0.0

    @property
    def ref(self) -> AttemptRef:
        return AttemptRef(job_id=self.assignment.job_id, attempt=self.assignment.attempt)

    def call_off(self, why: CallOff) -> None:
        """Ask it to stop at its next report; the first reason stands."""
        self.calloff = self.calloff or why

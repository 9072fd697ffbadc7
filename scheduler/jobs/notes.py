"""What others in this process leave for the dispatcher's next round."""

from dataclasses import dataclass, field
from uuid import UUID

from scheduler.jobs.line import Line
from scheduler.jobs.queries.open import OpenJob
from scheduler.wire import Beat


@dataclass(slots=True)
class Notes:
    """What was heard since the last tick."""

    admitted: dict[UUID, OpenJob] = field(default_factory=dict)
    ended: set[UUID] = field(default_factory=set)
    changed: set[UUID] = field(default_factory=set)
    beats: dict[str, Beat] = field(default_factory=dict)

    def bring_into(self, line: Line, now: float) -> None:
        """What needs no look at the database."""
        for job_id in self.ended:
            line.remove(job_id, now)
        for job in self.admitted.values():
            if job.id not in self.ended:
                line.place(job, now)

    def __bool__(self) -> bool:
        return bool(self.admitted or self.ended or self.changed or self.beats)

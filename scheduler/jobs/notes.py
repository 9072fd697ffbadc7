"""What others in this process leave for the dispatcher's next round."""

from dataclasses import dataclass, field
from uuid import UUID

from scheduler.jobs.queries.open import OpenJob
from scheduler.wire import Beat


@dataclass(slots=True)
class Notes:
    """What was heard since the last tick."""

    admitted: dict[UUID, OpenJob] = field(default_factory=dict)
    ended: set[UUID] = field(default_factory=set)
    changed: set[UUID] = field(default_factory=set)
    beats: dict[str, Beat] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.admitted or self.ended or self.changed or self.beats)

"""How evenly the users of a class are served: Jain's index over those who always had jobs waiting."""

from collections.abc import Sequence
from dataclasses import dataclass

ENOUGH = 20  # jobs of each in the mean: of fewer the index tells how large the jobs were, not how the shares were


@dataclass(slots=True)
class Backlog:
    """A user with jobs waiting, and what was started of theirs since the window began."""

    since: float
    waiting: int = 0
    started: int = 0
    tokens: float = 0.0


class Fairness:
    """Of one class. A window lasts until those who waited all through it have had enough jobs to be compared."""

    def __init__(self) -> None:
        self.backlogs: dict[int, Backlog] = {}
        self.began = 0.0
        self.indices: list[float] = []  # one for each window

    def arrived(self, user_id: int, now: float) -> None:
        backlog = self.backlogs.get(user_id)
        if backlog is None:
            backlog = self.backlogs[user_id] = Backlog(now)
        backlog.waiting += 1

    def started(self, user_id: int, tokens: float) -> None:
        backlog = self.backlogs[user_id]
        backlog.waiting -= 1
        backlog.started += 1
        backlog.tokens += tokens
        if not backlog.waiting:
            del self.backlogs[user_id]

    def look(self, now: float) -> None:
        """Close the window if there is enough in it, or nobody to compare."""
        patient = [backlog for backlog in self.backlogs.values() if backlog.since <= self.began]
        if len(patient) > 1:
            if sum(backlog.started for backlog in patient) < ENOUGH * len(patient):
                return
            self.indices.append(jain([backlog.tokens for backlog in patient]))
        self.began = now
        for backlog in self.backlogs.values():
            backlog.started, backlog.tokens = 0, 0.0

    @property
    def index(self) -> float | None:
        """The mean of the windows; None where nobody waited for long enough."""
        return sum(self.indices) / len(self.indices) if self.indices else None


def jain(values: Sequence[float]) -> float:
    """Jain's index of fairness (1984): 1 when all have the same, 1/n when one has everything."""
    return sum(values) ** 2 / (len(values) * sum(value * value for value in values))

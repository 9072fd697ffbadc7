"""Lines that were not served for long: when they rise, and what they share as visitors of a class."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

from scheduler.jobs.policy.lines import NOT_AGEING, Line
from scheduler.jobs.policy.model import CLASSES

TOP = CLASSES - 1
MOST_RISES = 8  # in one decision: after an outage everybody is due at once
MOST_LOOKS = 1000  # at entries that turn out to be old
SMALLEST = 1e-9  # tokens


@dataclass(slots=True, eq=False)
class Guests:
    """The risen lines of a class, as if they were one user. In virtual time they stand still while people come who were
    not there before, so that what they were served last is also worked off by what others of the class are: once it was
    as much for each who waits or runs, they are next."""

    tag: float = 0.0  # start tag
    debt: float = 0.0  # tokens that each other user gets first
    count: int = 0  # lines

    @property
    def key(self) -> float:
        return self.tag if self.debt else 0.0

    def join(self, present: float) -> None:
        """The first line joins at the present."""
        self.tag = max(self.tag, present)

    def served(self, cost: float) -> None:
        self.tag += cost
        self.debt = cost

    def others_served(self, cost: float, users: int, present: float) -> None:
        """Somebody at home got so much, while so many users wait or run."""
        if self.debt:
            self.debt -= cost / users
            if self.debt < SMALLEST:
                self.debt, self.tag = 0.0, min(self.tag, present)


class Ageing:
    """Lines in the order in which they will rise: a queue for each rise, for all lines wait equally long for it. Only
    what is near at hand is looked at: there may be a million lines."""

    def __init__(self, seconds: float) -> None:
        self.steps = [Step(seconds * (n + 1)) for n in range(TOP)]  # by the rises that a line has behind it
        self.newest = NOT_AGEING

    def begin(self, line: Line, since: float) -> None:
        """It counts as waiting since then, but not as older than who was counted before it."""
        line.since = self.newest = max(self.newest, since)
        if line.level < TOP:
            self.steps[0].put(line, line.since)

    def due(self, now: float) -> Iterator[tuple[Line, int]]:
        """Lines that rise now, and to which class. Those come first that wait for longest, so that each queue is in the
        order of age, though a line that is due for several rises makes them at once."""
        rises = looks = 0
        while rises < MOST_RISES and looks < MOST_LOOKS:
            looks += 1
            number, first = -1, now
            for n, step in enumerate(self.steps):
                if step.sinces and step.sinces[0] < first and step.sinces[0] + step.age <= now:
                    number, first = n, step.sinces[0]
            if number < 0:
                return
            line, since = self.steps[number].lines.popleft(), self.steps[number].sinces.popleft()
            if awaits(line, since, number):
                rises += 1
                level, home = line.level + 1, line.lane.level
                while level < TOP and since + self.steps[level - home].age <= now:
                    level += 1
                yield line, level
                if level < TOP:
                    self.steps[level - home].put(line, since)


def awaits(line: Line, since: float, rises: int) -> bool:
    """Whether it has waited ever since, and for the rise after so many."""
    return line.since is since and line.level - line.lane.level == rises


@dataclass(slots=True, eq=False)
class Step:
    """Lines that wait for a rise, and since when each waits: the very object, or it was served meanwhile."""

    age: float
    lines: deque[Line] = field(default_factory=deque)
    sinces: deque[float] = field(default_factory=deque)

    def put(self, line: Line, since: float) -> None:
        self.lines.append(line)
        self.sinces.append(since)

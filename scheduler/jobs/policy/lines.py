"""Users, what they are charged, and their lines of waiting jobs."""

from bisect import bisect_left, insort
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from heapq import heappop, heapreplace
from operator import attrgetter

from scheduler.jobs.kinds import Kind
from scheduler.jobs.policy.model import CLASSES, Server, Waiting

by_seq = attrgetter("seq")


@dataclass(slots=True, eq=False)
class User:
    limit: int
    running: int = 0
    members: "list[Member]" = field(default_factory=list)

    @property
    def full(self) -> bool:
        return self.running >= self.limit

    def member(self, level: int) -> "Member | None":
        for member in self.members:
            if member.level == level:
                return member
        return None


@dataclass(slots=True, eq=False)
class Member:
    """One user in one class: what is charged."""

    user: User
    level: int
    served: float = 0.0  # tokens dispatched
    tokens: float = 0.0  # waiting
    bucket: int = 0  # of the crowd's histogram, by these tokens
    jobs: int = 0  # waiting
    lines: "list[Line]" = field(default_factory=list)

    def line(self, aisle: "Aisle") -> "Line | None":
        for line in self.lines:
            if line.aisle is aisle:
                return line
        return None


@dataclass(slots=True, eq=False)
class Line:
    """The waiting jobs of one user, class and kind, in order of admission."""

    member: Member
    aisle: "Aisle"
    level: int  # up to this class it is a visitor after it has aged; its home is its member's class
    number: int  # of all lines, in the order they were made
    jobs: list[Waiting] = field(default_factory=list)
    first: int = 0  # those before it are gone
    offset: float = 0.0  # lifts the line to the present of the workers it competes on
    since: float = 0.0  # when it joined or was served last
    stamp: int = 0  # of its one valid entry at home; 0: none, it is empty or its user's limit is reached
    visit: int = 0  # of its one valid entry among the visitors; 0: none

    @property
    def key(self) -> float:
        """Its start tag. Serving any line of a member moves all of them: more models buy no larger share."""
        return self.member.served + self.offset

    def __len__(self) -> int:
        return len(self.jobs) - self.first

    def head(self) -> Waiting:
        return self.jobs[self.first]

    def put(self, job: Waiting) -> int:
        """Returns its place."""
        if not self.jobs or job.seq > self.jobs[-1].seq:
            self.jobs.append(job)
        else:
            insort(self.jobs, job, lo=self.first, key=by_seq)
        return self.place(job)

    def place(self, job: Waiting) -> int:
        """How many of the line come before the job, which need not be in it."""
        if self.jobs and self.jobs[-1] is job:
            return len(self) - 1
        return bisect_left(self.jobs, job.seq, lo=self.first, key=by_seq) - self.first

    def pull(self, place: int) -> Waiting:
        if place:
            return self.jobs.pop(self.first + place)
        job = self.jobs[self.first]
        self.first += 1
        if self.first == len(self.jobs) or (self.first > 64 and 2 * self.first > len(self.jobs)):
            del self.jobs[: self.first]
            self.first = 0
        return job


@dataclass(slots=True, eq=False)
class Clock:
    """The virtual time of alike workers, one per class: the start tag served last."""

    at: list[float] = field(default_factory=lambda: [0.0] * CLASSES)


@dataclass(slots=True, eq=False)
class Lane:
    """The lines of one kind that are at home in one class. A line's key only grows while it is here, so that the key of
    an old entry is a lower bound; it is put right when it surfaces."""

    aisle: "Aisle"
    level: int
    residents: list[tuple[float, float, int, Line]] = field(default_factory=list)  # heap of key, since, stamp, line
    risen: deque[tuple[int, Line]] = field(default_factory=deque)  # visitors of higher classes, those highest up first

    def resident(self) -> Line | None:
        """The first, after removing what is gone or must wait for its own user."""
        heap = self.residents
        while heap:
            key, since, stamp, line = heap[0]
            member = line.member
            if stamp != line.stamp:
                heappop(heap)
            elif member.user.running >= member.user.limit:
                heappop(heap)
                line.stamp = 0
            elif key < (actual := member.served + line.offset) or since < line.since:
                heapreplace(heap, (actual, line.since, stamp, line))
            else:
                return line
        return None

    def visitor(self, level: int) -> Line | None:
        """The first of those that aged into this class, or beyond."""
        while self.risen:
            visit, line = self.risen[0]
            if visit == line.visit and not line.member.user.full:
                return line if line.level >= level else None
            self.risen.popleft()
            self.aisle.visits -= 1
            if visit == line.visit:
                line.visit = 0
        return None


@dataclass(slots=True, eq=False)
class Aisle:
    """A kind: its lanes, who can run it, and whose clocks a line that joins is set by."""

    kind: Kind
    model: str = ""
    lanes: list[Lane] = field(default_factory=list)
    able: dict[str, Server] = field(default_factory=dict)
    holding: dict[str, Server] = field(default_factory=dict)  # of these, who has the model loaded and is not draining
    rate: float = 0.0  # tokens a second of those holding
    visits: int = 0  # entries of its lines among the visitors, old ones included
    clocks: list[Clock] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.model = self.kind.model
        self.lanes = [Lane(self, level) for level in range(CLASSES)]

    def meet(self, server: Server, clock: Clock) -> None:
        """A worker that can run it came, or changed."""
        self.able[server.id] = server
        if not any(one is clock for one in self.clocks):
            self.clocks.append(clock)
        if self.kind.model in server.warm and not server.draining:
            self.holding[server.id] = server
        else:
            self.holding.pop(server.id, None)
        self._measure()

    def lose(self, server_id: str) -> None:
        self.able.pop(server_id, None)
        self.holding.pop(server_id, None)
        self._measure()

    def _measure(self) -> None:
        self.rate = sum(server.rate(self.kind.model) for server in self.holding.values())

    def present(self, level: int) -> float:
        """No credit for idleness: the largest virtual time among those that could serve this kind."""
        return max((clock.at[level] for clock in self.clocks), default=0.0)


def lines_of(user: User) -> Iterator[Line]:
    return (line for member in user.members for line in member.lines)

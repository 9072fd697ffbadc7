"""Users, what they are charged, and their lines of waiting jobs."""

from bisect import bisect_left, bisect_right, insort
from collections import deque
from dataclasses import dataclass, field
from heapq import heappop, heappush, heapreplace
from operator import attrgetter

from scheduler.jobs.kinds import Kind
from scheduler.jobs.policy.model import CLASSES, Server, Waiting

by_seq = attrgetter("seq")


NOT_AGEING = float("-inf")  # it is empty, or its user's limit is reached
Entry = tuple[float, float, int, "Line"]  # key, since, seq of its first job: the order of service


@dataclass(slots=True, eq=False)
class User:
    limit: int
    running: int = 0
    members: "list[Member]" = field(default_factory=list)
    lines: "list[Line]" = field(default_factory=list)

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
    joined: int = 0  # the number of the job with which it came to wait

    @property
    def lines(self) -> "list[Line]":
        return [line for line in self.user.lines if line.member is self]

    def line(self, aisle: "Aisle") -> "Line | None":
        for line in self.user.lines:
            if line.aisle is aisle and line.member is self:
                return line
        return None


@dataclass(slots=True, eq=False)
class Line:
    """The waiting jobs of one user, class and kind, in order of admission. There are as many as jobs where everybody
    has one, so that it holds little."""

    member: Member
    aisle: "Aisle"
    level: int  # up to this class it is a visitor after it has aged; its home is its member's class
    lane: "Lane"  # where it stands, by what its first job avoids
    jobs: list[Waiting] | tuple[Waiting, ...] = ()  # a list where there were several
    first: int = 0  # those before it are gone
    offset: float = 0.0  # lifts the line to the present of the workers it competes on
    since: float = NOT_AGEING  # when it joined or was served last
    entry: Entry | None = None  # its one valid one in its lane; none: it is empty or its user's limit is reached

    @property
    def key(self) -> float:
        """Its start tag. Serving any line of a member moves all of them: more models buy no larger share."""
        served = self.member.served
        return served + self.offset if served else self.offset  # the same number: many lines share it

    @property
    def risen(self) -> bool:
        return self.level > self.member.level

    def __len__(self) -> int:
        return len(self.jobs) - self.first

    def head(self) -> Waiting:
        return self.jobs[self.first]

    def put(self, job: Waiting) -> int:
        """Returns its place."""
        if not self.jobs:
            self.jobs = (job,)
            return 0
        if isinstance(self.jobs, tuple):
            self.jobs = [*self.jobs]
        if job.seq > self.jobs[-1].seq:
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
        if isinstance(self.jobs, tuple):
            (job,), self.jobs = self.jobs, ()
            return job
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

    like: Server  # one of them
    at: list[float] = field(default_factory=lambda: [0.0] * CLASSES)
    room: int = 0  # jobs that they run at a time


@dataclass(slots=True, eq=False)
class Lane:
    """The lines of one kind that are at home in one class and whose first jobs avoid the same workers. A line's key
    only grows while it is here, so that the key of an old entry is a lower bound; it is put right when it surfaces."""

    level: int
    residents: list[Entry] = field(default_factory=list)  # heap
    risen: deque["Line"] = field(default_factory=deque)  # visitors of higher classes, those highest up first
    sinces: deque[float] = field(default_factory=deque)  # of these, as they were then

    @property
    def empty(self) -> bool:
        return not self.residents and not self.risen

    def enter(self, line: Line) -> None:
        line.lane = self
        line.entry = line.key, line.since, line.jobs[line.first].seq, line
        heappush(self.residents, line.entry)

    def resident(self) -> Entry | None:
        """The first, after removing what is gone or must wait for its own user."""
        heap = self.residents
        while heap:
            entry = heap[0]
            key, since, seq, line = entry
            if line.entry is not entry:
                heappop(heap)
                continue
            member, job = line.member, line.jobs[line.first]
            served = member.served
            actual = served + line.offset if served else line.offset
            if member.user.running >= member.user.limit:
                heappop(heap)
                line.entry = None
            elif key == actual and since == line.since and seq == job.seq:
                return entry
            else:
                line.entry = actual, line.since, job.seq, line
                heapreplace(heap, line.entry)
        return None

    def rise(self, line: Line) -> None:
        """It visits higher classes from now on: nearly always after all others, or else among them by its age."""
        place = len(self.sinces)
        if place and self.sinces[-1] > line.since:
            place = bisect_right(self.sinces, line.since)
        self.sinces.insert(place, line.since)
        self.risen.insert(place, line)

    def visitor(self, level: int) -> Line | None:
        """The first of those that aged into this class, or beyond."""
        while self.risen:
            line = self.risen[0]
            if line.since is self.sinces[0] and line.level > self.level and line.lane is self:
                return line if line.level >= level else None
            self.risen.popleft()
            self.sinces.popleft()
        return None


@dataclass(slots=True, eq=False)
class Aisle:
    """A kind: its lanes, who can run it, and whose clocks a line that joins is set by."""

    kind: Kind
    model: str = ""
    rows: dict[frozenset[str], list[Lane]] = field(default_factory=dict)  # by what is avoided: a lane for each class
    able: dict[str, Server] = field(default_factory=dict)
    holding: dict[str, Server] = field(default_factory=dict)  # of these, who has the model loaded and is not draining
    rate: float = 0.0  # tokens a second of those holding
    clocks: list[Clock] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.model = self.kind.model
        self.row(frozenset())

    def row(self, avoid: frozenset[str]) -> list[Lane]:
        """Those who avoid nobody come first; an old row that nobody stands in any more makes room for a new one."""
        if avoid not in self.rows:
            for old in [old for old, lanes in self.rows.items() if old and all(lane.empty for lane in lanes)]:
                del self.rows[old]
            self.rows[avoid] = [Lane(level) for level in range(CLASSES)]
        return self.rows[avoid]

    def avoids(self, avoid: frozenset[str], server: Server) -> bool:
        """Whether these jobs failed there, and somebody else is here who can run them."""
        return server.name in avoid and any(
            not other.draining and other.name not in avoid for other in self.able.values()
        )

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

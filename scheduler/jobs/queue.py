"""Which waiting job a worker gets next: the policy, pure. No clock, no I/O.

In this order: can the worker run it; the class (the plan's priority, strict); start-time fair queueing over the users
of the class in tokens dispatched (Goyal, Vin, Cheng 1996); the plan's limit of jobs at a time. A *line* is the waiting
jobs of one user, class and kind, in order of admission. Serving any line of a user charges the user, so that asking for
more models buys no larger share; who joins or comes back starts at the present, without credit for idleness.

One heap of lines for each class and kind. A line's key only grows while it is in the heap, so a stale key is a lower
bound and is put right when it surfaces: a decision costs O(kinds + log lines), amortised.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from heapq import heappop, heappush, heapreplace
from uuid import UUID

from scheduler.jobs.kinds import Kind

CLASSES = 4
NEWCOMER_STEP = 1 / 200  # of a job's cost: virtual time moves on even when every job is of somebody new


@dataclass(frozen=True, slots=True)
class Waiting:
    """A job that could start."""

    id: UUID
    seq: int  # order of admission; a retry keeps it
    user_id: int
    priority: int  # 0..3
    kind: Kind
    cost: float  # tokens held
    avoid: frozenset[str] = frozenset()  # names of workers it failed on


@dataclass(frozen=True, slots=True)
class Server:
    """A worker with a free slot."""

    name: str
    models: dict[str, int]  # model -> longest side it can make

    def can(self, kind: Kind) -> bool:
        return self.models.get(kind.model, 0) >= kind.side


@dataclass(slots=True)
class Member:
    """One user in one class: what is charged."""

    served: float = 0.0  # virtual time up to which the user was served
    waiting: int = 0


@dataclass(slots=True)
class User:
    limit: int
    running: int = 0
    members: dict[int, Member] = field(default_factory=dict)
    lines: dict[tuple[int, Kind], "Line"] = field(default_factory=dict)

    @property
    def full(self) -> bool:
        return self.running >= self.limit


@dataclass(slots=True)
class Line:
    user: User
    member: Member
    jobs: list[tuple[int, UUID]] = field(default_factory=list)  # heap by seq; cancelled ones are dropped later
    live: int = 0
    version: int = 0  # only the newest entry in a heap counts


Entry = tuple[float, int, int, Line]  # member's served, stamp, version, line


class Queue:
    """The waiting jobs, and how many of each user's run."""

    def __init__(self) -> None:
        self.jobs: dict[UUID, Waiting] = {}
        self.users: dict[int, User] = {}
        self.heaps: list[dict[Kind, list[Entry]]] = [{} for _ in range(CLASSES)]
        self.virtual = [0.0] * CLASSES
        self.stamp = 0

    def add(self, job: Waiting, limit: int) -> None:
        """A job is ready to run, or comes back for another try; `limit` is what its user may run at a time."""
        if job.id in self.jobs:
            return
        user = self.user(job.user_id, limit)
        member = user.members.setdefault(job.priority, Member())
        if not member.waiting:
            member.served = max(member.served, self.virtual[job.priority])
        line = user.lines.setdefault((job.priority, job.kind), Line(user, member))
        self.jobs[job.id] = job
        heappush(line.jobs, (job.seq, job.id))
        line.live += 1
        member.waiting += 1
        if line.live == 1:
            self._enter(job.priority, job.kind, line)

    def discard(self, job_id: UUID) -> bool:
        """A waiting job was cancelled, or turned out to be gone."""
        job = self.jobs.pop(job_id, None)
        if job is None:
            return False
        user = self.users[job.user_id]
        self._leave(user.lines[job.priority, job.kind])
        self._forget_idle(job.user_id, user)
        return True

    def user(self, user_id: int, limit: int) -> User:
        """The user, with the limit as it is now."""
        user = self.users.setdefault(user_id, User(limit))
        was_full, user.limit = user.full, limit
        if was_full and not user.full:
            self._unpark(user)
        return user

    def set_limit(self, user_id: int, limit: int) -> None:
        """The plan of a user has changed."""
        if user_id in self.users:
            self.user(user_id, limit)

    def forget_idle(self) -> None:
        """Drop the users whom virtual time has overtaken since they left. Now and then, to keep memory bounded."""
        for user_id, user in list(self.users.items()):
            self._forget_idle(user_id, user)

    def start(self, user_id: int, limit: int) -> None:
        """A job of the user runs that was not taken here: it ran before this queue was built."""
        self.user(user_id, limit).running += 1

    def finish(self, user_id: int) -> None:
        """A running job of the user ended, or waits again."""
        user = self.users.get(user_id)
        if user is None:
            return
        was_full = user.full
        user.running = max(0, user.running - 1)
        if was_full and not user.full:
            self._unpark(user)
        self._forget_idle(user_id, user)

    def take(self, server: Server, others: tuple[Server, ...] = ()) -> Waiting | None:
        """The next job for a free slot of `server`, or None. `others` are the live workers beside it: a job avoids
        the ones it failed on only while another one could run it."""
        for level in reversed(range(CLASSES)):
            kinds = [kind for kind in self.heaps[level] if server.can(kind)]
            heads = [head for kind in kinds if (head := self._head_for(server, others, level, kind))]
            if heads:
                served, _, _, line = min(heads, key=lambda head: head[:2])
                return self._dispatch(level, line, served)
        return None

    def ahead(self, job: Waiting) -> int:
        """How many waiting jobs will be served before this one, were all workers alike: those of higher classes, and
        of its own class each user's jobs up to the same virtual time. The job need not be here yet."""
        user = self.users.get(job.user_id) or User(1)
        member = user.members.get(job.priority) or Member(self.virtual[job.priority])
        mine = sum(1 for other in self._of(user, job.priority) if other.seq < job.seq)
        reach = member.served + mine * job.cost
        count = mine
        for other in self.users.values():
            for level, theirs in other.members.items():
                if level > job.priority:
                    count += theirs.waiting
                elif level == job.priority and other is not user and theirs.waiting:
                    count += sum(1 for _ in self._until(other, level, theirs.served, reach, job.seq))
        return count

    def _of(self, user: User, level: int) -> Iterator[Waiting]:
        for (at, _), line in user.lines.items():
            if at == level:
                yield from (self.jobs[job_id] for job_id in {job_id for _, job_id in line.jobs} & self.jobs.keys())

    def _until(self, user: User, level: int, served: float, reach: float, seq: int) -> Iterator[Waiting]:
        """The user's jobs whose start tags come before `reach`, or at it with an earlier admission."""
        for job in sorted(self._of(user, level), key=lambda one: one.seq):
            if served > reach or (served == reach and job.seq > seq):
                return
            yield job
            served += job.cost

    def _head_for(self, server: Server, others: tuple[Server, ...], level: int, kind: Kind) -> Entry | None:
        """The first line whose next job need not avoid the server; those before it are put back."""
        aside = []
        while (head := self._head(level, kind)) and self._avoids(self.jobs[head[3].jobs[0][1]], server, others):
            aside.append(heappop(self.heaps[level][kind]))
        for entry in aside:
            heappush(self.heaps[level].setdefault(kind, []), entry)
        return head

    def _avoids(self, job: Waiting, server: Server, others: tuple[Server, ...]) -> bool:
        return server.name in job.avoid and any(o.can(job.kind) and o.name not in job.avoid for o in others)

    def _head(self, level: int, kind: Kind) -> Entry | None:
        """The first line of a kind that may be served; repairs what surfaces on the way."""
        heap = self.heaps[level][kind]
        while heap:
            served, stamp, version, line = heap[0]
            if version != line.version or not line.live:
                heappop(heap)
            elif line.user.full:
                heappop(heap)
                line.version = -line.version  # parked: entered again when one of the user's jobs ends
            elif served < line.member.served:
                heapreplace(heap, (line.member.served, stamp, version, line))
            else:
                while line.jobs[0][1] not in self.jobs:
                    heappop(line.jobs)
                return heap[0]
        del self.heaps[level][kind]
        return None

    def _dispatch(self, level: int, line: Line, start: float) -> Waiting:
        job = self.jobs.pop(heappop(line.jobs)[1])
        self._leave(line)
        line.user.running += 1
        line.member.served = start + job.cost
        self.virtual[level] = max(self.virtual[level] + job.cost * NEWCOMER_STEP, start)
        return job

    def _enter(self, level: int, kind: Kind, line: Line) -> None:
        self.stamp += 1
        line.version = abs(line.version) + 1
        heappush(self.heaps[level].setdefault(kind, []), (line.member.served, self.stamp, line.version, line))

    def _leave(self, line: Line) -> None:
        line.live -= 1
        line.member.waiting -= 1
        if not line.live:
            line.jobs.clear()

    def _unpark(self, user: User) -> None:
        """A place is free again: the user's lines come back, at the present, without credit for the time parked."""
        for (level, kind), line in user.lines.items():
            line.member.served = max(line.member.served, self.virtual[level])
            if line.live and line.version <= 0:
                self._enter(level, kind, line)

    def _forget_idle(self, user_id: int, user: User) -> None:
        """Drop a user with nothing here whom virtual time has overtaken: nothing is lost by it."""
        if user.running or any(line.live for line in user.lines.values()):
            return
        if all(member.served <= self.virtual[level] for level, member in user.members.items()):
            del self.users[user_id]

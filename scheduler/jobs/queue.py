"""Which waiting job a worker gets next: the policy, pure. No clock, no I/O; `now` is always a parameter, in seconds.

In this order, in one decision for one worker:
1. possible: the worker can run the kind, does not drain, and need not be avoided by the job;
2. class: the plan's priority, strict. A line that was not served for `aging_seconds` rises by one class, as a visitor;
   all visitors of a class share one user's share of it, and where nobody is at home, nobody visits;
3. fair share: start-time fair queueing over the users of the class in tokens dispatched (Goyal, Vin, Cheng 1996);
4. limits: a user who runs as many jobs as the plan allows waits, and comes back without credit;
5. warm models: a job whose model is loaded may go before colder, earlier ones until their model was passed over for the
   bound W, or twice that while others serve it well enough or the worker is the only one that has a wanted model; an
   idle worker loads when that beats waiting for those who have the model. A look-ahead never loads;
6. batches: further jobs of the same kind, in the same order, up to the worker's limit.

A *line* is the waiting jobs of one user, class and kind, in order of admission; its key is what its user was served in
the class, lifted to the present of the workers that can run the kind when the line joined, so that idleness earns no
credit. A decision looks at the first line of each kind: O(kinds + log lines), amortised.
"""

from collections.abc import Collection
from heapq import heappop, heappush

from scheduler.jobs.policy.agenda import Agenda
from scheduler.jobs.policy.answers import Answers
from scheduler.jobs.policy.crowd import Ahead
from scheduler.jobs.policy.lines import Lane, Line
from scheduler.jobs.policy.model import CLASSES, LookAhead, Reason, Server, Taken, Waiting

__all__ = ["CLASSES", "Agenda", "Ahead", "LookAhead", "Queue", "Reason", "Server", "Taken", "Waiting"]

AGING_SECONDS = 300.0
NEWCOMER_STEP = 1 / 200  # of a job's cost: virtual time moves on even when every job is of somebody new
MOST_TOGETHER = 1000  # in one pass, whatever its worker says
TOP_DOWN = range(CLASSES - 1, -1, -1)

Head = tuple[float, float, int, Line, int]  # key, since, seq of its first job: the order of service; the class


class Queue(Answers):
    """The decision, and what can be said about what waits."""

    def __init__(self, aging_seconds: float = AGING_SECONDS, warm_bound_seconds: float | None = None) -> None:
        """`warm_bound_seconds`: W; None: three load times of the worker that asks."""
        super().__init__(aging_seconds, warm_bound_seconds)

    def take(self, server_id: str, now: float, ahead: LookAhead | None = None, most: int = MOST_TOGETHER) -> Taken:
        """What a free slot of the worker gets: at most so many jobs. `ahead`: to have at hand when what runs ends."""
        self._rise(now)
        server = self.servers[server_id]
        if server.draining or not self.jobs:
            return Taken()
        again_at: float | None = None
        judged: set[str] = set()
        warm: Head | None = None
        idle = ahead.idle if ahead else ()
        for level in TOP_DOWN:
            heads = self._heads(level, server, idle=idle)
            if not heads:
                continue
            if warm is None:
                warm = self._first_warm(heads, level, server, idle)
            head, at = self._choose(heads, warm, judged, server, now, ahead is not None)
            if head and ahead and head[3].aisle.model not in ahead.models:
                return Taken()
            if head:
                return self._dispatch(head, server, now, most)
            if warm:
                return Taken()  # a model must be loaded here, which a look-ahead does not
            again_at = at if again_at is None else min(again_at, at or again_at)
        return Taken(again_at=None if ahead else again_at)

    def _choose(
        self, heads: list[Head], warm: Head | None, judged: set[str], server: Server, now: float, ahead: bool
    ) -> tuple[Head | None, float | None]:
        """A line of this class, or the warm one, which may be of a lower class; or none and when to ask again."""
        again_at = None
        warmth, passed = self.warmth, len(heads)
        present = warm[0] if warm and warm[4] == heads[0][4] else None
        for n, head in enumerate(heads):
            key, aisle = head[0], head[3].aisle
            if present is not None and key >= present:  # equal keys are nobody's disadvantage
                passed = n
                break
            if aisle.model in judged:  # in a higher class already
                continue
            judged.add(aisle.model)
            late_at = warmth.late_at(server, aisle, now)
            if late_at <= now or (warm is None and warmth.pays(server, aisle)):
                if ahead:
                    return None, None
                warmth.loaded(aisle.model, now + server.load_seconds)
                return head, None
            again_at = late_at if again_at is None else min(again_at, late_at)
        if warmth.passed:
            for head in heads[passed:]:  # these are not behind: nobody passes them over
                model = head[3].aisle.model
                if model not in judged and model not in server.warm:
                    warmth.level_again(model)
        return warm, again_at

    def _heads(
        self, level: int, server: Server, models: Collection[str] = (), idle: Collection[str] = ()
    ) -> list[Head]:
        """The first line of each kind that the worker can run and none of the idle ones, of these models or of all that
        are not paused, in the order of the class. Where nobody is at home, there are no visitors: they are served with
        those of the highest class that is, so that a crowd which has aged does not come before people who pay."""
        heads: list[Head] = []
        visited: list[Lane] = []
        at_home = False
        for aisle in self.aisles.values():
            lane = aisle.lanes[level]
            if not lane.residents and not aisle.visits:
                continue
            if server.id not in aisle.able or aisle.model in self.paused:
                continue
            if idle and not aisle.able.keys().isdisjoint(idle):
                continue
            resident = lane.resident()
            if resident and (job := resident.jobs[resident.first]).avoid and (resident := self._willing(lane, server)):
                job = resident.head()
            at_home = at_home or resident is not None
            if models and aisle.model not in models:
                continue
            if resident:
                heads.append((resident.member.served + resident.offset, resident.since, job.seq, resident, level))
            if aisle.visits:
                visited += aisle.lanes[:level]
        if at_home and visited:
            visitors = (self._willing_visitor(lane, level, server) for lane in visited)
            key = self.visitors_key[level]
            heads += [(key, visitor.since, visitor.head().seq, visitor, level) for visitor in visitors if visitor]
        heads.sort()
        return heads

    def _first_warm(self, heads: list[Head], level: int, server: Server, idle: Collection[str]) -> Head | None:
        """The first line of a loaded model, in this class or below."""
        if not server.warm:
            return None
        for head in heads:
            if head[3].aisle.model in server.warm:
                return head
        below = (self._heads(lower, server, server.warm, idle) for lower in range(level - 1, -1, -1))
        return next((heads[0] for heads in below if heads), None)

    def _willing(self, lane: Lane, server: Server) -> Line | None:
        """The first line whose next job need not avoid the worker; those before it are put back."""
        aside = []
        while (line := lane.resident()) and self.avoids(line.head(), server):
            aside.append(heappop(lane.residents))
        for entry in aside:
            heappush(lane.residents, entry)
        return line

    def _willing_visitor(self, lane: Lane, level: int, server: Server) -> Line | None:
        first = lane.visitor(level)
        if first is None or not self.avoids(first.head(), server):
            return first
        valid = (line for visit, line in lane.risen if visit == line.visit and not line.member.user.full)
        return next((line for line in valid if line.level >= level and not self.avoids(line.head(), server)), None)

    def join(self, server_id: str, taken: Taken, now: float) -> Taken:
        """One job more for a pass that was taken this moment, where there is one and the worker has room for it: of the
        same class, else of a lower one."""
        server, kind = self.servers[server_id], taken.jobs[0].kind
        if len(taken.jobs) >= server.batch.get(kind.model, 1):
            return taken
        for level in range(taken.level, -1, -1):
            lines = (head[3] for head in self._heads(level, server, {kind.model}))
            if line := next((line for line in lines if line.aisle.kind == kind), None):
                return taken._replace(jobs=(*taken.jobs, self._serve(level, line, server, now)))
        return taken

    def _dispatch(self, head: Head, server: Server, now: float, most: int) -> Taken:
        """The line's next job, and as many of its kind as share the worker's pass."""
        line, level = head[3:]
        taken = Taken((self._serve(level, line, server, now),), level=level)
        while len(taken.jobs) < most and (more := self.join(server.id, taken, now)) is not taken:
            taken = more
        return taken

    def _serve(self, level: int, line: Line, server: Server, now: float) -> Waiting:
        member, start = line.member, line.key
        cost = line.head().cost
        if level > member.level:  # charged to the visitors and at home
            start = self.visitors_key[level]
            self.visitors_key[level] += cost
        clock = self.clock_of[server.id].at
        clock[level] = max(clock[level] + cost * NEWCOMER_STEP, start)
        member.served += cost
        member.user.running += 1
        self._go_home(line, now)
        return self._pull(line, 0)

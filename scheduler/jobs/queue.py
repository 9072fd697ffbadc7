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
credit. Lines whose first jobs avoid the same workers stand in lanes of their own. A decision looks at the first line of
each lane, and at visitors only where they could be before the first warm one: O(kinds + what is avoided + log lines),
amortised.
"""

from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

from scheduler.jobs.policy.agenda import Agenda
from scheduler.jobs.policy.answers import Answers
from scheduler.jobs.policy.crowd import Ahead
from scheduler.jobs.policy.lines import Aisle, Entry
from scheduler.jobs.policy.model import CLASSES, NEWCOMERS, LookAhead, Reason, Server, Taken, Waiting

__all__ = ["CLASSES", "Agenda", "Ahead", "LookAhead", "Queue", "Reason", "Server", "Taken", "Waiting"]

AGING_SECONDS = 300.0
NEWCOMER_STEP = 1 / NEWCOMERS  # of a job's cost: virtual time moves on even when every job is of somebody new
MOST_TOGETHER = 1000  # in one pass, whatever its worker says
TOP_DOWN = range(CLASSES - 1, -1, -1)


class Head(NamedTuple):
    entry: Entry
    level: int  # the class that it is served in

    @property
    def model(self) -> str:
        return self.entry[3].aisle.model


class Asking(NamedTuple):
    """A worker, and the aisles of what it may be given."""

    server: Server
    aisles: Sequence[Aisle]


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
        asking = self._asking(server, ahead.idle if ahead else ())
        again_at: float | None = None
        judged: set[str] = set()
        warm: Head | None = None
        for level in TOP_DOWN:
            heads = self._heads(level, asking, asking.aisles, server.warm)
            if not heads:
                continue
            if warm is None:
                warm = self._first_warm(heads, level, asking)
            head, at = self._choose(heads, level, warm, judged, asking, now, ahead is not None)
            if head and ahead and head.model not in ahead.models:
                return Taken()
            if head:
                return self._dispatch(head, server, now, most)
            if warm:
                return Taken()  # a model must be loaded here, which a look-ahead does not
            again_at = at if again_at is None else min(again_at, at or again_at)
        return Taken(again_at=None if ahead else again_at)

    def _asking(self, server: Server, idle: Collection[str] = ()) -> Asking:
        """What is paused, or can be run by idle workers, is not for it."""
        aisles = [aisle for aisle in self.aisles.values() if server.id in aisle.able and aisle.model not in self.paused]
        if idle:
            aisles = [aisle for aisle in aisles if aisle.able.keys().isdisjoint(idle)]
        return Asking(server, aisles)

    def _choose(
        self,
        heads: list[Entry],
        level: int,
        warm: Head | None,
        judged: set[str],
        asking: Asking,
        now: float,
        ahead: bool,
    ) -> tuple[Head | None, float | None]:
        """A line of this class, or the warm one, which may be of a lower class; or none and when to ask again."""
        again_at = None
        warmth, server, passed = self.warmth, asking.server, len(heads)
        present = warm.entry[0] if warm and warm.level == level else None
        for n, entry in enumerate(heads):
            aisle = entry[3].aisle
            if present is not None and entry[0] >= present:  # equal keys are nobody's disadvantage
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
                return Head(entry, level), None
            again_at = late_at if again_at is None else min(again_at, late_at)
        if warmth.passed:
            self._level_again(heads[passed:], level, judged, asking)
        return warm, again_at

    def _level_again(self, heads: list[Entry], level: int, judged: set[str], asking: Asking) -> None:
        """These are not behind: nobody passes their models over."""
        passed, here = self.warmth.passed, asking.server.warm
        for entry in heads:
            model = entry[3].aisle.model
            if model in passed and model not in judged and model not in here:
                del passed[model]
        if self.guests[level].count and (left := passed.keys() - judged - here):
            for entry in self._visitors(level, asking, [aisle for aisle in asking.aisles if aisle.model in left]):
                passed.pop(entry[3].aisle.model, None)

    def _heads(self, level: int, asking: Asking, aisles: Sequence[Aisle], enough: Collection[str]) -> list[Entry]:
        """The first line of each lane of these aisles that the worker may be given, in the order of the class. Where
        nobody is at home, there are no visitors: they are served with those of the highest class that is, so that a
        crowd which has aged does not come before people who pay. Nor are they where a line of the models that are
        `enough` comes before them all."""
        heads = self._residents(level, asking.server, aisles)
        heads.sort()
        guests = self.guests[level]
        if guests.count:
            key = guests.key
            first = next((entry[0] for entry in heads if entry[3].aisle.model in enough), None)
            if (first is None or first >= key) and (heads or self._residents(level, asking.server, asking.aisles)):
                heads += self._visitors(level, asking, aisles)
                heads.sort()
        return heads

    def _residents(self, level: int, server: Server, aisles: Iterable[Aisle]) -> list[Entry]:
        return [
            entry
            for aisle in aisles
            for avoid, row in aisle.rows.items()
            if row[level].residents and not (avoid and aisle.avoids(avoid, server)) and (entry := row[level].resident())
        ]

    def _visitors(self, level: int, asking: Asking, aisles: Iterable[Aisle]) -> list[Entry]:
        key = self.guests[level].key
        return [
            (key, line.since, line.head().seq, line)
            for aisle in aisles
            for avoid, row in aisle.rows.items()
            if not (avoid and aisle.avoids(avoid, asking.server))
            for lane in row[:level]
            if lane.risen and (line := lane.visitor(level))
        ]

    def _first_warm(self, heads: list[Entry], level: int, asking: Asking) -> Head | None:
        """The first line of a loaded model, in this class or below."""
        warm = asking.server.warm
        if not warm:
            return None
        for entry in heads:
            if entry[3].aisle.model in warm:
                return Head(entry, level)
        aisles = [aisle for aisle in asking.aisles if aisle.model in warm]
        for lower in range(level - 1, -1, -1) if aisles else ():
            if heads := self._heads(lower, asking, aisles, warm):
                return Head(heads[0], lower)
        return None

    def join(self, server_id: str, taken: Taken, now: float) -> Taken:
        """One job more for a pass that was taken this moment, where there is one and the worker has room for it: of the
        same class, else of a lower one."""
        server, kind = self.servers[server_id], taken.jobs[0].kind
        if len(taken.jobs) >= server.batch.get(kind.model, 1):
            return taken
        asking = self._asking(server)
        aisles = [aisle for aisle in asking.aisles if aisle.kind == kind]
        for level in range(taken.level, -1, -1):
            if heads := self._heads(level, asking, aisles, {kind.model}):
                more = self._serve(Head(heads[0], level), server, now)
                return taken._replace(jobs=(*taken.jobs, more))
        return taken

    def _dispatch(self, head: Head, server: Server, now: float, most: int) -> Taken:
        """The line's next job, and as many of its kind as share the worker's pass."""
        taken = Taken((self._serve(head, server, now),), level=head.level)
        while len(taken.jobs) < most and (more := self.join(server.id, taken, now)) is not taken:
            taken = more
        return taken

    def _serve(self, head: Head, server: Server, now: float) -> Waiting:
        line, level = head.entry[3], head.level
        member, start = line.member, line.key
        user, cost = member.user, line.head().cost
        clock, guests = self.clock_of[server.id], self.guests[level]
        if visits := level > member.level:  # charged to the visitors and at home
            start = guests.tag
            guests.served(cost)
        at = clock.at[level] = max(clock.at[level] + cost * NEWCOMER_STEP, start)
        if not visits:
            guests.others_served(cost, len(self.crowds[level].members) + clock.room, at)
        member.served += cost
        user.running += 1
        self._go_home(line)
        job = self._pull(line, 0)
        if line:
            self.ageing.begin(line, now)
        if user.full:
            self._fill(user)
        return job

"""The policy once more, in the plainest words: no heaps, no books; every question looks at every waiting job."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from uuid import UUID

from scheduler.jobs.kinds import Kind
from scheduler.jobs.policy.ageing import MOST_RISES
from scheduler.jobs.queue import NEWCOMER_STEP, LookAhead, Reason, Server, Waiting

NOBODY = float("inf")
Ability = tuple[frozenset[tuple[str, int]], frozenset[str], frozenset[str]]


@dataclass(eq=False)
class Line:
    """What one user wants of one kind in one class."""

    user: int
    home: int
    kind: Kind
    level: int
    since: float = 0.0
    begun: int = 0
    offset: float = 0.0
    rose: int = 0


@dataclass
class Reference:
    aging: float
    bound: float
    servers: dict[str, Server] = field(default_factory=dict)
    waiting: dict[UUID, Waiting] = field(default_factory=dict)
    running: dict[int, int] = field(default_factory=dict)
    limits: dict[int, int] = field(default_factory=dict)
    lines: list[Line] = field(default_factory=list)
    served: dict[tuple[int, int], float] = field(default_factory=dict)
    clocks: dict[tuple[Ability, int], float] = field(default_factory=dict)
    known: list[Server] = field(default_factory=list)  # everybody who was ever here, in every state
    paused: Collection[str] = ()
    visitors: list[float] = field(default_factory=lambda: [0.0] * 4)
    debts: list[float] = field(default_factory=lambda: [0.0] * 4)  # what each other user gets before the visitors
    passed: dict[str, float] = field(default_factory=dict)
    newest: float = -NOBODY  # since when the last one that was counted waits
    counted: int = 0
    rises: int = 0
    level: int = 0  # the class that the last job was served in
    idle: Collection[str] = ()  # a look-ahead leaves to these what they can run

    # What is known.

    def jobs_of(self, line: Line) -> list[Waiting]:
        mine = (line.user, line.home, line.kind)
        found = [job for job in self.waiting.values() if (job.user_id, job.priority, job.kind) == mine]
        return sorted(found, key=lambda job: job.seq)

    def line_of(self, job: Waiting) -> Line:
        for line in self.lines:
            if (line.user, line.home, line.kind) == (job.user_id, job.priority, job.kind):
                return line
        self.lines.append(Line(job.user_id, job.priority, job.kind, job.priority))
        return self.lines[-1]

    def standing(self) -> Iterator[Line]:
        """Lines that may be served now, but for what a worker can do."""
        return (line for line in self.lines if self.jobs_of(line) and not self.full(line.user))

    def full(self, user: int) -> bool:
        return self.running.get(user, 0) >= self.limits[user]

    def key(self, line: Line) -> float:
        return self.served.get((line.user, line.home), 0.0) + line.offset

    def present(self, kind: Kind, level: int) -> float:
        able = {ability_of(server) for server in self.known if can(server, kind)}
        return max((self.clocks.get((ability, level), 0.0) for ability in able), default=0.0)

    def lift(self, line: Line) -> None:
        ahead = self.present(line.kind, line.home) - self.served.get((line.user, line.home), 0.0)
        line.offset = max(line.offset, ahead)

    # What happens.

    def meet(self, server: Server) -> None:
        self.servers[server.id] = server
        self.known.append(server)

    def lose(self, server_id: str) -> None:
        del self.servers[server_id]

    def add(self, job: Waiting, limit: int, now: float, since: float | None = None) -> None:
        self.set_limit(job.user_id, limit, now)
        line = self.line_of(job)
        if not self.jobs_of(line):
            line.level = line.home
            if not self.full(job.user_id):
                self.begin(line, now if since is None else since)
            self.lift(line)
        self.waiting[job.id] = job

    def begin(self, line: Line, since: float) -> None:
        """Nobody waits for longer than who was counted before."""
        line.since = self.newest = max(self.newest, since)
        self.counted += 1
        line.begun, line.level = self.counted, line.home

    def start(self, user: int, limit: int, now: float) -> None:
        self.set_limit(user, limit, now)
        self.running[user] = self.running.get(user, 0) + 1

    def discard(self, job_id: UUID) -> None:
        job = self.waiting.pop(job_id)
        self.tidy(job.user_id)

    def why(self, job: Waiting) -> Reason:
        able = [server for server in self.servers.values() if can(server, job.kind)]
        ready = [server for server in able if not server.draining]
        alike = [one for one in self.waiting.values() if (one.user_id, one.kind) == (job.user_id, job.kind)]
        if job.kind.model in self.paused:
            return Reason.PAUSED
        if not able:
            return Reason.IMPOSSIBLE
        if not ready:
            return Reason.DRAINING
        if self.full(job.user_id):
            return Reason.LIMIT
        if min(alike, key=lambda one: one.seq) is not job:
            return Reason.OWN
        return Reason.TURN if any(job.kind.model in server.warm for server in ready) else Reason.LOADING

    def finish(self, user: int, now: float) -> None:
        was_full = self.full(user)
        self.running[user] -= 1
        self.come_back(user, was_full, now)
        self.tidy(user)

    def set_limit(self, user: int, limit: int, now: float) -> None:
        was_full = user in self.limits and self.full(user)
        self.limits[user] = limit
        self.come_back(user, was_full, now)

    def come_back(self, user: int, was_full: bool, now: float) -> None:
        if was_full and not self.full(user):
            for line in self.lines:
                if line.user == user and self.jobs_of(line):
                    self.begin(line, now)
                    self.lift(line)

    def refund(self, user: int, level: int, tokens: float) -> None:
        if (user, level) in self.served:
            self.served[user, level] -= tokens

    def tidy(self, user: int | None = None) -> None:
        """Who has nothing here and is not ahead of anybody begins anew; a model that nobody waits for is not behind."""
        for model in [model for model in self.passed if not self.wanted(model)]:
            del self.passed[model]
        for one in {line.user for line in self.lines} if user is None else {user}:
            mine = [line for line in self.lines if line.user == one]
            busy = self.running.get(one, 0) or any(self.jobs_of(line) for line in mine)
            if not busy and all(self.key(line) <= self.present(line.kind, line.home) for line in mine):
                self.lines = [line for line in self.lines if line.user != one]
                self.served = {who: tokens for who, tokens in self.served.items() if who[0] != one}

    # The decision.

    def take(
        self, server: Server, now: float, ahead: LookAhead | None, most: int
    ) -> tuple[list[Waiting], float | None]:
        """A pass of at most so many jobs, or when to ask again."""
        first, again_at = self.first(server, now, ahead)
        if first is None:
            return [], again_at
        together = [first]
        while len(together) < min(most, server.batch.get(first.kind.model, 1)):
            levels = [level for level in (3, 2, 1, 0) if level <= self.level]
            alike = [(line, level) for level in levels for line in self.heads(server, level) if line.kind == first.kind]
            if not alike:
                break
            together.append(self.serve(*alike[0], server, now))
        return together, again_at

    def first(self, server: Server, now: float, ahead: LookAhead | None) -> tuple[Waiting | None, float | None]:
        """A job, or when to ask again: a model may be loaded then, which a look-ahead does not."""
        self.idle = ahead.idle if ahead else ()
        self.rise(now)
        if server.draining:
            return None, None
        again: list[float] = []
        judged: set[str] = set()
        for level in (3, 2, 1, 0):
            heads = self.heads(server, level)
            if not heads:
                continue
            warm = [
                (line, lower)
                for lower in range(level, -1, -1)
                for line in self.heads(server, lower)
                if is_warm(line, server)
            ]
            here = warm[0][0] if warm and warm[0][1] == level else None
            behind = [line for line in heads if not here or self.before(line, here, level)]
            for line in behind:
                if line.kind.model in judged:
                    continue
                judged.add(line.kind.model)
                late = self.late_at(line, server, now)
                if late <= now or (not warm and self.pays(line, server)):
                    if ahead:
                        break
                    self.passed[line.kind.model] = now + server.load_seconds
                    self.level = level
                    return self.serve(line, level, server, now), None
                again.append(late)
            else:
                for line in heads:
                    if line not in behind and line.kind.model not in judged and not is_warm(line, server):
                        self.passed.pop(line.kind.model, None)
                if warm and ahead and warm[0][0].kind.model not in ahead.models:
                    return None, None
                if warm:
                    self.level = warm[0][1]
                    return self.serve(*warm[0], server, now), None
                continue
            if warm:
                return None, None
        return None, None if ahead else min(again, default=None)

    def heads(self, server: Server, level: int) -> list[Line]:
        """Of each kind the first line at home, and if there are any the first risen one of each lower class, in order
        of service."""
        able = [line for line in self.standing() if can(server, line.kind) and not self.avoids(line, server)]
        able = [line for line in able if line.kind.model not in self.paused]
        able = [line for line in able if not any(can(self.servers[other], line.kind) for other in self.idle)]
        residents = [line for line in able if line.home == level]
        risen = [line for line in able if line.home < level <= line.level]
        firsts: list[Line] = []
        for kind in {line.kind for line in able}:
            firsts += sorted((line for line in residents if line.kind == kind), key=lambda one: self.order(one, level))[
                :1
            ]
            for home in range(level) if residents else ():
                mine = [line for line in risen if (line.kind, line.home) == (kind, home)]
                firsts += sorted(mine, key=lambda line: line.rose)[:1]
        return sorted(firsts, key=lambda one: self.order(one, level))

    def order(self, line: Line, level: int) -> tuple[float, float, int]:
        key = self.visitors_key(level) if level > line.home else self.key(line)
        return key, line.since, self.jobs_of(line)[0].seq

    def visitors_key(self, level: int) -> float:
        return self.visitors[level] if self.debts[level] > 0 else 0.0

    def sharing(self, server: Server, level: int) -> int:
        """Users of the class who wait, and as many as workers like this one run at a time."""
        alike = [one for one in self.servers.values() if ability_of(one) == ability_of(server)]
        waiting = {job.user_id for job in self.waiting.values() if job.priority == level}
        return len(waiting) + sum(one.slots * max(one.batch.values(), default=1) for one in alike)

    def before(self, line: Line, other: Line, level: int) -> bool:
        """Strictly: equal keys are nobody's disadvantage."""
        return self.order(line, level)[0] < self.order(other, level)[0]

    def avoids(self, line: Line, server: Server) -> bool:
        avoid = self.jobs_of(line)[0].avoid
        others = (other for other in self.servers.values() if can(other, line.kind) and not other.draining)
        return server.name in avoid and any(other.name not in avoid for other in others)

    def serve(self, line: Line, level: int, server: Server, now: float) -> Waiting:
        job = self.jobs_of(line)[0]
        start = self.key(line)
        if level > line.home:
            start = self.visitors[level]
            self.visitors[level] += job.cost
            self.debts[level] = job.cost
        clock = ability_of(server), level
        self.clocks[clock] = max(self.clocks.get(clock, 0.0) + job.cost * NEWCOMER_STEP, start)
        if level == line.home and self.debts[level] > 0:
            self.debts[level] -= job.cost / self.sharing(server, level)
            if self.debts[level] < 1e-9:
                self.debts[level] = 0.0
                self.visitors[level] = min(self.visitors[level], self.clocks[clock])
        self.served[line.user, line.home] = self.served.get((line.user, line.home), 0.0) + job.cost
        self.running[line.user] = self.running.get(line.user, 0) + 1
        del self.waiting[job.id]
        line.level = line.home
        if self.jobs_of(line):
            self.begin(line, now)
        if not self.wanted(job.kind.model):
            self.passed.pop(job.kind.model, None)
        return job

    def rise(self, now: float) -> None:
        def due(line: Line) -> float:
            return line.since + self.aging * (line.level - line.home + 1)

        for _ in range(MOST_RISES):
            rising = [line for line in self.standing() if line.level < 3 and due(line) <= now]
            if not rising:
                break
            line = min(rising, key=lambda one: (one.since, one.level - one.home, one.begun))
            self.rises += 1
            line.rose = self.rises if line.level == line.home else line.rose
            while line.level < 3 and due(line) <= now:
                level = line.level + 1
                if not any(one.level >= level > one.home for one in self.standing()):
                    present = max((at for (_, of), at in self.clocks.items() if of == level), default=0.0)
                    self.visitors[level] = max(self.visitors[level], present)
                line.level = level

    # Models.

    def wanted(self, model: str) -> bool:
        return any(job.kind.model == model for job in self.waiting.values())

    def demand(self, model: str) -> float:
        """Tokens waiting, of each line only what its user's limit lets run."""
        lines = [line for line in self.lines if line.kind.model == model]
        return sum(job.cost for line in lines for job in self.jobs_of(line)[: self.limits[line.user]])

    def holders(self, model: str) -> list[Server]:
        return [server for server in self.servers.values() if model in server.warm and not server.draining]

    def late_at(self, line: Line, server: Server, now: float) -> float:
        model = line.kind.model
        since = self.passed.setdefault(model, now)
        if now < since + self.bound:
            return since + self.bound
        rate = sum(rate_of(one, model) for one in self.holders(model) if can(one, line.kind))
        if rate:
            left = self.demand(model) / rate
            patient = left <= server.load_seconds or any(self.drained(own, server) >= left for own in server.warm)
        else:
            able = [one for one in self.servers.values() if can(one, line.kind) and not one.draining]
            free = [one for one in able if model not in one.warm and not self.needed(one)]
            patient = self.needed(server) and bool(free)
        return since + self.bound * (2 if patient else 1)

    def drained(self, model: str, without: Server) -> float:
        rate = sum(rate_of(one, model) for one in self.holders(model) if one is not without)
        return self.demand(model) / rate if rate else NOBODY if self.demand(model) else 0.0

    def needed(self, server: Server) -> bool:
        return any(self.wanted(model) and self.only_holder(server, model) for model in server.warm)

    def only_holder(self, server: Server, model: str) -> bool:
        return all(one is server for one in self.holders(model))

    def pays(self, line: Line, server: Server) -> bool:
        model = line.kind.model
        rate = sum(rate_of(one, model) for one in self.holders(model) if can(one, line.kind))
        patience = 2 if any(self.only_holder(server, own) for own in server.warm) else 1
        return not rate or self.demand(model) / rate > server.load_seconds * patience


def can(server: Server, kind: Kind) -> bool:
    """Large enough, and with a picture to start from where one is needed, or without where none is understood."""
    if kind.model not in server.models or server.models[kind.model] < kind.side:
        return False
    return kind.model in server.takes_picture if kind.picture else kind.model not in server.needs_picture


def rate_of(server: Server, model: str) -> float:
    """Tokens a second."""
    return server.slots / server.paces.get(model, 1.0)


def ability_of(server: Server) -> Ability:
    return frozenset(server.models.items()), server.takes_picture, server.needs_picture


def is_warm(line: Line, server: Server) -> bool:
    return line.kind.model in server.warm

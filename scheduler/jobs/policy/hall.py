"""Who stands where: users, their lines in the aisles of their kinds, workers, limits and ageing."""

from collections.abc import Collection
from heapq import heappop, heappush
from uuid import UUID

from scheduler.jobs.kinds import Kind
from scheduler.jobs.policy.crowd import Crowd
from scheduler.jobs.policy.lines import Aisle, Clock, Line, Member, User, lines_of
from scheduler.jobs.policy.model import CLASSES, Server, Waiting
from scheduler.jobs.policy.warmth import Warmth

MOST_RISES = 64  # in one decision: after an outage everybody is due at once
MOST_LOOKS = 16 * MOST_RISES  # at entries that turn out to be old


class Hall:
    """The waiting jobs, how many of each user's run, and the workers. `now` is in seconds, by any clock."""

    def __init__(self, aging_seconds: float, warm_bound_seconds: float | None) -> None:
        self.aging_seconds = aging_seconds
        self.warmth = Warmth(warm_bound_seconds)
        self.jobs: dict[UUID, Waiting] = {}
        self.users: dict[int, User] = {}
        self.idle: dict[int, None] = {}  # users with nothing here whom virtual time has yet to overtake
        self.crowds = [Crowd() for _ in range(CLASSES)]
        self.aisles: dict[Kind, Aisle] = {}
        self.clocks: dict[object, Clock] = {}  # by what a worker can run
        self.clock_of: dict[str, Clock] = {}  # by worker
        self.visitors_key = [0.0] * CLASSES  # start tag of the risen lines of a class, as if they were one user
        self.rising: list[tuple[float, int, int, Line]] = []  # heap of when, number, stamp, line
        self.paused: Collection[str] = frozenset()
        self.stamp = 0
        self.lines_made = 0

    # Workers.

    @property
    def servers(self) -> dict[str, Server]:
        return self.warmth.servers

    def meet(self, server: Server) -> None:
        """A worker came, or something about it changed."""
        known = self.servers.get(server.id)
        if known == server:
            return
        self.warmth.meet(server)
        ability = frozenset(server.models.items())
        self.clock_of[server.id] = self.clocks.setdefault(ability, Clock())
        for aisle in self.aisles.values():
            if server.can(aisle.kind):
                aisle.meet(server, self.clock_of[server.id])
            elif known:
                aisle.lose(server.id)

    def lose(self, server_id: str) -> None:
        """A worker went."""
        self.warmth.lose(server_id)
        self.clock_of.pop(server_id, None)
        for aisle in self.aisles.values():
            aisle.lose(server_id)

    def pause(self, models: Collection[str]) -> None:
        """These models are not served until further notice."""
        self.paused = models

    # Jobs.

    def add(self, job: Waiting, limit: int, now: float) -> None:
        """A job is ready to run, or comes back for another try; `limit` is what its user may run at a time."""
        if job.id in self.jobs:
            return
        line = self._line(job, self.user(job.user_id, limit, now))
        self.jobs[job.id] = job
        place = line.put(job)
        self.crowds[job.priority].join(line.member, job.cost)
        self.warmth.joined(line, place)
        if len(line) == 1:
            line.since, line.level, line.visit = now, job.priority, 0
            self._lift(line)
            self._enter(line)

    def discard(self, job_id: UUID) -> bool:
        """A waiting job was cancelled, or turned out to be gone."""
        job = self.jobs.get(job_id)
        if job is None:
            return False
        user = self.users[job.user_id]
        line = self._line(job, user)
        self._pull(line, line.place(job))
        self._forget_if_idle(job.user_id, user)
        return True

    def start(self, user_id: int, limit: int, now: float) -> None:
        """A job of the user runs that was not taken here: it ran before this queue was built."""
        self.user(user_id, limit, now).running += 1

    def finish(self, user_id: int, now: float) -> bool:
        """A running job of the user ended, or waits again. Whether this lets another one of theirs run."""
        user = self.users.get(user_id)
        if user is None:
            return False
        was_full = user.full
        user.running = max(0, user.running - 1)
        came_back = was_full and not user.full and any(member.jobs for member in user.members)
        if came_back:
            self._come_back(user, now)
        self._forget_if_idle(user_id, user)
        return came_back

    def refund(self, user_id: int, priority: int, tokens: float) -> None:
        """What an attempt did not use does not count against its user's share."""
        user = self.users.get(user_id)
        for member in user.members if user else ():
            if member.level == priority:
                member.served -= tokens
                for line in member.lines:
                    if line.stamp:  # a key that shrinks needs a new entry
                        self._enter(line)

    # Users.

    def user(self, user_id: int, limit: int, now: float) -> User:
        """The user, with the limit as it is now."""
        user = self.users.get(user_id)
        if user is None:
            user = self.users[user_id] = User(limit)
        elif limit != user.limit:
            was_full, was, user.limit = user.full, user.limit, limit
            self.warmth.limited(lines_of(user), was, limit)
            if was_full and not user.full:
                self._come_back(user, now)
        return user

    def set_limit(self, user_id: int, limit: int, now: float) -> None:
        """The plan of a user has changed."""
        if user_id in self.users:
            self.user(user_id, limit, now)

    def forget_idle(self) -> None:
        """Drop the users whom virtual time has overtaken since they left. Now and then, to keep memory bounded."""
        for user_id in list(self.idle):
            del self.idle[user_id]
            if user_id in self.users:
                self._forget_if_idle(user_id, self.users[user_id])

    def _come_back(self, user: User, now: float) -> None:
        """A place is free again: the user's lines are at the present and at home, without credit for the time away."""
        for line in lines_of(user):
            if line:
                self._go_home(line, now)
                self._lift(line)
                if not line.stamp:
                    self._enter(line)

    def _forget_if_idle(self, user_id: int, user: User) -> None:
        """Drop a user with nothing here whom virtual time has overtaken: nothing is lost by it."""
        if user.running or any(member.jobs for member in user.members):
            return
        if all(line.key <= line.aisle.present(line.member.level) for line in lines_of(user)):
            del self.users[user_id]
            for member in user.members:
                member.lines.clear()  # no cycles: freed at once
        else:
            self.idle[user_id] = None

    # Lines.

    def _line(self, job: Waiting, user: User) -> Line:
        member = user.member(job.priority)
        if member is None:
            member = Member(user, job.priority)
            user.members.append(member)
        aisle = self.aisles.get(job.kind) or self._open(job.kind)
        line = member.line(aisle)
        if line is None:
            self.lines_made += 1
            line = Line(member, aisle, job.priority, self.lines_made)
            member.lines.append(line)
        return line

    def _open(self, kind: Kind) -> Aisle:
        """An aisle for a kind that is new here."""
        aisle = self.aisles[kind] = Aisle(kind)
        for server in self.servers.values():
            if server.can(kind):
                aisle.meet(server, self.clock_of[server.id])
        return aisle

    def _lift(self, line: Line) -> None:
        """To the present, without credit for the time away."""
        line.offset = max(line.offset, line.aisle.present(line.member.level) - line.member.served)

    def _enter(self, line: Line) -> None:
        self.stamp += 1
        line.stamp = self.stamp
        heappush(line.aisle.lanes[line.member.level].residents, (line.key, line.since, line.stamp, line))
        self._plan_rise(line)

    def _plan_rise(self, line: Line) -> None:
        if line.level < CLASSES - 1:
            heappush(self.rising, (self._rises_at(line), line.number, line.stamp, line))

    def _go_home(self, line: Line, now: float) -> None:
        """It is served, or its user may run more again: its age counts anew."""
        was_on_top = line.level == CLASSES - 1
        line.since, line.level, line.visit = now, line.member.level, 0
        if was_on_top and line.stamp:  # nothing was planned any more
            self._plan_rise(line)

    def _visit(self, line: Line) -> None:
        """One class up. The visitors of a class count as one user, who joins at the present."""
        level = line.level + 1
        if not any(lane.visitor(level) for aisle in self.aisles.values() for lane in aisle.lanes[:level]):
            self.visitors_key[level] = max(self.visitors_key[level], line.aisle.present(level))
        line.level = level
        if not line.visit:
            self.stamp += 1
            line.visit = self.stamp
            line.aisle.lanes[line.member.level].risen.append((line.visit, line))
            line.aisle.visits += 1

    def _rises_at(self, line: Line) -> float:
        return line.since + self.aging_seconds * (line.level - line.member.level + 1)

    def _rise(self, now: float) -> None:
        """Ageing. One entry per line, put right when it surfaces."""
        rises = looks = 0
        while self.rising and self.rising[0][0] <= now and rises < MOST_RISES and looks < MOST_LOOKS:
            when, number, stamp, line = heappop(self.rising)
            looks += 1
            if stamp != line.stamp:
                continue
            if line.member.user.full:
                line.stamp = line.visit = 0  # it waits for its own user and does not age
            elif (due := self._rises_at(line)) > when:
                heappush(self.rising, (due, number, stamp, line))
            else:
                rises += 1
                self._visit(line)
                self._plan_rise(line)

    def _pull(self, line: Line, place: int) -> Waiting:
        job = line.pull(place)
        del self.jobs[job.id]
        self.crowds[job.priority].leave(line.member, job.cost)
        self.warmth.left(line, place, job.cost)
        if not line:
            line.stamp = line.visit = 0
        return job

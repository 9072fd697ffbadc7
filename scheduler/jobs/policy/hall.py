"""Who stands where: users, their lines in the aisles of their kinds, workers, limits and ageing."""

from collections.abc import Collection
from uuid import UUID

from scheduler.jobs.kinds import Kind
from scheduler.jobs.policy.ageing import Ageing, Guests
from scheduler.jobs.policy.crowd import Crowd
from scheduler.jobs.policy.lines import NOT_AGEING, Aisle, Clock, Line, Member, User
from scheduler.jobs.policy.model import CLASSES, FEW, Server, Waiting
from scheduler.jobs.policy.sweeping import sweep
from scheduler.jobs.policy.warmth import Warmth


class Hall:
    """The waiting jobs, how many of each user's run, and the workers. `now` is in seconds, by any clock."""

    def __init__(self, aging_seconds: float, warm_bound_seconds: float | None) -> None:
        self.ageing = Ageing(aging_seconds)
        self.guests = [Guests() for _ in range(CLASSES)]  # the risen lines of each class
        self.warmth = Warmth(warm_bound_seconds)
        self.jobs: dict[UUID, Waiting] = {}
        self.users: dict[int, User] = {}
        self.idle: dict[int, None] = {}  # users with nothing here whom virtual time has yet to overtake
        self.crowds = [Crowd() for _ in range(CLASSES)]
        self.aisles: dict[Kind, Aisle] = {}
        self.clocks: dict[object, Clock] = {}  # by what a worker can run
        self.clock_of: dict[str, Clock] = {}  # by worker
        self.paused: Collection[str] = frozenset()

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
        was = self.clock_of.get(server.id)
        ability = frozenset(server.models.items()), server.takes_picture, server.needs_picture
        clock = self.clock_of[server.id] = self.clocks.setdefault(ability, Clock(server))
        self._measure(clock, was)
        for aisle in self.aisles.values():
            if server.can(aisle.kind):
                aisle.meet(server, clock)
            elif known:
                aisle.lose(server.id)

    def lose(self, server_id: str) -> None:
        """A worker went."""
        self.warmth.lose(server_id)
        self._measure(self.clock_of.pop(server_id, None))
        for aisle in self.aisles.values():
            aisle.lose(server_id)

    def _measure(self, *clocks: Clock | None) -> None:
        for clock in clocks:
            if clock:
                alike = (one for one in self.servers.values() if self.clock_of.get(one.id) is clock)
                clock.room = sum(one.room for one in alike)

    def pause(self, models: Collection[str]) -> None:
        """These models are not served until further notice."""
        self.paused = models

    # Jobs.

    def add(self, job: Waiting, limit: int, now: float, since: float | None = None) -> None:
        """A job is ready, `since` then if not since now, or comes back; `limit` is what its user may run at a time."""
        if job.id in self.jobs:
            return
        line = self._line(job, self.user(job.user_id, limit, now))
        self.jobs[job.id] = job
        place = line.put(job)
        self.crowds[job.priority].join(line.member, job.cost, job.seq)
        self.warmth.joined(line, place)
        if len(line) == 1:
            if not line.member.user.full:
                self.ageing.begin(line, now if since is None else since)
            self._lift(line)
            self._enter(line)
        elif place == 0:
            self._turn(line)

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
        user = self.user(user_id, limit, now)
        user.running += 1
        if user.full:
            self._fill(user)

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
                    if line.entry:  # a key that shrinks needs a new entry
                        self._enter(line)

    # Users.

    def user(self, user_id: int, limit: int, now: float) -> User:
        """The user, with the limit as it is now."""
        user = self.users.get(user_id)
        if user is None:
            user = self.users[user_id] = User(limit)
        elif limit != user.limit:
            was_full, was, user.limit = user.full, user.limit, limit
            self.warmth.limited(user.lines, was, limit)
            if was_full and not user.full:
                self._come_back(user, now)
            elif user.full:
                self._fill(user)
        return user

    def set_limit(self, user_id: int, limit: int, now: float) -> None:
        """The plan of a user has changed."""
        if user_id in self.users:
            self.user(user_id, limit, now)

    def forget_idle(self) -> None:
        """Drop users whom virtual time has overtaken since they left, and old entries; now and then, to save memory."""
        for user_id in list(self.idle):
            del self.idle[user_id]
            if user_id in self.users:
                self._forget_if_idle(user_id, self.users[user_id])
        sweep(self.ageing, self.aisles.values(), FEW + 2 * len(self.jobs))

    def _come_back(self, user: User, now: float) -> None:
        """A place is free again: the user's lines are at the present and at home, without credit for the time away."""
        for line in user.lines:
            if line:
                self.ageing.begin(line, now)
                self._lift(line)
                if not line.entry:
                    self._enter(line)

    def _fill(self, user: User) -> None:
        """The user's lines wait for the user's own jobs, and nowhere else than at home."""
        for line in user.lines:
            self._go_home(line)

    def _forget_if_idle(self, user_id: int, user: User) -> None:
        """Drop a user with nothing here whom virtual time has overtaken: nothing is lost by it."""
        if user.running or any(member.jobs for member in user.members):
            return
        if all(line.key <= line.aisle.present(line.member.level) for line in user.lines):
            del self.users[user_id]
            user.lines.clear()  # no cycles: freed at once
            user.members.clear()
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
            line = Line(member, aisle, job.priority, aisle.row(job.avoid)[job.priority])
            member.user.lines.append(line)
        return line

    def _open(self, kind: Kind) -> Aisle:
        """An aisle for a kind that is new here."""
        aisle = self.aisles[kind] = Aisle(kind)
        aisle.clocks += [clock for clock in self.clocks.values() if clock.like.can(kind)]  # also of who left
        for server in self.servers.values():
            if server.can(kind):
                aisle.meet(server, self.clock_of[server.id])
        return aisle

    def _lift(self, line: Line) -> None:
        """To the present, without credit for the time away."""
        present, served = line.aisle.present(line.member.level), line.member.served
        line.offset = max(line.offset, present - served if served else present)

    def _enter(self, line: Line) -> None:
        line.aisle.row(line.head().avoid)[line.member.level].enter(line)

    def _turn(self, line: Line) -> None:
        """Another job is its first now, which may have to avoid others."""
        if line.entry:
            was = line.lane
            self._enter(line)
            if line.risen and line.lane is not was:
                line.lane.rise(line)

    def _go_home(self, line: Line) -> None:
        """It ages no more, or anew."""
        for level in range(line.member.level + 1, line.level + 1):
            self.guests[level].count -= 1
        line.level, line.since = line.member.level, NOT_AGEING

    def _rise(self, now: float) -> None:
        for line, up_to in self.ageing.due(now):
            if not line.risen:
                line.lane.rise(line)
            for level in range(line.level + 1, up_to + 1):
                guests = self.guests[level]
                if not guests.count:
                    guests.join(max((clock.at[level] for clock in self.clocks.values()), default=0.0))
                guests.count += 1
            line.level = up_to

    def _pull(self, line: Line, place: int) -> Waiting:
        job = line.pull(place)
        del self.jobs[job.id]
        self.crowds[job.priority].leave(line.member, job.cost)
        self.warmth.left(line, place, job.cost)
        if not line:
            line.entry = None
            self._go_home(line)
        elif place == 0 and line.head().avoid != job.avoid:
            self._turn(line)
        return job

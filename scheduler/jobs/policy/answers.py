"""What can be said about the jobs that wait: who can run them, what goes before them, why they wait."""

from collections.abc import Iterable

from scheduler.jobs.kinds import Kind
from scheduler.jobs.policy.crowd import Ahead, mine_before
from scheduler.jobs.policy.hall import Hall
from scheduler.jobs.policy.model import Reason, Server, Waiting


class Answers(Hall):
    """Nothing here changes anything."""

    def able(self, kind: Kind) -> list[Server]:
        """Who can run this kind; empty: nobody here ever will."""
        alike = {clock for clock in self.clocks.values() if clock.like.can(kind)}  # hundreds are of few
        return [server for server_id, server in self.servers.items() if self.clock_of[server_id] in alike]

    def avoids(self, job: Waiting, server: Server) -> bool:
        """Whether it failed there, and somebody else is here who can run it."""
        return server.name in job.avoid and any(
            not other.draining and other.name not in job.avoid for other in self.able(job.kind)
        )

    def might_give(self, server_id: str, job: Waiting) -> bool:
        """Whether a job that counts as running could run there instead: nothing about it, its model or its user speaks
        against that."""
        server, user = self.servers[server_id], self.users.get(job.user_id)
        waits_for_own = user is not None and user.running > user.limit  # also when this one runs no more
        able = server.can(job.kind) and not self.avoids(job, server)
        return able and job.kind.model not in self.paused and not waits_for_own

    def ahead(self, job: Waiting) -> Ahead:
        """What will be served before this job, were all workers alike: all of the higher classes, and of its own class
        each user's jobs up to the same virtual time. The job need not be here yet. Risen lines count at home."""
        user, aisle = self.users.get(job.user_id), self.aisles.get(job.kind)
        member = user.member(job.priority) if user else None
        present = aisle.present(job.priority) if aisle else 0.0
        key, mine = present, Ahead(0, 0.0)
        if member:
            line = member.line(aisle) if aisle else None
            key = member.served if line is None else line.key
            key = key if line else max(key, present)
            mine = mine_before(member, job)
        reach = mine.tokens + max(0.0, key - present)
        others = self.crowds[job.priority].before(key + mine.tokens, reach, job.seq, member)
        higher = self.crowds[job.priority + 1 :]
        return Ahead(
            mine.jobs + others.jobs + sum(one.jobs for one in higher),
            mine.tokens + others.tokens + sum(one.tokens for one in higher),
        )

    def own_ahead(self, job: Waiting) -> Ahead:
        """What the job's own user has waiting that was admitted earlier."""
        user = self.users.get(job.user_id)
        parts = [mine_before(member, job) for member in user.members] if user else []
        return Ahead(sum(one.jobs for one in parts), sum(one.tokens for one in parts))

    def starts_at_once(self, job: Waiting, free: Iterable[Server]) -> bool:
        """Whether one of these workers, who can run it and have a slot free, takes it now. Nobody who may start waits
        for them, or they would not be free."""
        user, aisle = self.users.get(job.user_id), self.aisles.get(job.kind)
        if (user and user.full) or job.kind.model in self.paused:
            return False
        willing = (server for server in free if not self.avoids(job, server))
        return any(
            job.kind.model in server.warm or aisle is None or self.warmth.pays(server, aisle) for server in willing
        )

    def why(self, job: Waiting) -> Reason:
        """Why a job waits, the most binding reason first."""
        able = self.able(job.kind)
        ready = [server for server in able if not server.draining]
        user = self.users.get(job.user_id)
        if job.kind.model in self.paused:
            return Reason.PAUSED
        if not ready:
            return Reason.DRAINING if able else Reason.IMPOSSIBLE
        if user and user.full:
            return Reason.LIMIT
        if user and any(line.head().seq < job.seq for line in user.lines if line and line.aisle.kind == job.kind):
            return Reason.OWN
        if not any(job.kind.model in server.warm for server in ready):
            return Reason.LOADING
        return Reason.TURN

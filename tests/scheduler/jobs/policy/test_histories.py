"""Whatever happens, the queue answers as the slow reference does, and the promises hold."""

from collections import Counter
from dataclasses import replace
from uuid import UUID

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from scheduler.jobs.queue import Kind, Queue, Reason, Server, Waiting
from tests.scheduler.jobs.policy.reference import Reference

AGING, BOUND, LOAD = 20.0, 5.0, 2.0
A, A_LARGE, B, C = Kind("A", 512), Kind("A", 1024), Kind("B", 512), Kind("C", 512)
SERVERS = (
    Server("w0", "w0", {"A": 1024, "B": 512}, warm=frozenset("A"), load_seconds=LOAD),
    Server("w1", "w1", {"A": 1024, "B": 512, "C": 512}, slots=2, load_seconds=LOAD),
    Server("w2", "w2", {"A": 512, "B": 512}, warm=frozenset("B"), paces={"B": 3.0}, load_seconds=LOAD),
)
USERS, LEVELS = st.integers(1, 5), st.integers(0, 3)


class Histories(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.queue, self.twin = Queue(AGING, BOUND), Queue(AGING, BOUND)
        self.reference = Reference(AGING, BOUND)
        self.now, self.seq = 0.0, 0
        self.started: list[Waiting] = []
        for server in SERVERS:
            self.meet(server)

    def meet(self, server: Server) -> None:
        self.queue.meet(server)
        self.twin.meet(server)
        self.reference.servers[server.id] = server

    def tick(self) -> None:
        """No two events are simultaneous."""
        self.now += 0.001

    @rule(user=USERS, level=LEVELS, kind=st.sampled_from([A, A_LARGE, B, C]), cost=st.integers(1, 9))
    def submit(self, user: int, level: int, kind: Kind, cost: int) -> None:
        self.tick()
        self.seq += 1
        self.put(Waiting(UUID(int=self.seq), self.seq, user, level, kind, float(cost)))

    def put(self, job: Waiting) -> None:
        limit = self.reference.limits.get(job.user_id, 2)
        for one in (self.queue, self.twin, self.reference):
            one.add(job, limit, self.now)

    @rule(seconds=st.floats(0.1, 15))
    def wait(self, seconds: float) -> None:
        self.now += seconds

    @precondition(lambda self: self.reference.waiting)
    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        job_id = data.draw(st.sampled_from(sorted(self.reference.waiting)))
        assert self.queue.discard(job_id)
        assert self.twin.discard(job_id)
        assert not self.queue.discard(job_id)
        self.reference.discard(job_id)

    @precondition(lambda self: self.started)
    @rule(data=st.data(), failed=st.booleans(), unused=st.integers(0, 2), server=st.sampled_from(SERVERS))
    def end(self, data: st.DataObject, failed: bool, unused: int, server: Server) -> None:
        self.tick()
        job = self.started.pop(data.draw(st.integers(0, len(self.started) - 1)))
        for one in (self.queue, self.twin, self.reference):
            one.refund(job.user_id, job.priority, job.cost if failed else min(float(unused), job.cost))
            one.finish(job.user_id, self.now)
        if failed:
            self.put(replace(job, avoid=job.avoid | {server.name}))

    @rule(user=USERS, limit=st.integers(0, 4))
    def change_plan(self, user: int, limit: int) -> None:
        self.tick()
        if user in self.reference.limits and user in self.queue.users:
            for one in (self.queue, self.twin, self.reference):
                one.set_limit(user, limit, self.now)

    @rule(n=st.integers(0, 2), draining=st.booleans())
    def drain(self, n: int, draining: bool) -> None:
        self.meet(replace(self.reference.servers[f"w{n}"], draining=draining))

    @rule()
    def sweep(self) -> None:
        self.queue.forget_idle()
        self.twin.forget_idle()
        self.reference.tidy()

    @rule(n=st.integers(0, 2), ahead=st.booleans())
    def take(self, n: int, ahead: bool) -> None:
        self.tick()
        server = self.reference.servers[f"w{n}"]
        taken = self.queue.take(server.id, self.now, ahead)
        assert taken == self.twin.take(server.id, self.now, ahead)
        expected, again_at = self.reference.take(server, self.now, ahead)
        assert taken.jobs == ((expected,) if expected else ())
        assert taken.again_at == again_at
        for job in taken.jobs:
            self.starts(job, server, ahead)

    def starts(self, job: Waiting, server: Server, ahead: bool) -> None:
        assert server.can(job.kind)
        assert not server.draining
        assert job.kind.model in server.warm or not ahead
        self.started.append(job)
        assert Counter(one.user_id for one in self.started)[job.user_id] <= self.reference.limits[job.user_id]
        if job.kind.model not in server.warm:
            self.meet(replace(server, warm=frozenset({job.kind.model})))

    @invariant()
    def the_books_agree(self) -> None:
        assert self.queue.jobs == self.reference.waiting
        assert self.queue.warmth.passed == self.reference.passed
        for level, crowd in enumerate(self.queue.crowds):
            waiting = [job for job in self.reference.waiting.values() if job.priority == level]
            assert crowd.jobs == len(waiting)
            assert abs(crowd.tokens - sum(job.cost for job in waiting)) < 1e-6
            assert sum(cell[0] for cell in crowd.cells) == len({job.user_id for job in waiting}) == len(crowd.members)
        for model in "ABC":
            assert abs(self.queue.warmth.demand.get(model, 0.0) - self.reference.demand(model)) < 1e-6
        for job in self.reference.waiting.values():
            assert 0 <= self.queue.ahead(job).jobs < len(self.reference.waiting)
            assert self.queue.why(job) in Reason


Histories.TestCase.settings = settings(
    max_examples=400, stateful_step_count=60, deadline=None, suppress_health_check=list(HealthCheck)
)
TestHistories = Histories.TestCase

"""Whatever happens, the queue answers as the slow reference does, and the promises hold."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from random import Random
from uuid import UUID

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from scheduler.jobs.kinds import Kind
from scheduler.jobs.policy.sweeping import sweep
from scheduler.jobs.queue import LookAhead, Queue, Server, Taken, Waiting
from tests.scheduler.jobs.policy.reference import Reference, can

AGING, BOUND, LOAD = 20.0, 5.0, 2.0  # of the histories that are told below; the others draw theirs
A, A_LARGE, B, C = Kind("A", 512), Kind("A", 1024), Kind("B", 512), Kind("C", 512)
KINDS = [A, A_LARGE, B, C, Kind("A", 512, picture=True), Kind("C", 512, picture=True)]
SERVERS = (
    Server("w0", "w0", {"A": 1024, "B": 512}, warm=frozenset("A"), load_seconds=LOAD, takes_picture=frozenset("A")),
    Server("w1", "w1", {"A": 1024, "B": 512, "C": 512}, slots=2, load_seconds=LOAD),
    Server("w2", "w2", {"A": 512, "B": 512}, warm=frozenset("B"), paces={"B": 3.0}, load_seconds=LOAD),
    Server(
        "w3",
        "w3",
        {"A": 512, "C": 512},
        load_seconds=LOAD,
        takes_picture=frozenset("AC"),
        needs_picture=frozenset("C"),
    ),
)
ALIKE = tuple(  # each can run all of it, so that a job may be left to who has its model
    Server(
        f"w{n}",
        f"w{n}",
        dict.fromkeys("ABC", 1024),
        slots=1 + n % 2,
        warm=frozenset(warm),
        load_seconds=LOAD,
        takes_picture=frozenset("AC"),
    )
    for n, warm in enumerate(["A", "B", "C", ""])
)
NOT_CHARGED = 0.0
USERS, LEVELS = st.integers(1, 5), st.integers(0, 3)
PACES = st.dictionaries(st.sampled_from("ABC"), st.sampled_from([0.5, 1.0, 3.0]))
BATCHES = st.dictionaries(st.sampled_from("ABC"), st.integers(1, 3))
AHEAD = st.none() | st.builds(
    LookAhead, st.sets(st.sampled_from("ABC")), st.sets(st.sampled_from(["w0", "w1", "w2", "w3"]))
)


RARE = ["wait", "cancel", "drain", "plan", "sweep", "come or go", "pause", "ran before"]
LOADS = [0.0, 2.0, 8.0, 30.0, 100.0]  # seconds: of a worker that loads gladly, and of one that rather waits for others


class Histories(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.begin(AGING, BOUND, SERVERS)

    def begin(self, aging: float, bound: float, servers: Iterable[Server]) -> None:
        self.bound = bound
        self.queue, self.twin = Queue(aging, bound), Queue(aging, bound)
        self.reference = Reference(aging, bound)
        self.gone: dict[str, Server] = {}
        self.now, self.seq = 0.0, 0
        self.started: list[Waiting] = []
        for server in servers:
            self.meet(server)

    @initialize(
        aging=st.integers(3, 60),
        bound=st.integers(0, 20),
        load=st.sampled_from(LOADS),
        paces=st.tuples(PACES, PACES, PACES, PACES),
        batches=st.tuples(BATCHES, BATCHES, BATCHES, BATCHES),
        alike=st.booleans(),
        ages=st.lists(st.integers(1, 50), max_size=4),
    )
    def draw(
        self,
        aging: int,
        bound: int,
        load: float,
        paces: tuple[dict[str, float], ...],
        batches: tuple[dict[str, int], ...],
        alike: bool,
        ages: list[int],
    ) -> None:
        """`ages`: seconds that somebody waits already, as a new leader finds them."""
        drawn = zip(ALIKE if alike else SERVERS, paces, batches, strict=True)
        servers = [replace(one, load_seconds=load, paces=pace, batch=batch) for one, pace, batch in drawn]
        self.begin(float(aging), float(bound), servers)
        for user, age in enumerate(sorted(ages, reverse=True)):
            self.submit(user, user % 3, KINDS[user], 5, waited=age)

    def meet(self, server: Server) -> None:
        self.queue.meet(server)
        self.twin.meet(server)
        self.reference.meet(server)

    def tick(self) -> None:
        """No two events are simultaneous."""
        self.now += 0.001

    @rule(
        user=USERS,
        level=LEVELS,
        kind=st.sampled_from(KINDS),
        cost=st.integers(1, 9),
        waited=st.sampled_from([0, 0, 0, 7, 50]),
    )
    def submit(self, user: int, level: int, kind: Kind, cost: int, waited: int = 0) -> None:
        """Some wait for longer than they are known of here."""
        self.tick()
        self.seq += 1
        since = self.now - waited if waited else None
        self.put(Waiting(UUID(int=self.seq), self.seq, user, level, kind, float(cost)), since)

    def put(self, job: Waiting, since: float | None = None) -> None:
        limit = self.reference.limits.get(job.user_id, 2)
        for one in (self.queue, self.twin, self.reference):
            one.add(job, limit, self.now, since)

    @rule(user=USERS)
    def ran_before(self, user: int) -> None:
        """A job of theirs runs that was not taken here."""
        self.tick()
        self.seq += 1
        limit = self.reference.limits.get(user, 2)
        for one in (self.queue, self.twin, self.reference):
            one.start(user, limit, self.now)
        self.started.append(Waiting(UUID(int=self.seq), self.seq, user, 0, A, NOT_CHARGED))

    @rule(seconds=st.floats(0.1, 15))
    def wait(self, seconds: float) -> None:
        self.now += seconds

    @precondition(lambda self: self.reference.waiting)
    @rule(which=st.integers(0, 999))
    def cancel(self, which: int) -> None:
        job_id = sorted(self.reference.waiting)[which % len(self.reference.waiting)]
        assert self.queue.discard(job_id)
        assert self.twin.discard(job_id)
        assert not self.queue.discard(job_id)
        self.reference.discard(job_id)

    @precondition(lambda self: self.started)
    @rule(which=st.integers(0, 999), failed=st.booleans(), unused=st.integers(0, 2), server=st.sampled_from(SERVERS))
    def end(self, which: int, failed: bool, unused: int, server: Server) -> None:
        self.tick()
        job = self.started.pop(which % len(self.started))
        for one in (self.queue, self.twin, self.reference):
            one.refund(job.user_id, job.priority, job.cost if failed else min(float(unused), job.cost))
            one.finish(job.user_id, self.now)
        if failed and job.cost != NOT_CHARGED:
            self.put(replace(job, avoid=job.avoid | {server.name}))

    @rule(user=USERS, limit=st.integers(0, 4))
    def change_plan(self, user: int, limit: int) -> None:
        self.tick()
        if user in self.reference.limits and user in self.queue.users:
            for one in (self.queue, self.twin, self.reference):
                one.set_limit(user, limit, self.now)

    @rule(n=st.integers(0, 3), draining=st.booleans())
    def drain(self, n: int, draining: bool) -> None:
        if server := self.reference.servers.get(f"w{n}"):
            self.meet(replace(server, draining=draining))

    @rule(n=st.integers(0, 3), cold=st.booleans())
    def come_or_go(self, n: int, cold: bool) -> None:
        """A worker is lost; or it is back, perhaps with nothing loaded."""
        if server := self.gone.pop(f"w{n}", None):
            self.meet(replace(server, warm=frozenset()) if cold else server)
            return
        self.gone[f"w{n}"] = self.reference.servers[f"w{n}"]
        for one in (self.queue, self.twin, self.reference):
            one.lose(f"w{n}")

    @rule(models=st.sets(st.sampled_from("ABC"), max_size=2))
    def pause(self, models: set[str]) -> None:
        self.queue.pause(models)
        self.twin.pause(models)
        self.reference.paused = models

    @rule()
    def sweep(self) -> None:
        """The twin keeps its old entries, which are few."""
        sweep(self.queue.ageing, self.queue.aisles.values(), most=0)
        self.queue.forget_idle()
        self.twin.forget_idle()
        self.reference.tidy()

    @rule(n=st.integers(0, 3), ahead=AHEAD, most=st.sampled_from([1, 2, 1000]))
    def take(self, n: int, ahead: LookAhead | None, most: int = 1000) -> None:
        self.tick()
        server = self.reference.servers.get(f"w{n}")
        if server is None:
            return
        if ahead:
            ahead = ahead._replace(idle=set(ahead.idle) & self.reference.servers.keys())
        taken = self.queue.take(server.id, self.now, ahead, most)
        assert taken == self.twin.take(server.id, self.now, ahead, most)
        expected, again_at = self.reference.take(server, self.now, ahead, most)
        assert taken.jobs == tuple(expected)
        assert taken.again_at == again_at
        assert len({job.kind for job in taken.jobs}) <= 1
        assert all(len(taken.jobs) <= min(most, server.batch.get(job.kind.model, 1)) for job in taken.jobs)
        for job in taken.jobs:
            self.starts(job, server, ahead)
        if not taken.jobs and not ahead and not server.draining:
            self.left_for_a_reason(server, taken.again_at)

    def left_for_a_reason(self, server: Server, again_at: float | None) -> None:
        """A free worker leaves a job only for who has its model, or for less than twice the bound, and says for how
        long."""
        for line in self.reference.standing():
            model = line.kind.model
            if (
                can(server, line.kind)
                and model not in self.reference.paused
                and not self.reference.avoids(line, server)
            ):
                held = any(one is not server and can(one, line.kind) for one in self.reference.holders(model))
                assert model not in server.warm
                assert held or self.now - self.reference.passed[model] < 2 * self.bound
                assert again_at is not None
                assert (
                    self.now < again_at <= self.now + server.load_seconds + 2 * self.bound
                )  # where it is being loaded

    def starts(self, job: Waiting, server: Server, ahead: LookAhead | None) -> None:
        if ahead:
            assert job.kind.model in ahead.models
            assert not any(can(self.reference.servers[idle], job.kind) for idle in ahead.idle)
        assert can(server, job.kind)
        assert job.kind.model not in self.reference.paused
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
            assert (
                sum(cell[0] for cell in crowd.cells.values())
                == len({job.user_id for job in waiting})
                == len(crowd.members)
            )
            assert crowd.joined.before(self.seq + 1) == len(crowd.members)
        for model in "ABC":
            assert abs(self.queue.warmth.demand.get(model, 0.0) - self.reference.demand(model)) < 1e-6
        for job in self.reference.waiting.values():
            assert 0 <= self.queue.ahead(job).jobs < len(self.reference.waiting)
            assert self.queue.why(job) is self.reference.why(job)


Histories.TestCase.settings = settings(
    max_examples=100, stateful_step_count=60, deadline=None, suppress_health_check=list(HealthCheck)
)
TestHistories = Histories.TestCase


def test_a_plan_that_allows_nothing_may_allow_something_again() -> None:
    """The first job of a model came while its user could run none."""
    machine = Histories()
    machine.submit(user=3, level=0, kind=A, cost=1)
    machine.change_plan(user=3, limit=0)
    machine.submit(user=3, level=0, kind=B, cost=1)
    machine.the_books_agree()
    machine.change_plan(user=3, limit=1)
    machine.the_books_agree()
    machine.take(n=2, ahead=None)

    assert [job.kind for job in machine.started] == [B]


def test_a_look_ahead_of_a_worker_without_a_model_says_no_time_at_which_it_would_load_one() -> None:
    """Its holder serves A soon enough, until it was passed over for too long; to load B pays at once."""
    machine = Histories()
    for kind in (A, B):
        machine.submit(user=1, level=2, kind=kind, cost=1)
        machine.take(n=1, ahead=LookAhead("AB"))
        assert machine.queue.take("w1", machine.now, LookAhead("AB")) == Taken()
    machine.wait(2 * BOUND)
    machine.take(n=1, ahead=LookAhead("AB"))

    assert not machine.started


@pytest.mark.parametrize("seed", range(3))
def test_what_is_left_to_who_has_the_model_agrees(seed: int) -> None:
    """Little waits, and to load takes longer than to wait for others: many short histories."""
    random = Random(seed)
    for _ in range(100):
        machine = Histories()
        paces = tuple({model: random.choice([0.5, 1.0, 3.0]) for model in "ABC"} for _ in ALIKE)
        load, ages = random.choice([2.0, 8.0, 15.0, 30.0]), [random.randint(1, 50) for _ in range(random.randint(0, 3))]
        machine.draw(random.randint(3, 60), random.randint(1, 20), load, paces, ({},) * 4, True, ages)
        for _ in range(12):
            if random.random() < 0.5:
                machine.submit(random.randint(1, 5), random.randint(0, 3), random.choice(KINDS), random.randint(1, 9))
            else:
                machine.wait(random.uniform(0.1, 8))
                machine.take(random.randint(0, 3), None, most=1)
        machine.the_books_agree()


@pytest.mark.parametrize("seed", range(6))
def test_long_histories_agree_too(seed: int) -> None:
    random, machine = Random(seed), Histories()
    if seed % 2:
        paces: tuple[dict[str, float], ...] = ({"B": 3.0, "C": random.uniform(0.5, 4)}, {}, {}, {})
        batches: tuple[dict[str, int], ...] = ({"A": 2}, {"A": 3, "B": 2}, {}, {"C": 2})
        load, ages = random.choice(LOADS), [40, 20, 9]
        machine.draw(random.randint(3, 60), random.randint(1, 20), load, paces, batches, seed % 4 == 1, ages)
    for _ in range(600):
        match random.choice(["submit"] * 4 + ["take"] * 4 + ["end"] * 3 + RARE):
            case "submit":
                kind = random.choice(KINDS)
                waited = random.choice([0, 0, 0, 7, 50])
                machine.submit(random.randint(1, 5), random.randint(0, 3), kind, random.randint(1, 9), waited)
            case "take":
                ahead = LookAhead("ABC", ["w1"] if random.random() < 0.3 else [])
                machine.take(random.randint(0, 3), ahead if random.random() < 0.2 else None)
            case "end" if machine.started:
                machine.end(random.randrange(999), random.random() < 0.3, random.randint(0, 2), random.choice(SERVERS))
            case "wait":
                machine.wait(random.uniform(0.1, 15))
            case "cancel" if machine.reference.waiting:
                machine.cancel(random.randrange(999))
            case "drain":
                machine.drain(random.randint(0, 3), random.random() < 0.3)
            case "come or go":
                machine.come_or_go(random.randint(0, 3), random.random() < 0.5)
            case "pause":
                machine.pause(set(random.sample("ABC", random.choice([0, 0, 1, 2]))))
            case "plan":
                machine.change_plan(random.randint(1, 5), random.randint(0, 4))
            case "ran before":
                machine.ran_before(random.randint(1, 5))
            case "sweep":
                machine.sweep()
        machine.the_books_agree()

"""The policy of the queue: by example, by property, and against a slow reference that is obviously right."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from scheduler.jobs.kinds import Kind, kind_of, largest_side
from scheduler.jobs.queue import NEWCOMER_STEP, Queue, Server, Waiting

SMALL, LARGE = Kind("painter", 512), Kind("painter", 1024)
ALL = Server("gpu", {"painter": 2048, "sdxl": 2048})
MANY = 10**6


def job(
    seq: int, user: int = 1, priority: int = 0, kind: Kind = SMALL, cost: float = 1, avoid: Sequence[str] = ()
) -> Waiting:
    return Waiting(UUID(int=seq), seq, user, priority, kind, cost, frozenset(avoid))


def queue_of(*jobs: Waiting, limit: int = MANY) -> Queue:
    queue = Queue()
    for one in jobs:
        queue.add(one, limit)
    return queue


def served(queue: Queue, server: Server = ALL, others: tuple[Server, ...] = ()) -> list[int]:
    """The order in which one worker gets everything; every job ends at once."""
    order = []
    while taken := queue.take(server, others):
        order.append(taken.seq)
        queue.finish(taken.user_id)
    return order


def test_jobs_of_one_user_go_in_order_of_admission() -> None:
    assert served(queue_of(job(3), job(1), job(2))) == [1, 2, 3]


def test_a_higher_class_goes_first_always() -> None:
    queue = queue_of(*(job(n, priority=n % 4) for n in range(8)))

    assert served(queue) == [3, 7, 2, 6, 1, 5, 0, 4]


def test_a_thousand_jobs_of_one_user_cost_the_next_user_a_job_or_two() -> None:
    queue = queue_of(*(job(n, user=1) for n in range(1000)), job(1000, user=2))

    assert served(queue).index(1000) <= 2


def test_more_kinds_buy_no_larger_share() -> None:
    greedy = [job(n, user=1, kind=Kind("painter", 256 * (1 + n % 4))) for n in range(40)]
    modest = [job(100 + n, user=2) for n in range(40)]
    first = served(queue_of(*greedy, *modest))[:40]

    assert 19 <= sum(seq >= 100 for seq in first) <= 21


def test_tokens_are_shared_not_jobs() -> None:
    dear = [job(n, user=1, cost=4) for n in range(40)]
    cheap = [job(100 + n, user=2, cost=1) for n in range(40)]
    first = served(queue_of(*dear, *cheap))[:25]

    assert sum(seq < 100 for seq in first) == 5


def test_idleness_earns_no_credit() -> None:
    queue = queue_of(*(job(n, user=1) for n in range(100)))
    for _ in range(50):
        taken = queue.take(ALL)
        assert taken
        queue.finish(taken.user_id)
    for n in range(100, 120):
        queue.add(job(n, user=2), MANY)
    first = served(queue)[:20]

    assert 9 <= sum(seq >= 100 for seq in first) <= 11


def test_time_at_one_s_own_limit_earns_no_credit() -> None:
    queue = queue_of(*(job(n, user=1) for n in range(20)), limit=1)
    assert queue.take(ALL)  # a long job, meanwhile others are served
    for n in range(100, 150):
        queue.add(job(n, user=2), MANY)
    for _ in range(30):
        queue.take(ALL)
    queue.set_limit(1, MANY)
    first = served(queue)[:10]

    assert sum(seq < 100 for seq in first) <= 6


def test_a_user_at_the_limit_waits_and_others_go_on() -> None:
    queue = queue_of(job(1, user=1), job(2, user=1), limit=1)
    queue.add(job(3, user=2), 1)
    assert [queue.take(ALL).seq, queue.take(ALL).seq] == [1, 3]  # type: ignore[union-attr]
    assert queue.take(ALL) is None

    queue.finish(1)
    assert queue.take(ALL).seq == 2  # type: ignore[union-attr]


def test_jobs_that_ran_before_the_queue_was_built_count() -> None:
    queue = queue_of(job(1), limit=1)
    queue.start(1, 1)
    assert queue.take(ALL) is None

    queue.finish(1)
    assert queue.take(ALL)


def test_a_larger_plan_counts_at_once() -> None:
    queue = queue_of(job(1), job(2), limit=1)
    assert queue.take(ALL)
    assert queue.take(ALL) is None

    queue.set_limit(1, 2)
    assert queue.take(ALL)


def test_a_worker_gets_only_what_it_can_make() -> None:
    queue = queue_of(job(1, kind=LARGE), job(2, kind=SMALL), job(3, kind=Kind("sdxl", 512)))

    assert served(queue, Server("small", {"painter": 512})) == [2]
    assert served(queue, ALL) == [1, 3]


def test_a_job_avoids_a_worker_only_while_another_can_run_it() -> None:
    other, weak = Server("other", {"painter": 2048}), Server("weak", {"painter": 256})
    avoiding = job(1, avoid=["gpu"])

    assert queue_of(avoiding).take(ALL, (other,)) is None
    assert queue_of(avoiding).take(other, (ALL,)) == avoiding
    assert queue_of(avoiding).take(ALL, (weak,)) == avoiding
    assert queue_of(avoiding).take(ALL) == avoiding


def test_a_job_that_avoids_a_worker_does_not_hold_up_the_others() -> None:
    queue = queue_of(job(1, user=1, avoid=["gpu"]), job(2, user=2), job(3, user=3))
    other = Server("other", {"painter": 2048})

    assert served(queue, ALL, (other,)) == [2, 3]
    assert served(queue, other, (ALL,)) == [1]


def test_a_job_that_comes_back_keeps_its_place_and_what_it_learned() -> None:
    queue = queue_of(job(1), job(2), job(3))
    queue.discard(UUID(int=1))
    queue.add(job(1, avoid=["gpu"]), MANY)

    assert queue.take(ALL, (Server("other", {"painter": 2048}),)) is None
    assert served(queue, ALL) == [1, 2, 3]


def test_the_place_in_line_is_the_order_of_service() -> None:
    jobs = [job(n, user=n % 3, priority=n % 2) for n in range(12)]
    queue = queue_of(*jobs)
    expected = {one.seq: queue.ahead(one) for one in jobs}

    assert min(jobs, key=lambda one: expected[one.seq]).seq == served(queue)[0]
    assert sorted(expected.values()) == list(range(12))


def test_users_who_left_are_forgotten() -> None:
    queue = Queue()
    for n in range(1000):
        queue.add(job(n, user=n), 1)
        served(queue)
    queue.forget_idle()

    assert len(queue.users) < 300  # virtual time moves on by a two hundredth of each newcomer's job


def test_sides_are_rounded_so_that_admission_and_dispatch_agree() -> None:
    for offered in range(256, 4096, 8):
        side = largest_side(offered)
        assert kind_of("painter", side).side <= offered < kind_of("painter", side + 1).side


@given(st.lists(st.tuples(st.integers(1, 9), st.integers(1, 9)), min_size=20, max_size=60))
def test_two_who_always_wait_differ_by_at_most_their_largest_jobs(costs: list[tuple[int, int]]) -> None:
    queue = Queue()
    for n, (ones, twos) in enumerate(costs):
        queue.add(job(2 * n, user=1, cost=ones), MANY)
        queue.add(job(2 * n + 1, user=2, cost=twos), MANY)
    largest = max(ones for ones, _ in costs) + max(twos for _, twos in costs)
    tokens = {1: 0.0, 2: 0.0}
    left = {1: len(costs), 2: len(costs)}
    while min(left.values()) > 1:
        taken = queue.take(ALL)
        assert taken
        tokens[taken.user_id] += taken.cost
        left[taken.user_id] -= 1
        assert abs(tokens[1] - tokens[2]) <= largest


# Against the reference

KINDS = [SMALL, LARGE, Kind("sdxl", 512)]
SERVERS = [ALL, Server("small", {"painter": 512}), Server("other", {"painter": 1024, "sdxl": 512})]
USERS = st.integers(1, 4)


@dataclass
class Reference:
    """The policy in the plainest words, looking at every waiting job each time."""

    waiting: dict[UUID, Waiting] = field(default_factory=dict)
    running: dict[int, int] = field(default_factory=dict)
    limits: dict[int, int] = field(default_factory=dict)
    tags: dict[tuple[int, int], float] = field(default_factory=dict)
    virtual: list[float] = field(default_factory=lambda: [0.0] * 4)

    def tag(self, user: int, level: int) -> float:
        return self.tags.get((user, level), 0.0)

    def full(self, user: int) -> bool:
        return self.running.get(user, 0) >= self.limits[user]

    def add(self, one: Waiting, limit: int) -> None:
        self.limit(one.user_id, limit)
        if not any((w.user_id, w.priority) == (one.user_id, one.priority) for w in self.waiting.values()):
            self.lift(one.user_id, one.priority)
        self.waiting[one.id] = one

    def lift(self, user: int, level: int) -> None:
        self.tags[user, level] = max(self.tag(user, level), self.virtual[level])

    def limit(self, user: int, limit: int) -> None:
        was = user in self.limits and self.full(user)
        self.limits[user] = limit
        self.came_back(user, was)

    def finish(self, user: int) -> None:
        was = self.full(user)
        self.running[user] -= 1
        self.came_back(user, was)

    def came_back(self, user: int, was_full: bool) -> None:
        if was_full and not self.full(user):
            for level in range(4):
                self.lift(user, level)

    def may(self, server: Server, others: list[Server]) -> set[UUID]:
        """Every right answer: the first job of the least served users in the highest class that has one."""
        lines: dict[tuple[int, int, Kind], Waiting] = {}
        for one in sorted(self.waiting.values(), key=lambda w: w.seq):
            lines.setdefault((one.user_id, one.priority, one.kind), one)
        possible = [
            one
            for one in lines.values()
            if server.can(one.kind)
            and not self.full(one.user_id)
            and not (server.name in one.avoid and any(o.can(one.kind) and o.name not in one.avoid for o in others))
        ]
        if not possible:
            return set()
        level = max(one.priority for one in possible)
        least = min(self.tag(one.user_id, level) for one in possible if one.priority == level)
        return {o.id for o in possible if o.priority == level and self.tag(o.user_id, level) == least}

    def took(self, one: Waiting) -> None:
        del self.waiting[one.id]
        start, level = self.tag(one.user_id, one.priority), one.priority
        self.tags[one.user_id, level] = start + one.cost
        self.virtual[level] = max(self.virtual[level] + one.cost * NEWCOMER_STEP, start)
        self.running[one.user_id] = self.running.get(one.user_id, 0) + 1


class Histories(RuleBasedStateMachine):
    """Every history gives a right answer, and the same history gives the same one."""

    def __init__(self) -> None:
        super().__init__()
        self.queue, self.twin, self.reference = Queue(), Queue(), Reference()
        self.seq = 0
        self.started: list[Waiting] = []

    @rule(
        user=USERS,
        level=st.integers(0, 3),
        kind=st.sampled_from(KINDS),
        cost=st.integers(1, 5),
        limit=st.integers(1, 3),
    )
    def submit(self, user: int, level: int, kind: Kind, cost: int, limit: int) -> None:
        self.seq += 1
        self.put(job(self.seq, user, level, kind, cost), limit)

    def put(self, one: Waiting, limit: int) -> None:
        for queue in (self.queue, self.twin, self.reference):
            queue.add(one, limit)

    @precondition(lambda self: self.reference.waiting)
    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        job_id = data.draw(st.sampled_from(sorted(self.reference.waiting)))
        assert self.queue.discard(job_id)
        assert self.twin.discard(job_id)
        del self.reference.waiting[job_id]

    @rule(server=st.sampled_from(SERVERS))
    def take(self, server: Server) -> None:
        others = [one for one in SERVERS if one is not server]
        allowed = self.reference.may(server, others)
        taken, again = self.queue.take(server, tuple(others)), self.twin.take(server, tuple(others))
        assert taken == again
        assert taken.id in allowed if taken else not allowed
        if taken:
            self.reference.took(taken)
            self.started.append(taken)

    @precondition(lambda self: self.started)
    @rule(data=st.data(), retry=st.booleans(), server=st.sampled_from(SERVERS))
    def end(self, data: st.DataObject, retry: bool, server: Server) -> None:
        one = self.started.pop(data.draw(st.integers(0, len(self.started) - 1)))
        for queue in (self.queue, self.twin, self.reference):
            queue.finish(one.user_id)
        if retry:
            again = Waiting(one.id, one.seq, one.user_id, one.priority, one.kind, one.cost, one.avoid | {server.name})
            self.put(again, self.reference.limits[one.user_id])

    @rule(user=USERS, limit=st.integers(0, 3))
    def change_plan(self, user: int, limit: int) -> None:
        if user in self.reference.limits:
            self.queue.set_limit(user, limit)
            self.twin.set_limit(user, limit)
            self.reference.limit(user, limit)

    @rule()
    def sweep(self) -> None:
        self.queue.forget_idle()
        self.twin.forget_idle()

    @invariant()
    def both_know_the_same(self) -> None:
        assert self.queue.jobs == self.reference.waiting
        for user, count in self.reference.running.items():
            known = self.queue.users.get(user)
            assert (known.running if known else 0) == count


Histories.TestCase.settings = settings(max_examples=60, stateful_step_count=50, deadline=None)
TestHistories = Histories.TestCase

"""Fair shares and bounded waits, on histories made to break them."""

from collections.abc import Iterable
from itertools import pairwise
from random import Random
from uuid import UUID

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from scheduler.errors import Code
from scheduler.jobs.kinds import Kind
from scheduler.jobs.policy.bounds import longest_wait, switch_seconds, unfairness
from scheduler.jobs.queue import Queue, Server, Waiting
from scheduler.simulation.machine import UNLIMITED, Arrival, Machine, Run, Worker

A = Kind("A", 512)
COSTS = st.lists(st.lists(st.integers(1, 20), min_size=1, max_size=3), min_size=2, max_size=4)


def dispatched(costs: list[list[int]], batch: int = 1) -> list[tuple[float, ...]]:
    """Tokens dispatched to each user after each decision, all of them always backlogged."""
    queue = Queue(aging_seconds=1e12)
    queue.meet(Server("w", "w", {"A": 512}, warm=frozenset("A"), batch={"A": batch}))
    seq = 0
    for user, sizes in enumerate(costs):
        for n in range(200):
            seq += 1
            queue.add(Waiting(UUID(int=seq), seq, user, 1, A, float(sizes[n % len(sizes)])), UNLIMITED, 0.0)
    totals = [0.0] * len(costs)
    trail = [tuple(totals)]
    for n in range(40):
        for job in queue.take("w", float(n)).jobs:
            totals[job.user_id] += job.cost
        trail.append(tuple(totals))
    return trail


@settings(max_examples=150)
@given(COSTS, st.integers(1, 4))
def test_two_who_always_wait_get_the_same_but_for_their_largest_jobs(costs: list[list[int]], batch: int) -> None:
    trail = dispatched(costs, batch)
    for one in range(len(costs)):
        for two in range(one):
            largest, other = max(costs[one]), max(costs[two])
            apart = [tokens[one] - tokens[two] for tokens in trail]
            assert max(apart) - min(apart) <= unfairness(largest, other, 0.0, 0.0)  # over any interval
            assert max(abs(gap) for gap in apart) <= max(largest, other)  # from a common start


class Diary:
    """What was dispatched, in order, and how long everything waited."""

    def __init__(self) -> None:
        self.started_jobs: list[Waiting] = []
        self.starts: list[tuple[Waiting, float]] = []
        self.waits: list[tuple[Waiting, float]] = []

    def arrived(self, job: Waiting, now: float) -> None: ...
    def refused(self, arrival: Arrival, code: Code) -> None: ...
    def ended(self, run: Run, now: float) -> None: ...

    def started(self, job: Waiting, arrived: float, run: Run) -> None:
        self.started_jobs.append(job)
        self.starts.append((job, run.started))
        self.waits.append((job, run.started - arrived))


def workers(warm: str, models: str, load_seconds: float) -> list[Worker]:
    offers, paces = dict.fromkeys(models, 512), dict.fromkeys(models, 1.0)
    return [
        Worker(
            Server(f"w{n}", f"w{n}", offers, warm=frozenset(model), paces=paces, load_seconds=load_seconds),
            loaded=[model],
        )
        for n, model in enumerate(warm)
    ]


@settings(max_examples=25, deadline=None)
@given(
    warm=st.text("AB", min_size=1, max_size=5),
    load_seconds=st.floats(0, 10),
    sizes=st.tuples(st.integers(1, 8), st.integers(1, 8)),
    seed=st.integers(0, 99),
)
@example(warm="AAAA", load_seconds=10.0, sizes=(3, 5), seed=1)
@example(warm="ABBBB", load_seconds=2.0, sizes=(3, 5), seed=1)
def test_different_models_are_shared_fairly_but_for_the_warm_allowance(
    warm: str, load_seconds: float, sizes: tuple[int, int], seed: int
) -> None:
    random, diary = Random(seed), Diary()

    def jobs() -> Iterable[Arrival]:
        for _ in range(2000):
            for user, largest in enumerate(sizes):
                yield Arrival(0.0, user, 1, Kind("AB"[user], 512), float(random.randint(1, largest)))

    Machine(Queue(aging_seconds=1e12), workers(warm, "AB", load_seconds), diary).run(iter(jobs()), 400.0)
    switch = switch_seconds(3 * load_seconds, load_seconds, max(sizes))
    apart, widest = [0.0], unfairness(*sizes, len(warm), switch)
    for job in diary.started_jobs:
        apart.append(apart[-1] + (job.cost if job.user_id else -job.cost))

    assert max(apart) - min(apart) <= widest


@settings(max_examples=15, deadline=None)
@given(
    models=st.sampled_from(["A", "AB", "ABC"]),
    aging=st.integers(5, 60),
    largest=st.integers(1, 6),
    load_seconds=st.integers(0, 5),
    crew=st.integers(1, 4),
    payers=st.integers(1, 5),
    poor=st.integers(1, 5),
    seed=st.integers(0, 99),
)
@example("A", 30, 4, 3, 2, 3, 4, 0)
@example("ABC", 30, 4, 3, 2, 3, 4, 1)
def test_the_head_of_a_line_waits_no_longer_than_the_bound(
    models: str, aging: int, largest: int, load_seconds: int, crew: int, payers: int, poor: int, seed: int
) -> None:
    random, diary = Random(seed), Diary()

    def arrival(at: float, user: int, priority: int) -> Arrival:
        return Arrival(at, user, priority, Kind(random.choice(models), 512), float(random.randint(1, largest)))

    def another(run: Run, now: float) -> Iterable[Arrival]:
        return [arrival(now, job.user_id, job.priority) for job in run.jobs]

    team = workers(models[:1] * crew, models, load_seconds)
    machine = Machine(Queue(aging_seconds=aging), team, diary, 0.0, seed, another)
    jobs = [arrival(0.0, user, 3) for user in range(payers) for _ in range(20)]  # always a backlog in the top class
    jobs += [arrival(0.0, 100 + user, 0) for user in range(poor)]
    switch = 0.0 if models == "A" else switch_seconds(3 * load_seconds, load_seconds, largest)
    bound = longest_wait(aging, switch, payers, poor * len(models), largest, crew)
    machine.run(iter(jobs), 2.5 * bound)
    waits = [waited for job, waited in diary.waits if job.priority == 0]
    still = [machine.now - machine.since[job_id] for job_id, job in waiting_in(machine).items() if job.priority == 0]

    assert len(waits) >= poor
    assert max(waits + still) <= bound


@settings(max_examples=30, deadline=None)
@given(
    aging=st.integers(5, 60),
    largest=st.integers(1, 6),
    crew=st.integers(1, 4),
    together=st.integers(1, 9),
    newcomers=st.sampled_from([(3,), (2,), (1, 3), (0,), (0, 3)]),
    poor=st.integers(1, 12),
    seed=st.integers(0, 99),
)
@example(10, 1, 1, 2, (3,), 4, 0)
@example(10, 1, 1, 2, (3,), 12, 0)
@example(10, 4, 2, 5, (0,), 3, 0)
def test_nobody_waits_longer_though_somebody_new_comes_all_the_time(
    aging: int, largest: int, crew: int, together: int, newcomers: tuple[int, ...], poor: int, seed: int
) -> None:
    """Whenever a newcomer was served, the next one comes: there are never more than `together`, but no end of them."""
    random, diary = Random(seed), Diary()

    def arrival(at: float, user: int, priority: int) -> Arrival:
        return Arrival(at, user, priority, A, float(random.randint(1, largest)))

    def another(run: Run, now: float) -> Iterable[Arrival]:
        return [arrival(now, 1000 + machine.seq, random.choice(newcomers)) for job in run.jobs if job.user_id >= 100]

    machine = Machine(Queue(aging_seconds=aging), workers("A" * crew, "A", 0.0), diary, 0.0, seed, another)
    jobs = [arrival(0.0, user, 0) for user in range(poor) for _ in range(2)]
    jobs += [arrival(0.0, 100 + user, random.choice(newcomers)) for user in range(together)]
    strangers = 10**6 if 0 in newcomers else 0
    bound = longest_wait(aging, 0.0, together + poor * (0 in newcomers), poor, largest, crew, strangers)
    machine.run(iter(jobs), 2.5 * bound)
    began = {user: [0.0] for user in range(poor)}  # since when a job is the head of its line, and the end
    for job, started in diary.starts:
        if job.user_id < poor:
            began[job.user_id].append(started)
    for job in waiting_in(machine).values():
        if job.user_id < poor and began[job.user_id][-1] < machine.now:
            began[job.user_id].append(machine.now)

    assert max(later - earlier for heads in began.values() for earlier, later in pairwise(heads)) <= bound
    assert all(len(heads) == 3 for heads in began.values())


def waiting_in(machine: Machine) -> dict[UUID, Waiting]:
    assert isinstance(machine.queue, Queue)
    return machine.queue.jobs


@pytest.mark.parametrize("priority", [1, 2, 3])
@pytest.mark.parametrize("aged", [11.0, 31.0, 45.0, 1000.0])
def test_a_crowd_that_has_aged_shares_one_user_s_part_of_the_class_that_pays(priority: int, aged: float) -> None:
    """However long it has waited, and although nobody may be at home in the classes above."""
    queue = Queue(aging_seconds=10.0)
    queue.meet(Server("w", "w", {"A": 512}, warm=frozenset("A")))
    queue.meet(Server("other", "other", {"B": 512}))
    for n in range(400):
        queue.add(Waiting(UUID(int=n), n, n, 0, A, 1.0), UNLIMITED, 0.0)
    for n in range(60):  # all rise, some at each decision
        assert not queue.take("other", aged + n / 1000).jobs
    for n in range(400, 800):
        queue.add(Waiting(UUID(int=n), n, 1000 + n % 3, priority, A, 1.0), UNLIMITED, aged)
    first = [queue.take("w", aged + 0.1 + n / 1000).jobs[0].priority for n in range(80)]
    share = 20 if aged > 10 * priority else 0  # one of four, once it has risen so far

    assert share - 1 <= first.count(0) <= share + 1

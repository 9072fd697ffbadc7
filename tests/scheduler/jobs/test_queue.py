"""The policy of the queue by example; tests/scheduler/jobs/policy holds its properties."""

from collections.abc import Sequence
from dataclasses import replace
from random import Random
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.jobs.kinds import Kind, kind_of, largest_side
from scheduler.jobs.model import Why
from scheduler.jobs.queue import Queue, Reason, Server, Waiting
from scheduler.jobs.reasons import why_of

SMALL, LARGE = Kind("painter", 512), Kind("painter", 1024)
ALL = Server("gpu-1", "gpu", {"painter": 2048, "sdxl": 2048})
OTHER = Server("other-1", "other", {"painter": 2048})
WEAK = Server("weak-1", "weak", {"painter": 256})
MANY = 10**6


def job(
    seq: int, user: int = 1, priority: int = 0, kind: Kind = SMALL, cost: float = 1, avoid: Sequence[str] = ()
) -> Waiting:
    return Waiting(UUID(int=seq), seq, user, priority, kind, cost, frozenset(avoid))


def queue_of(*jobs: Waiting, limit: int = MANY, servers: Sequence[Server] = (ALL,)) -> Queue:
    queue = Queue()
    for server in servers:
        queue.meet(server)
    for one in jobs:
        queue.add(one, limit, 0.0)
    return queue


def take(queue: Queue, server: Server = ALL) -> Waiting | None:
    return next(iter(queue.take(server.id, 0.0).jobs), None)


def served(queue: Queue, server: Server = ALL) -> list[int]:
    """The order in which one worker gets everything; every job ends at once."""
    order = []
    while taken := take(queue, server):
        order.append(taken.seq)
        queue.finish(taken.user_id, 0.0)
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
        taken = take(queue)
        assert taken
        queue.finish(taken.user_id, 0.0)
    for n in range(100, 120):
        queue.add(job(n, user=2), MANY, 0.0)
    first = served(queue)[:20]

    assert 9 <= sum(seq >= 100 for seq in first) <= 11


def test_time_at_one_s_own_limit_earns_no_credit() -> None:
    queue = queue_of(*(job(n, user=1) for n in range(20)), limit=1)
    assert take(queue)  # a long job, meanwhile others are served
    for n in range(100, 150):
        queue.add(job(n, user=2), MANY, 0.0)
    for _ in range(30):
        take(queue)
    queue.set_limit(1, MANY, 0.0)
    first = served(queue)[:10]

    assert sum(seq < 100 for seq in first) <= 6


def test_a_user_at_the_limit_waits_and_others_go_on() -> None:
    queue = queue_of(job(1, user=1), job(2, user=1), limit=1)
    queue.add(job(3, user=2), 1, 0.0)
    assert [job and job.seq for job in (take(queue), take(queue), take(queue))] == [1, 3, None]

    queue.finish(1, 0.0)
    following = take(queue)
    assert following
    assert following.seq == 2


def test_jobs_that_ran_before_the_queue_was_built_count() -> None:
    queue = queue_of(job(1), limit=1)
    queue.start(1, 1, 0.0)
    assert take(queue) is None

    queue.finish(1, 0.0)
    assert take(queue)


def test_a_larger_plan_counts_at_once() -> None:
    queue = queue_of(job(1), job(2), limit=1)
    assert take(queue)
    assert take(queue) is None

    queue.set_limit(1, 2, 0.0)
    assert take(queue)


def test_a_worker_gets_only_what_it_can_make() -> None:
    small = Server("small-1", "small", {"painter": 512})
    queue = queue_of(job(1, kind=LARGE), job(2, kind=SMALL), job(3, kind=Kind("sdxl", 512)), servers=[ALL, small])

    assert served(queue, small) == [2]
    assert served(queue, ALL) == [1, 3]


def test_a_job_avoids_a_worker_only_while_another_can_run_it() -> None:
    avoiding = job(1, avoid=["gpu"])

    assert take(queue_of(avoiding, servers=[ALL, OTHER])) is None
    assert take(queue_of(avoiding, servers=[ALL, OTHER]), OTHER) == avoiding
    assert take(queue_of(avoiding, servers=[ALL, WEAK])) == avoiding
    assert take(queue_of(avoiding)) == avoiding


def test_a_job_that_avoids_a_worker_does_not_hold_up_the_others() -> None:
    queue = queue_of(job(1, user=1, avoid=["gpu"]), job(2, user=2), job(3, user=3), servers=[ALL, OTHER])

    assert served(queue, ALL) == [2, 3]
    assert served(queue, OTHER) == [1]


def test_a_job_that_comes_back_keeps_its_place_and_what_it_learned() -> None:
    queue = queue_of(job(1), job(2), job(3), servers=[ALL, OTHER])
    queue.discard(UUID(int=1))
    queue.add(job(1, avoid=["gpu"]), MANY, 0.0)

    assert take(queue) is None
    queue.lose(OTHER.id)
    assert served(queue) == [1, 2, 3]


def test_the_place_in_line_is_the_order_of_service() -> None:
    """How many are served before, and how many tokens they cost."""
    jobs = [job(n, user=n % 3, priority=n % 2) for n in range(12)]
    jobs += [job(n, user=n, priority=2, cost=n - 9) for n in range(12, 18)]
    queue = queue_of(*jobs)
    expected = {one.seq: queue.ahead(one) for one in jobs}
    order, before = served(queue), 0.0

    for place, seq in enumerate(order):
        assert expected[seq] == (place, before)
        before += jobs[seq].cost


def test_the_place_among_many_is_about_the_order_of_service() -> None:
    """Exactly that of each user's first job; further ones, above 64 users, from a histogram."""
    random = Random(5)
    owners = [user for user in range(120) for _ in range(random.randint(1, 12))]
    random.shuffle(owners)
    jobs = [job(n, user=user, cost=random.randint(1, 4)) for n, user in enumerate(owners)]
    queue = queue_of(*jobs)
    expected = [queue.ahead(one) for one in jobs]
    order, before, tokens = served(queue), 0.0, sum(one.cost for one in jobs)

    assert [expected[seq].jobs for seq in order[:120]] == list(range(120))
    for place, seq in enumerate(order):
        assert abs(expected[seq].jobs - place) < len(jobs) / 8
        assert abs(expected[seq].tokens - before) < tokens / 8
        before += jobs[seq].cost


def test_one_s_own_jobs_count_once_among_many() -> None:
    jobs = [*(job(n, user=n) for n in range(100)), *(job(n, user=1) for n in range(100, 600))]

    queue = queue_of(*jobs)
    assert queue.ahead(jobs[-1]).jobs == 599

    for one in (jobs[1], *jobs[100:-1]):
        queue.discard(one.id)
    assert queue.ahead(jobs[-1]).jobs == 99


def test_a_model_is_passed_over_for_three_load_times_unless_told_otherwise() -> None:
    """The first job of sdxl is behind nobody until a second one of painter goes before it."""
    warm = replace(ALL, warm=frozenset({"painter"}), load_seconds=10.0)
    jobs = [job(1, user=1, kind=Kind("sdxl", 512)), *(job(n, user=2, cost=9) for n in range(2, 9))]
    queue = queue_of(*jobs, servers=[warm])
    order = [queue.take(warm.id, at).jobs[0].kind.model for at in (1.0, 2.0, 31.9, 32.1)]

    assert order == ["painter", "painter", "painter", "sdxl"]


def test_why_a_job_waits() -> None:
    """The most binding reason; each is taken away in turn."""
    first, second = job(1), job(2)
    queue = queue_of(first, second, limit=1, servers=[WEAK, replace(ALL, draining=True)])
    queue.pause({"painter"})
    queue.start(1, 1, 0.0)
    said = [queue.why(second)]
    queue.pause(())
    said.append(queue.why(second))
    queue.lose(ALL.id)
    said.append(queue.why(second))
    queue.meet(ALL)
    said.append(queue.why(second))
    queue.finish(1, 0.0)
    said += [queue.why(second), queue.why(first)]
    queue.meet(replace(ALL, warm=frozenset({"painter"})))
    said.append(queue.why(first))

    assert said == [
        Reason.PAUSED,
        Reason.DRAINING,
        Reason.IMPOSSIBLE,
        Reason.LIMIT,
        Reason.OWN,
        Reason.LOADING,
        Reason.TURN,
    ]


@pytest.mark.parametrize(
    ("reason", "first", "later"),
    [
        (Reason.PAUSED, Why.PAUSED, Why.PAUSED),
        (Reason.DRAINING, Why.NO_WORKER, Why.NO_WORKER),
        (Reason.IMPOSSIBLE, Why.NO_WORKER, Why.NO_WORKER),
        (Reason.LIMIT, Why.OWN_JOBS, Why.OWN_JOBS),
        (Reason.OWN, Why.NEXT, Why.TURN),
        (Reason.LOADING, Why.NEXT, Why.TURN),
        (Reason.TURN, Why.NEXT, Why.TURN),
    ],
)
def test_what_people_are_told_of_it(reason: Reason, first: Why, later: Why) -> None:
    assert (why_of(reason, 1), why_of(reason, 2)) == (first, later)


def test_users_who_left_are_forgotten() -> None:
    queue = queue_of()
    for n in range(1000):
        queue.add(job(n, user=n), 1, 0.0)
        served(queue)
    queue.forget_idle()

    assert len(queue.users) < 300  # virtual time moves on by a two hundredth of each newcomer's job


def test_what_comes_and_goes_while_nobody_serves_leaves_nothing_behind() -> None:
    """One who stays is before them all."""
    queue = queue_of(job(0, user=0), servers=())
    for n in range(1, 20_001):
        queue.add(job(n, user=n % 50), MANY, float(n))
        queue.discard(UUID(int=n))
        if n % 500 == 0:
            queue.forget_idle()
    kept = [len(step.lines) for step in queue.ageing.steps]
    lanes = [len(lane.residents) for aisle in queue.aisles.values() for row in aisle.rows.values() for lane in row]

    assert sum(kept) < 2000
    assert sum(lanes) < 2000
    queue.meet(ALL)
    assert served(queue) == [0]


def test_sides_are_rounded_so_that_admission_and_dispatch_agree() -> None:
    for offered in range(256, 4096, 8):
        side = largest_side(offered)
        assert kind_of("painter", side).side <= offered < kind_of("painter", side + 1).side


@given(st.lists(st.tuples(st.integers(1, 9), st.integers(1, 9)), min_size=20, max_size=60))
def test_two_who_always_wait_differ_by_at_most_their_largest_jobs(costs: list[tuple[int, int]]) -> None:
    queue = queue_of()
    for n, (ones, twos) in enumerate(costs):
        queue.add(job(2 * n, user=1, cost=ones), MANY, 0.0)
        queue.add(job(2 * n + 1, user=2, cost=twos), MANY, 0.0)
    largest = max(ones for ones, _ in costs) + max(twos for _, twos in costs)
    tokens = {1: 0.0, 2: 0.0}
    left = {1: len(costs), 2: len(costs)}
    while min(left.values()) > 1:
        taken = take(queue)
        assert taken
        tokens[taken.user_id] += taken.cost
        left[taken.user_id] -= 1
        assert abs(tokens[1] - tokens[2]) <= largest

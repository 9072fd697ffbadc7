"""Who is turned away in a simulation is who would be turned away live."""

from collections.abc import Sequence

import asyncpg

from scheduler.errors import Code
from scheduler.jobs.kinds import Kind
from scheduler.jobs.queue import Queue, Server, Waiting
from scheduler.plans.model import Plan
from scheduler.plans.queries import active_plans
from scheduler.simulation.door import Door
from scheduler.simulation.machine import Arrival, Machine, Run, Worker
from scheduler.simulation.model import SEEDED

FREE = SEEDED[0]
A = Kind("A", 512)


class Answers:
    """What everybody was told, in turn."""

    def __init__(self) -> None:
        self.told: list[Code | None] = []

    def arrived(self, job: Waiting, now: float) -> None:
        self.told.append(None)

    def refused(self, arrival: Arrival, code: Code) -> None:
        self.told.append(code)

    def started(self, job: Waiting, arrived: float, run: Run) -> None: ...
    def ended(self, run: Run, now: float) -> None: ...


def answers(times: Sequence[float], job_seconds: float) -> list[Code | None]:
    """To one user of the Free plan, who asks at these times; one worker serves."""
    told = Answers()
    worker = Worker(Server("w", "w", {"A": 512}, warm=frozenset("A"), paces={"A": job_seconds}), loaded=["A"])
    arrivals = (Arrival(at, 1, FREE.priority, A, 1.0, FREE.max_concurrent_jobs, FREE) for at in times)
    Machine(Queue(), [worker], told).run(arrivals, float("inf"))
    return told.told


def test_at_once_a_minute_s_requests_are_let_in() -> None:
    assert answers([0.0] * 7, 1.0) == [None] * 5 + [Code.RATE_LIMITED] * 2


def test_the_rate_frees_one_place_after_the_other() -> None:
    assert answers([0.0] * 5 + [11.9, 12.0, 12.1], 1.0) == [None] * 5 + [Code.RATE_LIMITED, None, Code.RATE_LIMITED]


def test_one_runs_and_five_wait_and_the_next_comes_in_when_one_has_ended() -> None:
    times = [20.0 * n for n in range(7)]

    assert answers([*times, 999.0, 1001.0, 1021.0], 1000.0) == [None] * 6 + [Code.TOO_MANY_WAITING] * 2 + [
        None,
        Code.TOO_MANY_WAITING,
    ]


def test_who_is_long_gone_is_forgotten_and_who_is_not_is_known() -> None:
    door = Door()
    for _ in range(5):
        assert door.refusal(0, FREE, 100.0) is None
    for user in range(1, 5000):
        assert door.refusal(user, FREE, 100.0) is None
        door.ended(user)
        if user % 1000 == 0:
            assert door.refusal(0, FREE, 100.0) is Code.RATE_LIMITED
    for user in range(5000, 20_000):
        assert door.refusal(user, FREE, 10_000.0 + user) is None
        door.ended(user)

    assert len(door.standings) < 5000
    assert door.refusal(0, FREE, 30_000.0) is None  # the sixth that is open
    assert door.refusal(0, FREE, 31_000.0) is Code.TOO_MANY_WAITING


async def test_the_plans_are_those_that_tessera_comes_with(db: asyncpg.Pool) -> None:
    def limits(plan: Plan) -> tuple[object, ...]:
        return plan.tier, plan.priority, plan.requests_per_minute, plan.max_concurrent_jobs, plan.max_waiting_jobs

    assert [limits(plan) for plan in SEEDED] == [limits(plan) for plan in await active_plans(db)]

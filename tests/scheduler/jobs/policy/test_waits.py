"""Predictions learn from how earlier ones turned out; speeds from what was measured."""

from random import Random
from uuid import UUID

import pytest

from scheduler.jobs.policy.waits import Foresight, Raw, Speeds


@pytest.mark.parametrize("bias", [0.2, 1.0, 5.0])
def test_half_of_the_waits_hold_the_p50_and_nine_of_ten_the_p90(bias: float) -> None:
    random, foresight, held = Random(3), Foresight(), [0, 0]
    for n in range(5000):
        raw, now = random.uniform(5, 60), float(n)
        expected = foresight.promise(UUID(int=n), 1, Raw(raw), now)
        actual = raw * bias * random.lognormvariate(0, 0.6)
        foresight.started(UUID(int=n), now + actual)
        held[0] += actual <= expected.p50
        held[1] += actual <= expected.p90

    assert 0.45 <= held[0] / 5000 <= 0.55
    assert 0.85 <= held[1] / 5000 <= 0.95


def test_the_first_promise_is_the_one_that_counts_and_who_left_teaches_nothing() -> None:
    foresight = Foresight()
    first = foresight.promise(UUID(int=1), 0, Raw(10.0), 0.0)
    foresight.promise(UUID(int=1), 0, Raw(1.0), 9.0)
    foresight.left(UUID(int=1))
    foresight.started(UUID(int=1), 100.0)
    assert foresight.expect(0, Raw(10.0)) == first

    near = foresight.expect(0, Raw(1.0))
    foresight.promise(UUID(int=2), 0, Raw(10.0), 0.0)
    foresight.promise(UUID(int=2), 0, Raw(1.0), 9.0)
    foresight.started(UUID(int=2), 100.0)
    assert foresight.expect(0, Raw(10.0)).p50 > first.p50
    assert foresight.expect(0, Raw(1.0)) == near


def test_promises_that_turn_out_late_do_not_carry_the_factor_away() -> None:
    """A burst: five hundred were told the same before the first of them started, three times as late."""
    foresight = Foresight()
    for n in range(500):
        foresight.promise(UUID(int=n), 0, Raw(1000.0), 0.0)
    for n in range(500):
        foresight.started(UUID(int=n), 3000.0)

    assert 2000 < foresight.expect(0, Raw(1000.0)).p50 < 4500


def test_what_is_free_starts_at_once() -> None:
    assert Foresight().promise(UUID(int=1), 0, Raw(0.0), 0.0) == (0.0, 0.0)


def test_a_worker_s_own_speed_goes_before_the_model_s() -> None:
    speeds = Speeds()
    speeds.note_run("sdxl", "fast", 10.0, 10.0)
    assert speeds.pace("sdxl", "new") == 1.0

    speeds.note_run("sdxl", "slow", 40.0, 10.0)
    assert speeds.pace("sdxl", "slow") == 4.0
    assert 1.0 < speeds.pace("sdxl", "new") < 4.0


def test_what_a_worker_states_goes_before_what_is_reckoned_here() -> None:
    speeds = Speeds()
    speeds.note_run("sdxl", "gpu", 40.0, 10.0)
    speeds.stated("gpu", {"sdxl": 2.0, "flux": 0.0}, {"sdxl": 10.0, "flux": 30.0})

    assert speeds.paces(["sdxl", "flux"], "gpu") == {"sdxl": 2.0, "flux": 1.0}
    assert speeds.load_seconds("gpu") == 20.0


def test_a_cold_run_tells_the_load_time() -> None:
    speeds = Speeds()
    assert speeds.load_seconds("gpu") == 0.0
    speeds.note_run("sdxl", "gpu", 5.0, 5.0)
    speeds.note_run("sdxl", "gpu", 25.0, 5.0, cold=True)

    assert speeds.load_seconds("gpu") == 20.0
    assert speeds.pace("sdxl", "gpu") == 1.0

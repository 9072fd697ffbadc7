"""When a model rests, and when a worker: the rule alone."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from scheduler.fleet.breaking import LOST, Failure, Tripped, suspicious, tripped

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
TWO = {"gpu-1": {"sdxl", "painter"}, "gpu-2": {"sdxl", "painter"}}


def after(minutes: float) -> datetime:
    return NOON + timedelta(minutes=minutes)


def failed(
    times: int, *worker_ids: str, model: str = "sdxl", users: Sequence[int] = (1, 2), code: str = "engine_failed"
) -> list[Failure]:
    """One failure a minute, workers and users in turn."""
    return [
        Failure(after(n), uuid4(), users[n % len(users)], model, worker_ids[n % len(worker_ids)], code)
        for n in range(times)
    ]


def test_a_model_that_fails_on_every_worker_is_paused() -> None:
    assert tripped(failed(5, "gpu-1", "gpu-2"), {}, TWO) == Tripped(models=frozenset({"sdxl"}))


def test_the_only_worker_is_every_worker() -> None:
    assert tripped(failed(5, "gpu-1"), {}, {"gpu-1": {"sdxl"}}) == Tripped(models=frozenset({"sdxl"}))


def test_a_model_that_succeeded_since_is_not_paused() -> None:
    assert tripped(failed(9, "gpu-1", "gpu-2"), {("sdxl", "gpu-2"): after(5)}, TWO) == Tripped()


def test_what_succeeded_before_it_began_to_fail_does_not_help() -> None:
    completed = {("sdxl", "gpu-2"): after(-1)}
    assert tripped(failed(5, "gpu-1", "gpu-2"), completed, TWO).models == {"sdxl"}


def test_one_person_alone_needs_longer_to_have_a_model_paused() -> None:
    assert tripped(failed(9, "gpu-1", "gpu-2", users=[1]), {}, TWO) == Tripped()
    assert tripped(failed(10, "gpu-1", "gpu-2", users=[1]), {}, TWO).models == {"sdxl"}


def test_a_worker_that_fails_where_another_succeeds_is_put_aside() -> None:
    completed = {("sdxl", "gpu-2"): after(3)}
    assert tripped(failed(5, "gpu-1"), completed, TWO) == Tripped(workers=frozenset({"gpu-1"}))


def test_a_worker_that_succeeds_with_anything_is_not() -> None:
    completed = {("sdxl", "gpu-2"): after(3), ("painter", "gpu-1"): after(3)}
    assert tripped(failed(5, "gpu-1"), completed, TWO) == Tripped()


def test_nobody_is_put_aside_while_nobody_succeeds() -> None:
    assert tripped(failed(5, "gpu-1"), {}, TWO) == Tripped()


def test_a_store_that_is_gone_pauses_no_model() -> None:
    assert tripped(failed(9, "gpu-1", "gpu-2", code="store_failed"), {}, TWO) == Tripped()


def test_a_worker_is_not_blamed_for_a_model_that_fails_everywhere() -> None:
    completed = {("painter", "gpu-2"): after(3)}
    assert tripped(failed(6, "gpu-1", "gpu-2"), completed, TWO) == Tripped(models=frozenset({"sdxl"}))


def lost(jobs: int, *names: str, each: int = 2, at_once: int = 1) -> list[Failure]:
    """Jobs that were lost so often, each time on the next incarnation of the next worker, some of them together."""
    failures: list[Failure] = []
    job_ids = [uuid4() for _ in range(jobs)]
    for death in range(jobs * each // at_once):
        worker_id = f"{names[death % len(names)]}-{death:08x}"
        for n in range(at_once):
            number = (death * at_once + n) // each if at_once == 1 else n
            failures.append(Failure(after(death), job_ids[number], 1 + number % 2, "sdxl", worker_id, LOST))
    return failures


BACK = {"gpu-1-ffffffff": {"sdxl", "painter"}, "gpu-2-ffffffff": {"sdxl", "painter"}}


def test_a_model_that_takes_its_workers_down_is_paused() -> None:
    assert tripped(lost(3, "gpu-1", "gpu-2"), {}, BACK).models == {"sdxl"}
    assert tripped(lost(3, "gpu-1"), {}, {"gpu-1-ffffffff": {"sdxl"}}).models == {"sdxl"}


def test_a_worker_that_is_not_taken_down_keeps_the_model_going() -> None:
    assert tripped(lost(3, "gpu-1"), {}, BACK) == Tripped()
    assert tripped(lost(3, "gpu-1", "gpu-2"), {("sdxl", "gpu-2-00000003"): after(3)}, BACK) == Tripped()


def test_workers_that_are_lost_once_with_each_job_may_have_been_switched_off() -> None:
    assert tripped(lost(10, "gpu-1", "gpu-2", each=1), {}, BACK) == Tripped()


def test_what_is_lost_together_is_one_loss() -> None:
    twice_eight = lost(8, "gpu-1", "gpu-2", at_once=8)

    assert len(twice_eight) == 16
    assert tripped(twice_eight, {}, BACK) == Tripped()


def test_a_few_failures_are_not_worth_a_look() -> None:
    assert not suspicious(failed(4, "gpu-1"))
    assert suspicious(failed(5, "gpu-1"))

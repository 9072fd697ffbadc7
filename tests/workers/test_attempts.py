"""From an assignment to its acknowledged outcome."""

import asyncio
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from PIL import Image

from scheduler import wire
from scheduler.wire import AttemptRef
from tests.workers.conftest import RunningWorker, StartWorker
from tests.workers.fake_scheduler import FakeScheduler
from workers import runner
from workers.engines import instant
from workers.engines.instant import InstantEngine
from workers.engines.protocol import Made, Progress, Report, Task

SLOW: dict[str, Any] = {"steps": 200, "delay": 0.02}


async def test_a_worker_registers_with_its_first_beat(scheduler: FakeScheduler, worker: RunningWorker) -> None:
    worker_id = await scheduler.worker()

    assert worker_id.startswith("tests-")
    assert len(worker_id) == len("tests-") + 8
    assert [(offer.model, offer.capability) for offer in scheduler.beat.offers] == [("instant", "image")]
    assert scheduler.beat.slots == 1


async def test_an_assignment_becomes_files_and_an_outcome(
    scheduler: FakeScheduler, worker: RunningWorker, store: Path
) -> None:
    ref = await scheduler.assign(scheduler.job(count=2))
    outcome = await scheduler.outcome(ref)

    assert outcome.status == "completed"
    assert [Path(made.path).name for made in outcome.artifacts] == ["0.png", "1.png"]
    assert [(made.width, made.height) for made in outcome.artifacts] == [(64, 64), (64, 64)]
    assert outcome.artifacts[0].metadata["seed"] == 7
    with Image.open(store / (outcome.artifacts[0].thumbnail_path or "")) as thumbnail:
        assert thumbnail.format == "JPEG"
    await scheduler.until(lambda: not scheduler.beat.holding)
    assert scheduler.beat.warm == ["instant"]


async def test_a_large_picture_is_stored_once_more_for_screens(
    scheduler: FakeScheduler, worker: RunningWorker, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def large(self: InstantEngine, task: Task, progress: Progress) -> list[Made]:
        return [instant.save(Image.new("RGB", (1600, 40)), task, 0, 7)]

    monkeypatch.setattr(InstantEngine, "make", large)
    [made] = (await scheduler.outcome(await scheduler.assign(scheduler.job()))).artifacts

    assert made.web is not None
    assert made.web.path == made.path.replace("0.png", "0.web.jpg")
    assert made.blurhash
    with Image.open(store / made.web.path) as picture:
        assert picture.size == (made.web.width, made.web.height) == (1280, 32)


async def test_the_picture_to_start_from_lies_in_the_task_s_folder(
    scheduler: FakeScheduler, worker: RunningWorker, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[bytes] = []
    run = InstantEngine.run

    def look(self: InstantEngine, tasks: Sequence[Task], report: Report) -> Any:
        for task in tasks:
            assert task.picture
            assert task.picture.parent == task.folder
            seen.append(task.picture.read_bytes())
        return run(self, tasks, report)

    monkeypatch.setattr(InstantEngine, "run", look)
    (store / "uploads").mkdir(parents=True)
    Image.new("RGB", (8, 8)).save(store / "uploads" / "one.png")
    outcome = await scheduler.outcome(await scheduler.assign(scheduler.job(picture_path="uploads/one.png")))

    assert (outcome.status, seen) == ("completed", [(store / "uploads" / "one.png").read_bytes()])


@pytest.mark.parametrize(
    "path", ["uploads/none.png", "../secret", "/etc/passwd", "uploads/../../secret", "", "uploads"]
)
async def test_a_picture_that_is_none_of_the_store_is_not_read(
    scheduler: FakeScheduler, worker: RunningWorker, store: Path, path: str
) -> None:
    (store / "uploads").mkdir(parents=True)
    (store.parent / "secret").write_text("of the machine")
    outcome = await scheduler.outcome(await scheduler.assign(scheduler.job(picture_path=path)))

    assert (outcome.status, outcome.error_code, outcome.retryable) == ("failed", "bad_request", False)


async def test_a_beat_states_how_fast_the_worker_has_been_apart_from_its_loads(
    scheduler: FakeScheduler, worker: RunningWorker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(InstantEngine, "load", lambda self, model: time.sleep(0.3))
    await scheduler.outcome(await scheduler.assign(scheduler.job(tokens=0.0)))
    await scheduler.until(lambda: bool(scheduler.beat.load_seconds))
    assert scheduler.beat.load_seconds["instant"] >= 0.3
    assert scheduler.beat.paces == {}

    outcome = await scheduler.outcome(await scheduler.assign(scheduler.job(tokens=4.0, delay=0.1)))
    await scheduler.until(lambda: bool(scheduler.beat.paces))
    assert scheduler.beat.paces["instant"] == pytest.approx(outcome.run_seconds / 4)


async def test_the_first_line_says_nothing_is_done_and_the_last_that_all_is(
    scheduler: FakeScheduler, worker: RunningWorker
) -> None:
    ref = await scheduler.assign(scheduler.job(steps=10, delay=0.05))
    await scheduler.outcome(ref)
    await scheduler.until(lambda: scheduler.progress[ref][-1].fraction == 1.0)
    lines = scheduler.progress[ref]

    assert lines[0].fraction == 0.0
    assert 3 <= len(lines) <= 6  # half a second at four lines a second, the first preview, the first and the last line
    assert lines[-1].preview == 1
    assert lines[-1].seconds_left == 0.0
    preview = await scheduler.redis.get(wire.preview_key(ref.job_id))
    assert isinstance(preview, bytes)
    assert preview.startswith(b"\xff\xd8")


async def test_the_same_assignment_again_changes_nothing(scheduler: FakeScheduler, worker: RunningWorker) -> None:
    job = scheduler.job(steps=10, delay=0.02)
    ref = await scheduler.assign(job)
    await scheduler.assign(job)
    await scheduler.outcome(ref)
    await scheduler.until(lambda: not scheduler.beat.holding)
    await scheduler.assign(job)
    await scheduler.outcome(await scheduler.assign(scheduler.job()))

    assert scheduler.repeats[ref] == 1
    assert [line.fraction for line in scheduler.progress[ref]].count(0.0) == 1


async def test_a_cancel_stops_the_engine_at_its_next_report(scheduler: FakeScheduler, worker: RunningWorker) -> None:
    ref = await scheduler.assign(scheduler.job(**SLOW))
    await scheduler.until(lambda: any(line.fraction > 0.05 for line in scheduler.progress.get(ref, ())))
    asked_at = time.monotonic()
    await scheduler.cancel(ref)
    outcome = await scheduler.outcome(ref)

    assert outcome.status == "cancelled"
    assert 0.5 < outcome.unused_fraction < 0.95
    assert time.monotonic() - asked_at < 0.5


async def test_a_cancel_that_overtook_its_assignment_is_remembered(
    scheduler: FakeScheduler, worker: RunningWorker
) -> None:
    job = scheduler.job(**SLOW)
    await scheduler.cancel(AttemptRef(job_id=job.job_id, attempt=job.attempt))
    outcome = await scheduler.outcome(await scheduler.assign(job))

    assert (outcome.status, outcome.unused_fraction) == ("cancelled", 1.0)


async def test_a_waiting_attempt_is_cancelled_at_once(scheduler: FakeScheduler, worker: RunningWorker) -> None:
    running = await scheduler.assign(scheduler.job(**SLOW))
    waiting = await scheduler.assign(scheduler.job())
    await scheduler.until(lambda: len(scheduler.beat.holding) == 2)
    await scheduler.cancel(waiting)

    assert (await scheduler.outcome(waiting)).unused_fraction == 1.0
    await scheduler.cancel(running)
    assert (await scheduler.outcome(running)).status == "cancelled"


async def test_a_later_attempt_ends_the_earlier_one_silently(scheduler: FakeScheduler, worker: RunningWorker) -> None:
    job_id = uuid4()
    first = await scheduler.assign(scheduler.job(job_id=job_id, **SLOW))
    await scheduler.first_line(first)
    second = await scheduler.assign(scheduler.job(job_id=job_id, attempt=2))

    assert (await scheduler.outcome(second)).status == "completed"
    late = await scheduler.assign(scheduler.job(job_id=job_id, attempt=2))
    await scheduler.until(lambda: not scheduler.beat.holding)
    assert first not in scheduler.outcomes
    assert scheduler.repeats[late] == 1


async def test_two_slots_run_side_by_side(scheduler: FakeScheduler, start_worker: StartWorker) -> None:
    await start_worker(worker_slots=2)
    first, second = [await scheduler.assign(scheduler.job(**SLOW)) for _ in range(2)]

    def both_move() -> bool:
        return all(any(line.fraction > 0 for line in scheduler.progress.get(ref, ())) for ref in (first, second))

    await scheduler.until(both_move)
    await asyncio.gather(scheduler.cancel(first), scheduler.cancel(second))
    assert {(await scheduler.outcome(ref)).status for ref in (first, second)} == {"cancelled"}


@pytest.mark.parametrize(
    ("fail", "code", "retryable"),
    [
        ("bad_request", "bad_request", False),
        ("out_of_memory", "out_of_memory", True),
        ("broken", "engine_failed", True),
    ],
)
async def test_what_an_engine_raises_is_told_by_its_code(
    scheduler: FakeScheduler, worker: RunningWorker, fail: str, code: str, retryable: bool
) -> None:
    outcome = await scheduler.outcome(await scheduler.assign(scheduler.job(fail=fail)))

    assert (outcome.status, outcome.error_code, outcome.retryable) == ("failed", code, retryable)
    assert outcome.error_message
    assert (await scheduler.outcome(await scheduler.assign(scheduler.job()))).status == "completed"


async def test_not_even_an_exit_ends_the_worker(
    scheduler: FakeScheduler, worker: RunningWorker, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(InstantEngine, "run", lambda *arguments: sys.exit("a library that thinks it is a program"))
        outcome = await scheduler.outcome(await scheduler.assign(scheduler.job()))

    assert (outcome.error_code, outcome.retryable) == ("engine_failed", True)
    assert (await scheduler.outcome(await scheduler.assign(scheduler.job()))).status == "completed"


async def test_metadata_that_is_no_json_fails_its_attempt_only(
    scheduler: FakeScheduler, worker: RunningWorker, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(InstantEngine, "run", with_odd_metadata)
        outcome = await scheduler.outcome(await scheduler.assign(scheduler.job()))

    assert outcome.error_code == "engine_failed"
    assert (await scheduler.outcome(await scheduler.assign(scheduler.job()))).status == "completed"


def with_odd_metadata(engine: InstantEngine, tasks: Sequence[Task], report: Report) -> list[list[Made]]:
    path = tasks[0].folder / "0.png"
    Image.new("RGB", (8, 8)).save(path)
    return [[Made(path, "image", "png", 8, 8, metadata={"engine": engine})]]


async def test_a_model_nobody_here_offers_is_for_another_worker(
    scheduler: FakeScheduler, worker: RunningWorker
) -> None:
    job = scheduler.job().model_copy(update={"model": "flux"})
    outcome = await scheduler.outcome(await scheduler.assign(job))

    assert (outcome.error_code, outcome.retryable) == ("engine_failed", True)


async def test_what_takes_too_long_fails_for_good(scheduler: FakeScheduler, worker: RunningWorker) -> None:
    outcome = await scheduler.outcome(await scheduler.assign(scheduler.job(timeout=0.2, **SLOW)))

    assert (outcome.status, outcome.error_code, outcome.retryable) == ("failed", "timeout", False)
    assert 0.2 <= outcome.run_seconds < 1.0


async def test_loading_is_no_part_of_the_time_that_work_may_take(
    scheduler: FakeScheduler, worker: RunningWorker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(InstantEngine, "load", lambda self, model: time.sleep(0.6))
    outcome = await scheduler.outcome(await scheduler.assign(scheduler.job(timeout=0.5)))
    assert (outcome.status, outcome.run_seconds >= 0.6) == ("completed", True)

    late = await scheduler.outcome(await scheduler.assign(scheduler.job(timeout=0.2, **SLOW)))
    assert late.error_code == "timeout"


async def test_a_load_that_does_not_end_is_given_up(
    scheduler: FakeScheduler, worker: RunningWorker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "LOADING_SECONDS", 0.2)
    monkeypatch.setattr(runner, "YIELD_SECONDS", 0.1)
    monkeypatch.setattr(InstantEngine, "load", lambda self, model: time.sleep(1.0))
    outcome = await scheduler.outcome(await scheduler.assign(scheduler.job()))
    assert (outcome.status, outcome.error_code) == ("failed", "timeout")


async def test_an_engine_that_never_comes_back_does_not_take_its_slot_along(
    scheduler: FakeScheduler, worker: RunningWorker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "YIELD_SECONDS", 0.1)
    stuck = await scheduler.assign(scheduler.job(timeout=0.1, steps=1, delay=3.0))

    assert (await scheduler.outcome(stuck)).error_code == "timeout"
    assert (await scheduler.outcome(await scheduler.assign(scheduler.job()))).status == "completed"


async def test_a_store_that_takes_no_files_fails_the_attempt_not_the_worker(
    scheduler: FakeScheduler, worker: RunningWorker, store: Path
) -> None:
    await scheduler.worker()
    (store / "jobs").write_text("a file where a folder should be")
    outcome = await scheduler.outcome(await scheduler.assign(scheduler.job()))
    assert (outcome.status, outcome.error_code, outcome.retryable) == ("failed", "store_failed", True)

    (store / "jobs").unlink()
    assert (await scheduler.outcome(await scheduler.assign(scheduler.job()))).status == "completed"


async def test_a_message_nobody_can_read_is_passed_over(scheduler: FakeScheduler, worker: RunningWorker) -> None:
    inbox = wire.inbox(await scheduler.worker())
    await scheduler.redis.xadd(inbox, {wire.FIELD: '{"kind": "from a later version"}'})
    await scheduler.redis.xadd(inbox, {"something": "else"})

    assert (await scheduler.outcome(await scheduler.assign(scheduler.job()))).status == "completed"
    await scheduler.until(lambda: not scheduler.beat.holding)
    assert await scheduler.redis.xlen(inbox) == 0

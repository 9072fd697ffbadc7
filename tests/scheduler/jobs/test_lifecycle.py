"""How jobs end: every outcome, its settlement and its traces, on a real database."""

import asyncio
import time
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest
from pydantic import ValidationError

from scheduler.accounts.model import Caller
from scheduler.jobs.model import Destination, JobError, JobEvent, Status
from scheduler.jobs.outcomes import given_up
from scheduler.jobs.queries.dispatch import Requeue
from scheduler.jobs.queries.views import read_job
from scheduler.ledger.queries import move
from scheduler.wire import FIELD, LOADING_SECONDS, REPORTS, Acknowledged, Beat, Cancel, Outcome, Rendition
from tests.scheduler.stage import Stage
from tests.scheduler.worker import PICTURE, Worker

DESTINATION = Destination(bot_id="telegram", process="p1", address={"chat_id": 1})


async def settlement(stage: Stage, job_id: UUID) -> tuple[float, float] | None:
    """What came back to balance and allowance; None while the hold stands. Twice would violate a constraint."""
    row = await stage.pool.fetchrow(
        "select delta, allowance_delta from billing.token_ledger where reference_id = $1", f"settle:{job_id}"
    )
    return (float(row["delta"]), float(row["allowance_delta"])) if row else None


async def usage(stage: Stage, user: Caller) -> tuple[float, int, int]:
    row = await stage.pool.fetchrow(
        "select tokens_used, jobs_completed, jobs_failed from usage_daily where user_id = $1", user.user_id
    )
    return float(row["tokens_used"]), row["jobs_completed"], row["jobs_failed"]


async def is_settled(stage: Stage, user: Caller) -> bool:
    """No open job, and the allowance shows exactly what was used today."""
    standing = await stage.standing(user)
    used = (await usage(stage, user))[0]
    return standing.open_jobs == 0 and standing.allowance_used == used


async def test_a_completed_job_has_its_picture_its_price_and_its_delivery(
    stage: Stage, gpu: Worker, ann: Caller
) -> None:
    job_id, task = await stage.started(ann, gpu, count=2, destination=DESTINATION)
    await gpu.finish(task)
    await stage.file()

    row = await stage.row(job_id)
    assert (row["status"], row["cost_tokens"], row["execution_time_seconds"]) == ("COMPLETED", 2, Decimal("1.5"))
    assert row["lease_until"] is None
    artifact = await stage.pool.fetchrow("select * from artifacts where job_id = $1", job_id)
    kept = await stage.store.read_part(artifact["local_path"], 0, 2 * len(PICTURE))
    assert kept
    assert kept.content == PICTURE
    assert (artifact["type"], artifact["width"], artifact["metadata"]["seed"]) == ("image", 64, task.params["seed"])
    assert artifact["expires_at"] > row["ended_at"]
    assert await settlement(stage, job_id) == (0, 0)
    assert await usage(stage, ann) == (2, 1, 0)
    assert await stage.pool.fetchval("select state from deliveries where job_id = $1", job_id) == "due"
    assert await gpu.inbox() == [Acknowledged(job_id=job_id, attempt=1)]
    assert await is_settled(stage, ann)


@pytest.mark.parametrize(
    ("took", "cost"),
    [
        ((21.0, 29.5), "1.50"),
        ((3.0, 40.0), "1.25"),
        ((90.0, 90.0), "2.00"),
        ((90.0, 3.0), "2.00"),
        ((3.0, None), "2.00"),
        ((-1.0, 0.0), "0.50"),
        ((None, None), "2.00"),
    ],
)
async def test_speech_costs_what_was_spoken_and_never_more_than_was_held(
    stage: Stage, took: tuple[float | None, ...], cost: str
) -> None:
    """480 characters are held as 40 seconds: four times ten of them, twice, at a quarter of a token."""
    ann = await stage.user()
    speaker = await stage.worker("voices", models=("speaker",))
    async with stage.pool.acquire() as connection, connection.transaction():
        await move(connection, ann.user_id, "grant", "grant:1", Decimal(10))
    await stage.pool.execute("update billing.token_account set allowance_day = current_date, allowance_used = 19.5")
    job_id, task = await stage.started(ann, speaker, capability="audio", model="speaker", prompt="a" * 480, count=2)
    assert (await stage.row(job_id))["cost_tokens"] == 2
    made = [speaker.made(task, type="audio", format="ogg", took_seconds=seconds) for seconds in took]
    await speaker.finish(task, artifacts=made)
    await stage.file()

    row, back = await stage.row(job_id), 2 - float(cost)
    assert (row["status"], row["cost_tokens"]) == ("COMPLETED", Decimal(cost))
    assert await settlement(stage, job_id) == (back, 0)
    assert (await usage(stage, ann))[0] == float(cost)
    assert (await stage.standing(ann)).balance == Decimal("8.50") + Decimal(back)
    assert (
        await stage.pool.fetchval("select tokens_audio from usage_daily where user_id = $1", ann.user_id)
        == row["cost_tokens"]
    )


@pytest.mark.parametrize(("took", "cost"), [((40, 1300), "1.50"), ((9000, 0), "2.00"), ((40, None), "2.00")])
async def test_an_answer_costs_what_was_said(stage: Stage, took: tuple[int | None, ...], cost: str) -> None:
    """The question and up to 1000 tokens are held: two prices, twice, at half a token."""
    ann = await stage.user()
    server = await stage.worker("words", models=("chat",))
    job_id, task = await stage.started(ann, server, capability="text", model="chat", prompt="why?", count=2)
    held = (await stage.row(job_id))["cost_tokens"]
    made = [server.made(task, type="text", format="txt", took_tokens=tokens) for tokens in took]
    await server.finish(task, artifacts=made)
    await stage.file()

    assert (held, task.params["max_tokens"]) == (2, 1000)
    assert (await stage.row(job_id))["cost_tokens"] == Decimal(cost)
    assert (await usage(stage, ann))[0] == float(cost)


async def test_a_failed_job_gives_its_tokens_back(stage: Stage, gpu: Worker, ann: Caller) -> None:
    job_id, task = await stage.started(ann, gpu, count=2, destination=DESTINATION)
    said = {"error_code": "bad_request", "error_fault": "picture_unreadable", "error_message": "not an image\0"}
    await gpu.finish(task, "failed", **said)
    await stage.file()

    row = await stage.row(job_id)
    assert (row["status"], row["cost_tokens"]) == ("FAILED", 0)
    assert row["error"] == {"code": "bad_request", "message": "not an image", "fault": "picture_unreadable"}
    view = await read_job(stage.pool, job_id, ann.user_id)
    assert view
    assert view.error == JobError(code="bad_request", message="not an image", fault="picture_unreadable")
    assert await settlement(stage, job_id) == (0, 2)
    assert await usage(stage, ann) == (0, 0, 1)
    assert await stage.pool.fetchval("select state from deliveries where job_id = $1", job_id) == "due"
    assert await is_settled(stage, ann)


async def test_both_purses_get_back_what_they_gave(stage: Stage, gpu: Worker, ann: Caller) -> None:
    async with stage.pool.acquire() as connection, connection.transaction():
        await move(connection, ann.user_id, "grant", "grant:1", Decimal(10))
    await stage.pool.execute("update billing.token_account set allowance_day = current_date, allowance_used = 18")
    job_id, task = await stage.started(ann, gpu, count=4)
    assert (await stage.standing(ann)).balance == 8
    await stage.lifecycle.cancel(job_id, ann.user_id)
    await gpu.finish(task, "cancelled", unused_fraction=0.25)
    await stage.file()

    assert await settlement(stage, job_id) == (1, 0)  # the allowance is spent first, so the balance comes back first
    standing = await stage.standing(ann)
    assert standing.balance == 9
    assert standing.allowance_used == 20


async def test_nothing_returns_to_the_allowance_of_a_new_day(stage: Stage, gpu: Worker, ann: Caller) -> None:
    job_id, task = await stage.started(ann, gpu)
    await stage.pool.execute("update billing.token_account set allowance_day = current_date + 1, allowance_used = 0")
    await gpu.finish(task, "failed")
    await stage.file()

    assert await settlement(stage, job_id) == (0, 1)
    assert (await stage.standing(ann)).allowance_used == 0
    day = await stage.pool.fetchval("select date from usage_daily where user_id = $1", ann.user_id)
    assert day == (await stage.row(job_id))["held_day"]


# Cancels


async def test_a_waiting_job_that_is_cancelled_ends_at_once(stage: Stage, ann: Caller) -> None:
    await stage.worker(models=("painter",), slots=1)
    await stage.job(ann)
    await stage.round()
    waiting = await stage.job(ann, destination=DESTINATION)
    await stage.lifecycle.cancel(waiting, ann.user_id)
    await stage.lifecycle.cancel(waiting, ann.user_id)

    assert await stage.status(waiting) == "CANCELLED"
    assert await settlement(stage, waiting) == (0, 1)
    assert (await stage.standing(ann)).open_jobs == 1


async def test_nobody_cancels_the_jobs_of_others(stage: Stage, gpu: Worker, ann: Caller) -> None:
    job_id, _ = await stage.started(ann, gpu)
    await stage.lifecycle.cancel(job_id, (await stage.user("discord:7")).user_id)

    assert (await stage.row(job_id))["cancel_requested_at"] is None


async def test_a_cancel_under_way_costs_what_was_used(stage: Stage, gpu: Worker, ann: Caller) -> None:
    job_id, task = await stage.started(ann, gpu, count=4)
    await stage.lifecycle.cancel(job_id, ann.user_id)
    assert await gpu.inbox() == [Cancel(job_id=job_id, attempt=1)]
    assert await stage.status(job_id) == "RUNNING"
    await gpu.finish(task, "cancelled", unused_fraction=0.75)
    await stage.file()

    assert (await stage.row(job_id))["cost_tokens"] == 1
    assert await settlement(stage, job_id) == (0, 3)
    assert await usage(stage, ann) == (1, 0, 0)
    assert await is_settled(stage, ann)


async def test_a_job_that_was_done_before_the_cancel_came_is_kept(stage: Stage, gpu: Worker, ann: Caller) -> None:
    job_id, task = await stage.started(ann, gpu)
    await stage.lifecycle.cancel(job_id, ann.user_id)
    await gpu.finish(task)
    await stage.file()

    assert await stage.status(job_id) == "COMPLETED"


@pytest.mark.parametrize("status", ["failed", "handed_back"])
async def test_a_cancelled_job_is_not_tried_again(stage: Stage, gpu: Worker, ann: Caller, status: str) -> None:
    job_id, task = await stage.started(ann, gpu)
    await stage.lifecycle.cancel(job_id, ann.user_id)
    await gpu.finish(task, status, retryable=True)
    await stage.file()

    assert await stage.status(job_id) == "CANCELLED"
    assert await settlement(stage, job_id) == (0, 1)


async def test_what_a_worker_cancels_unasked_is_tried_again(stage: Stage, gpu: Worker, ann: Caller) -> None:
    job_id, task = await stage.started(ann, gpu)
    await gpu.finish(task, "cancelled", unused_fraction=0.5)
    await stage.file()
    await stage.round()

    assert (await gpu.inbox())[-1].attempt == 2
    assert await settlement(stage, job_id) is None


async def test_a_cancel_whose_taker_died_is_ended_by_the_leader(stage: Stage, gpu: Worker, ann: Caller) -> None:
    await stage.started(ann, gpu)
    waiting = await stage.job(ann)
    await stage.round()
    await stage.pool.execute("update jobs set cancel_requested_at = now() where id = $1", waiting)
    stage.dispatcher.auditor.next_at = 0.0
    await stage.round()

    assert await stage.status(waiting) == "CANCELLED"
    assert await settlement(stage, waiting) == (0, 1)


# Another try


async def test_a_job_that_fails_is_tried_on_another_worker_and_then_ends(
    stage: Stage, gpu: Worker, ann: Caller
) -> None:
    job_id, task = await stage.started(ann, gpu)
    second = await stage.worker("second")
    await gpu.finish(task, "failed", retryable=True, error_code="engine_failed")
    await stage.file()
    await stage.round()
    again = await second.assignment()
    assert (again.job_id, again.attempt, again.folder) == (job_id, 2, f"jobs/{job_id}/2")
    await second.finish(again, "failed", retryable=True, error_code="out_of_memory")
    await stage.file()

    row = await stage.row(job_id)
    assert (row["status"], row["error"]["code"], row["failed_attempts"]) == ("FAILED", "out_of_memory", 1)
    assert await settlement(stage, job_id) == (0, 1)


async def test_what_needs_more_memory_is_tried_once_on_a_larger_worker_at_the_same_price(
    stage: Stage, gpu: Worker, ann: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[JobEvent] = []
    monkeypatch.setattr(stage.lifecycle.herald, "say", said.extend)
    gpu.memory_gib = 8
    await stage.hear(gpu)
    job_id, task = await stage.started(ann, gpu)
    alike, larger = await stage.worker("alike", memory_gib=8.0), await stage.worker("larger", memory_gib=24.0)
    await gpu.finish(task, "failed", retryable=True, error_code="out_of_memory")
    await stage.file()
    await stage.round()
    again = await larger.assignment()
    assert (again.job_id, again.attempt, await alike.inbox()) == (job_id, 2, [])
    assert [event.why for event in said if event.kind == "requeued"] == ["out_of_memory"]

    await larger.finish(again)
    await stage.file()
    assert (await stage.row(job_id))["cost_tokens"] == 1


async def test_what_its_server_has_no_memory_for_is_tried_once_on_any_other_worker_s(
    stage: Stage, gpu: Worker, ann: Caller
) -> None:
    gpu.model_gib = 0.0
    await stage.hear(gpu)
    job_id, task = await stage.started(ann, gpu)
    other = await stage.worker("other", model_gib=0.0)
    await gpu.finish(task, "failed", retryable=True, error_code="out_of_memory")
    await stage.file()
    await stage.round()

    assert (await other.assignment()).job_id == job_id


async def test_what_needs_more_memory_than_anybody_has_ends_at_once(stage: Stage, gpu: Worker, ann: Caller) -> None:
    job_id, task = await stage.started(ann, gpu)
    await stage.worker("alike")
    await gpu.finish(task, "failed", retryable=True, error_code="out_of_memory")
    await stage.file()

    assert (await stage.row(job_id))["error"]["code"] == "out_of_memory"
    assert await settlement(stage, job_id) == (0, 1)


async def test_the_only_worker_gets_its_failed_job_again(stage: Stage, gpu: Worker, ann: Caller) -> None:
    _, task = await stage.started(ann, gpu)
    await gpu.finish(task, "failed", retryable=True)
    await stage.file()
    await stage.round()

    assert (await gpu.inbox())[-1].attempt == 2


async def test_a_job_handed_back_keeps_its_place_and_counts_as_no_failure(
    stage: Stage, gpu: Worker, ann: Caller
) -> None:
    job_id, task = await stage.started(ann, gpu)
    before = await stage.row(job_id)
    await gpu.finish(task, "handed_back")
    await stage.file()

    row = await stage.row(job_id)
    assert (row["seq"], row["lost_attempts"], row["failed_attempts"]) == (before["seq"], 0, 0)
    assert await settlement(stage, job_id) is None
    assert (await stage.standing(ann)).open_jobs == 1


async def test_two_lost_attempts_end_a_job(stage: Stage, gpu: Worker, ann: Caller) -> None:
    job_id, _ = await stage.started(ann, gpu)
    await stage.expire_lease(job_id)
    await stage.round()
    assert (await stage.row(job_id))["lost_attempts"] == 1
    await stage.round()
    assert await stage.status(job_id) == "RUNNING"
    await stage.expire_lease(job_id)
    await stage.round()

    row = await stage.row(job_id)
    assert (row["status"], row["error"]["code"]) == ("FAILED", "worker_lost")
    assert await settlement(stage, job_id) == (0, 1)


async def test_a_late_worker_cannot_finish_a_job_that_was_taken_over(stage: Stage, gpu: Worker, ann: Caller) -> None:
    job_id, late = await stage.started(ann, gpu)
    second = await stage.worker("second")
    await stage.expire_lease(job_id)
    stage.dispatcher.line.workers.pop(gpu.worker_id)
    await stage.round()
    await stage.round()
    task = await second.assignment()
    await gpu.finish(late)
    await stage.file()
    assert await stage.status(job_id) == "RUNNING"
    assert Acknowledged(job_id=job_id, attempt=1) in await gpu.inbox()

    await second.finish(task)
    await stage.file()
    paths = await stage.pool.fetch("select local_path from artifacts where job_id = $1", job_id)
    assert [row["local_path"] for row in paths] == [f"jobs/{job_id}/2/0.png"]
    assert await is_settled(stage, ann)


async def test_a_leader_that_stood_still_cannot_give_up_on_a_live_attempt(
    stage: Stage, gpu: Worker, ann: Caller
) -> None:
    """The lease was renewed by another leader meanwhile: what is written checks it, not what is remembered."""
    job_id, _ = await stage.started(ann, gpu)
    changed = await stage.lifecycle.write([], [Requeue(job_id, 1, None, lost=True)])
    changed |= await stage.lifecycle.write([given_up(job_id, 1, Status.FAILED, "worker_lost", running=True)])

    assert changed == set()
    assert await stage.status(job_id) == "RUNNING"


async def test_a_run_that_takes_too_long_ends_with_the_tokens_back(stage: Stage, gpu: Worker, ann: Caller) -> None:
    job_id, task = await stage.started(ann, gpu)
    attempt = stage.dispatcher.line.running[job_id]
    assert task.work_seconds == attempt.timeout_seconds
    assert task.timeout_seconds == LOADING_SECONDS + attempt.timeout_seconds
    for seconds, status in ((0, "RUNNING"), (31, "FAILED")):  # the worker gives it up itself before that
        attempt.started_at = time.monotonic() - task.timeout_seconds - seconds
        stage.dispatcher.warden.reaped_at -= 1.5
        await stage.round()
        assert await stage.status(job_id) == status

    assert (await stage.row(job_id))["error"]["code"] == "timeout"
    assert await settlement(stage, job_id) == (0, 1)
    assert await gpu.inbox() == [Cancel(job_id=job_id, attempt=1)]


async def test_a_job_that_nobody_came_for_ends_when_it_was_told(stage: Stage, gpu: Worker, ann: Caller) -> None:
    await stage.hear(gpu, state="gone")
    await stage.market.refresh()
    job_id = await stage.job(ann, destination=DESTINATION)
    await stage.round()
    assert await stage.status(job_id) == "QUEUED"
    await stage.pool.execute("update jobs set wait_until = now() - interval '1 second'")
    stage.dispatcher.warden.reaped_at -= 1.5
    await stage.round()

    row = await stage.row(job_id)
    assert (row["status"], row["error"]["code"]) == ("FAILED", "no_worker_in_time")
    assert await settlement(stage, job_id) == (0, 1)


async def test_a_size_that_only_a_sleeping_worker_makes_is_not_kept_for_ever(stage: Stage, gpu: Worker) -> None:
    pro = await stage.user("telegram:5", "pro")
    await stage.worker("small", max_side=512)
    job_id = await stage.job(pro, model=None, width=2048)
    await stage.hear(gpu, state="gone")
    await stage.market.refresh()
    await stage.pool.execute(
        "update jobs set status = 'QUEUED', worker_id = null, lease_until = null, lease_token = null"
    )
    stage.dispatcher.auditor.next_at = 0.0
    stage.dispatcher.warden.reaped_at -= 1.5
    await stage.round()

    assert (await stage.row(job_id))["wait_until"] is not None


async def test_who_waited_for_a_worker_that_came_is_not_held_to_the_old_time(
    stage: Stage, gpu: Worker, ann: Caller
) -> None:
    await stage.hear(gpu, state="gone")
    await stage.market.refresh()
    await stage.started(await stage.user("discord:7"), await stage.worker("busy"))
    job_id = await stage.job(ann)
    await stage.pool.execute("update jobs set wait_until = now() - interval '1 second' where id = $1", job_id)
    stage.dispatcher.notes.admitted.clear()
    stage.dispatcher.changed([job_id])  # as if another scheduler had admitted it
    await stage.round()
    stage.dispatcher.warden.reaped_at -= 1.5
    await stage.round()

    assert await stage.status(job_id) == "QUEUED"
    assert (await stage.row(job_id))["wait_until"] is None


# Strange outcomes


async def test_a_wrong_lease_token_ends_nothing(stage: Stage, gpu: Worker, ann: Caller) -> None:
    job_id, task = await stage.started(ann, gpu)
    await gpu.report(gpu.outcome(task, lease_token=uuid4()))
    await stage.file()

    assert await stage.status(job_id) == "RUNNING"
    assert await stage.pool.fetchval("select count(*) from artifacts") == 0
    assert await gpu.inbox() == [Acknowledged(job_id=job_id, attempt=1)]


async def test_the_same_outcome_twice_counts_once(stage: Stage, gpu: Worker, ann: Caller) -> None:
    job_id, task = await stage.started(ann, gpu)
    outcome = gpu.outcome(task)
    await gpu.report(outcome, outcome)
    await stage.file()
    await gpu.report(outcome)
    await stage.file()

    assert await stage.pool.fetchval("select count(*) from artifacts where job_id = $1", job_id) == 1
    assert await usage(stage, ann) == (1, 1, 0)
    assert len(await gpu.inbox()) == 3  # each is acknowledged


async def test_two_schedulers_filing_the_same_outcome_count_it_once(
    stage: Stage, other: Stage, gpu: Worker, ann: Caller
) -> None:
    _, task = await stage.started(ann, gpu)
    outcome = gpu.outcome(task)
    await asyncio.gather(*(one.lifecycle.file([outcome]) for one in [stage, other] * 5))

    assert await usage(stage, ann) == (1, 1, 0)
    assert await is_settled(stage, ann)


async def test_a_right_and_a_wrong_outcome_in_one_batch_leave_the_right_one(
    stage: Stage, gpu: Worker, ann: Caller
) -> None:
    job_id, task = await stage.started(ann, gpu)
    right = gpu.outcome(task)
    wrong = gpu.outcome(task, lease_token=uuid4(), artifacts=[gpu.made(task, width=1)])
    await stage.lifecycle.file([wrong, right, wrong])

    assert await stage.status(job_id) == "COMPLETED"
    assert await stage.pool.fetchval("select width from artifacts where job_id = $1", job_id) == 64


@pytest.mark.parametrize(
    "path",
    [
        "jobs/other/1/0.png",
        "{folder}/../../../etc/passwd",
        "/etc/passwd",
        "{folder}x/0.png",
        "{folder}//0.png",
        "{folder}/./0.png",
        "{folder}/a\t.png",
        "{folder}/",
        "{folder}/" + "a" * 101,
    ],
)
@pytest.mark.parametrize("which", ["path", "web"])
async def test_files_outside_of_the_attempt_s_folder_or_nowhere_fail_the_job(
    stage: Stage, gpu: Worker, ann: Caller, path: str, which: str
) -> None:
    job_id, task = await stage.started(ann, gpu)
    named = path.format(folder=task.folder)
    changes: dict[str, Any] = {
        "path": {"path": named},
        "web": {"web": Rendition(path=named, width=1, height=1, size_bytes=1)},
    }
    await gpu.finish(task, artifacts=[gpu.made(task, **changes[which])])
    await stage.file()

    assert (await stage.row(job_id))["error"]["code"] == "store_failed"
    assert await stage.pool.fetchval("select count(*) from artifacts") == 0
    assert await settlement(stage, job_id) == (0, 1)


@pytest.mark.parametrize("changes", [{"type": "sculpture"}, {"type": "ima\0ge"}])
async def test_an_outcome_that_cannot_be_written_down_ends_its_job_and_no_other(
    stage: Stage, gpu: Worker, ann: Caller, changes: dict[str, object]
) -> None:
    ben = await stage.user("discord:7")
    second = await stage.worker("second")
    bad, task = await stage.started(ann, gpu)
    good, fine = await stage.started(ben, second)
    await gpu.finish(task, artifacts=[gpu.made(task, **changes)])
    await second.finish(fine)
    await stage.file()

    assert (await stage.status(bad), await stage.status(good)) == ("FAILED", "COMPLETED")
    assert await gpu.inbox() == [Acknowledged(job_id=bad, attempt=1)]
    assert await settlement(stage, bad) == (0, 1)


async def test_huge_numbers_and_odd_characters_are_clamped(stage: Stage, gpu: Worker, ann: Caller) -> None:
    job_id, task = await stage.started(ann, gpu)
    made = gpu.made(task, width=2**40, duration_seconds=1e300, size_bytes=2**70, metadata={"a\0": ["b\0"]})
    web = Rendition(path=f"{task.folder}/0.web.jpg", width=0, height=2**40, size_bytes=-1)
    made = made.model_copy(update={"format": "p\0ng", "web": web, "blurhash": "no\0hash"})
    await gpu.finish(task, artifacts=[made], run_seconds=1e300)
    await stage.file()

    assert await stage.status(job_id) == "COMPLETED"
    row = await stage.pool.fetchrow("select metadata, web_width, web_height, web_size_bytes, blurhash from artifacts")
    assert tuple(row.values()) == ({"a": ["b"]}, 1, 2**31 - 1, 0, None)


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-1e999"])
async def test_what_is_no_number_in_json_is_stored_as_nothing(
    stage: Stage, gpu: Worker, ann: Caller, number: str
) -> None:
    job_id, task = await stage.started(ann, gpu)
    made = gpu.made(task, metadata={"loss": [1.5]}, duration_seconds=1.5)
    outcome = gpu.outcome(task, artifacts=[made], run_seconds=1.5)
    await stage.redis.xadd(REPORTS, {FIELD: outcome.model_dump_json().replace("1.5", number)})
    await stage.file()

    assert await stage.status(job_id) == "COMPLETED"
    assert await stage.pool.fetchval("select metadata from artifacts") == {"loss": [None]}


async def test_an_outcome_of_an_unknown_job_is_acknowledged(stage: Stage, gpu: Worker, ann: Caller) -> None:
    _, task = await stage.started(ann, gpu)
    stranger = task.model_copy(update={"job_id": uuid4()})
    await gpu.report(gpu.outcome(stranger, artifacts=[]))
    await stage.file()

    assert await gpu.inbox() == [Acknowledged(job_id=stranger.job_id, attempt=1)]


async def test_what_cannot_be_read_is_passed_over(stage: Stage, gpu: Worker, ann: Caller) -> None:
    job_id, task = await stage.started(ann, gpu)
    await stage.redis.xadd("tessera:{reports}", {"m": "{}"})
    await stage.redis.xadd("tessera:{reports}", {"x": "y"})
    await gpu.finish(task)
    await stage.file()

    assert await stage.status(job_id) == "COMPLETED"


def test_numbers_that_fit_no_column_are_not_read() -> None:
    outcome = {"worker_id": "w", "job_id": str(UUID(int=1)), "lease_token": str(UUID(int=1)), "status": "failed"}
    offer = {"model": "sdxl", "capability": "image", "max_side": 1024}
    beat = {"worker_id": "w", "name": "w", "slots": 1, "sent_at": "2026-11-21T00:00:00Z"}
    Outcome.model_validate({**outcome, "attempt": 1})
    Beat.model_validate({**beat, "offers": [offer]})

    with pytest.raises(ValidationError):
        Outcome.model_validate({**outcome, "attempt": 2**40})
    for wrong in ({"max_side": 2**40}, {"max_side": -(2**40)}, {"memory_gib": float("nan")}, {"batch": 2**40}):
        with pytest.raises(ValidationError):
            Beat.model_validate({**beat, "offers": [{**offer, **wrong}]})

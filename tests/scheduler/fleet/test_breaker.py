"""What fails everywhere is paused, what alone fails is put aside; and both come back."""

from scheduler import janitor
from scheduler.accounts.model import Caller
from scheduler.catalogue.queries import resume
from scheduler.errors import Code, Refusal
from scheduler.fleet.queries import live_workers
from scheduler.wire import Assignment
from tests.scheduler.api import Api
from tests.scheduler.stage import ADMIN, Stage
from tests.scheduler.worker import Worker


async def crowd(stage: Stage) -> list[Caller]:
    return [await stage.user(f"telegram:{number}", "pro") for number in (42, 43, 44)]


async def break_down(stage: Stage, *workers: Worker) -> None:
    """Whatever these hold fails, and what is given to them then."""
    for worker in workers:
        for task in [one for one in await worker.inbox() if isinstance(one, Assignment)]:
            await worker.finish(task, "failed", retryable=True, error_code="engine_failed")
    await stage.file()
    await stage.hear(*workers)


async def look(stage: Stage) -> None:
    """A round in which the leader looks at what failed."""
    stage.dispatcher.breaker.next_at = stage.dispatcher.breaker.close_look_at = 0.0
    await stage.round()


async def fail_everywhere(stage: Stage) -> tuple[list[Caller], list[Worker]]:
    """Three people's pictures fail on both workers."""
    people = await crowd(stage)
    workers = [await stage.worker(name) for name in ("gpu-1", "gpu-2")]
    for person in people:
        await stage.job(person)
        await stage.round()
        for _ in workers:
            await break_down(stage, *workers)
    return people, workers


async def test_a_model_that_fails_everywhere_is_paused_with_a_note_and_people_are_told(stage: Stage) -> None:
    people, _ = await fail_everywhere(stage)
    await look(stage)

    refused = await stage.ask(people[0])
    assert isinstance(refused, Refusal)
    assert (refused.code, refused.facts["subject"]) == (Code.CAPABILITY_PAUSED, "model:painter")
    row = await stage.pool.fetchrow("select actor, action, subject from audit_log")
    assert tuple(row) == ("breaker", "pause", "model:painter")


async def test_a_model_whose_engine_hangs_is_paused(stage: Stage) -> None:
    """By the worker's own time-out, or by the scheduler's where the worker does not even say that."""
    people, gpu = await crowd(stage), await stage.worker()
    for number, person in enumerate([*people, *people[:2]]):
        job_id, task = await stage.started(person, gpu)
        if number % 2:
            await gpu.finish(task, "failed", error_code="timeout")
            await stage.file()
        else:
            attempt = stage.dispatcher.line.running[job_id]
            attempt.started_at = -10_000.0
            stage.dispatcher.warden.reaped_at = 0.0
            await stage.round()
            gpu.holding.clear()
        assert (await stage.row(job_id))["error"]["code"] == "timeout"
        await gpu.inbox()
        await stage.hear(gpu)
    await look(stage)

    assert await stage.pool.fetchval("select subject from catalogue.pauses") == "model:painter"


async def test_a_model_that_takes_down_every_worker_is_paused(stage: Stage) -> None:
    people, worker = await crowd(stage), await stage.worker("gpu")
    for person in people:
        job_id = await stage.job(person)
        for _ in range(2):
            await stage.round()
            await worker.assignment()
            await stage.hear(worker)
            await stage.hear(worker, state="gone")
            await stage.expire_lease(job_id)
            await stage.round()
            worker = await stage.worker("gpu")
        assert await stage.status(job_id) == "FAILED"
    assert await stage.pool.fetchval("select count(*) from failures where code = 'worker_lost'") == 6
    await look(stage)

    assert await stage.pool.fetchval("select subject from catalogue.pauses") == "model:painter"


async def test_workers_that_are_restarted_or_hand_back_are_no_evidence(stage: Stage) -> None:
    [ann, *_] = await crowd(stage)
    gpu = await stage.worker()
    _, task = await stage.started(ann, gpu)
    await gpu.finish(task, "handed_back")
    await stage.file()

    assert await stage.pool.fetchval("select count(*) from failures") == 0


async def test_after_its_rest_or_an_admin_s_word_the_model_is_tried_again(stage: Stage) -> None:
    people, _ = await fail_everywhere(stage)
    await look(stage)
    await stage.pool.execute("update catalogue.pauses set ends_at = now()")
    await look(stage)
    await stage.job(people[0])

    await stage.pool.execute("update catalogue.pauses set ends_at = now() + interval '1 minute'")
    await stage.round()
    assert isinstance(await stage.ask(people[0]), Refusal)
    await resume(stage.pool, "model:painter")
    await look(stage)
    await stage.job(people[0])


async def worker_that_fails(stage: Stage) -> tuple[list[Caller], Worker, Worker]:
    """Everything fails on the first of two workers and succeeds on the second."""
    people = await crowd(stage)
    bad = await stage.worker("bad", slots=8)
    for person in people[:2] * 3:
        await stage.job(person)
    await stage.round()
    good = await stage.worker("good", slots=8)
    await break_down(stage, bad)
    for task in [one for one in await good.inbox() if isinstance(one, Assignment)]:
        await good.finish(task)
    await stage.file()
    return people, bad, good


async def test_a_worker_that_fails_everything_gets_nothing_for_a_while(stage: Stage) -> None:
    people, bad, good = await worker_that_fails(stage)
    await look(stage)
    await bad.inbox()
    for person in people:
        await stage.job(person)
    await stage.hear(bad, good)

    assert await bad.inbox() == []
    assert sum(isinstance(one, Assignment) for one in await good.inbox()) == 3
    views = {view.name: view.aside_seconds for view in await live_workers(stage.pool)}
    assert views["good"] is None
    assert (views["bad"] or 0) > 200


async def test_a_worker_comes_back_after_its_rest_or_as_the_next_one_of_its_name(stage: Stage) -> None:
    people, bad, good = await worker_that_fails(stage)
    await look(stage)
    again = await stage.worker("bad")
    await stage.hear(good, state="draining")
    await stage.job(people[0])
    await stage.hear(again, bad)
    assert isinstance(await again.assignment(), Assignment)

    await stage.pool.execute("update workers set aside_until = now()")
    await look(stage)
    await bad.inbox()
    await stage.job(people[1])
    await stage.hear(bad)
    assert isinstance(await bad.assignment(), Assignment)


async def test_the_next_leader_knows_who_is_aside(stage: Stage, other: Stage) -> None:
    people, bad, _ = await worker_that_fails(stage)
    await look(stage)
    await stage.dispatcher.resign()
    await bad.inbox()
    other.dispatcher.next_lead = 0.0
    await other.round()
    await other.listener.read()
    await other.hear(bad)
    await look(other)
    job_id = await stage.job(people[2])
    other.dispatcher.changed([job_id])
    await other.hear(bad)

    assert await bad.inbox() == []


async def test_what_nobody_else_could_have_done_better_is_no_evidence(stage: Stage) -> None:
    [ann, *_] = await crowd(stage)
    gpu = await stage.worker()
    _, task = await stage.started(ann, gpu)
    await gpu.finish(task, "failed", retryable=False, error_code="bad_request")
    await stage.file()

    assert await stage.pool.fetchval("select count(*) from failures") == 0


async def test_old_failures_are_forgotten(stage: Stage) -> None:
    await fail_everywhere(stage)
    assert await stage.pool.fetchval("select count(*) from failures") == 6
    await stage.pool.execute("update failures set at = at - interval '1 hour'")
    await janitor.tick(stage.pool, stage.store)
    await look(stage)

    assert await stage.pool.fetchval("select count(*) from failures") == 0
    assert await stage.pool.fetchval("select count(*) from catalogue.pauses") == 0


async def test_an_admin_sees_both(api: Api) -> None:
    await api.stage.pool.execute(
        "insert into catalogue.pauses (subject, ends_at) values ('model:sdxl', now() + interval '10 minutes')"
    )
    await api.stage.pool.execute("update workers set aside_until = now() + interval '4 minutes'")
    status = (await api.get("/v1/admin/status", user=ADMIN)).document

    assert 590 < status["pauses"][0]["ends_in_seconds"] <= 600
    assert 230 < status["workers"][0]["aside_seconds"] <= 240

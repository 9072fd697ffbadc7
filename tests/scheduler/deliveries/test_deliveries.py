"""Deliveries: who owns a status message, and what becomes of it."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from scheduler.accounts.doorkeeper import digest
from scheduler.accounts.model import Caller
from scheduler.deliveries import letters, queries
from scheduler.deliveries.model import Claimed, DeliveryState, Report
from scheduler.jobs.model import Destination
from tests.scheduler.api import Api
from tests.scheduler.stage import ADMIN, CLAIM, Stage
from tests.scheduler.worker import Worker

ADDRESS = {"chat_id": 7}


def destination(process: str = "p1", bot_id: str = "bot") -> Destination:
    return Destination(bot_id=bot_id, process=process, address=ADDRESS)


@pytest.fixture
async def gpu(stage: Stage) -> Worker:
    return await stage.worker("gpu")


@pytest.fixture
async def ann(stage: Stage) -> Caller:
    return await stage.user(tier="pro")


async def due(stage: Stage, ann: Caller, gpu: Worker) -> UUID:
    """A delivery of process p1 whose job has ended."""
    job_id, task = await stage.started(ann, gpu, destination=destination())
    await gpu.finish(task)
    await stage.file()
    return job_id


async def take(stage: Stage, process: str, limit: int = 50) -> set[UUID]:
    return await queries.take(stage.pool, "bot", process, limit, CLAIM)


async def report(stage: Stage, job_id: UUID, process: str = "p1", **what: Any) -> bool:
    return await queries.keep_report(stage.pool, job_id, Report.model_validate({"process": process, **what}))


async def row(stage: Stage, job_id: UUID) -> Any:
    return await stage.pool.fetchrow("select * from deliveries where job_id = $1", job_id)


async def expire(stage: Stage) -> None:
    await stage.pool.execute("update deliveries set claim_until = now() - interval '1 second'")


# Claims


async def test_who_submits_owns_the_status_message(stage: Stage, gpu: Worker, ann: Caller) -> None:
    job_id = await stage.job(ann, destination=destination())

    assert await take(stage, "p2") == set()
    assert await queries.renew(stage.pool, "p1", [job_id], CLAIM) == {job_id}


async def test_a_job_without_an_address_has_no_delivery(stage: Stage, gpu: Worker, ann: Caller) -> None:
    job_id = await stage.job(ann, destination=Destination(bot_id="web", process="p1"))

    assert await row(stage, job_id) is None
    assert (await stage.row(job_id))["bot_id"] == "web"


async def test_another_process_takes_over_when_the_claim_has_run_out(stage: Stage, gpu: Worker, ann: Caller) -> None:
    job_id = await stage.job(ann, destination=destination())
    await expire(stage)

    assert await take(stage, "p2") == {job_id}
    assert await queries.renew(stage.pool, "p1", [job_id], CLAIM) == set()


async def test_a_claim_that_ran_out_is_renewed_while_nobody_took_it(stage: Stage, gpu: Worker, ann: Caller) -> None:
    job_id = await stage.job(ann, destination=destination())
    await expire(stage)

    assert await queries.renew(stage.pool, "p1", [job_id], CLAIM) == {job_id}
    assert await take(stage, "p2") == set()


async def test_processes_that_claim_at_once_never_share(stage: Stage, gpu: Worker, ann: Caller) -> None:
    for _ in range(12):
        await stage.job(ann, destination=destination())
    await expire(stage)
    taken = await asyncio.gather(*(take(stage, f"q{n}", limit=3) for n in range(8)))

    everything = [job_id for part in taken for job_id in part]
    assert len(everything) == len(set(everything)) == 12


async def test_a_process_takes_only_its_bot_s_deliveries(stage: Stage, gpu: Worker, ann: Caller) -> None:
    await stage.job(ann, destination=destination(bot_id="another"))
    await expire(stage)

    assert await take(stage, "p1") == set()


async def test_what_is_due_goes_first(stage: Stage, gpu: Worker, ann: Caller) -> None:
    waiting = await stage.job(ann, destination=destination())
    ended = await stage.job(ann, destination=destination())
    await stage.lifecycle.cancel(ended, ann.user_id)
    await expire(stage)

    assert await take(stage, "p2", limit=1) == {ended}
    assert await take(stage, "p2", limit=1) == {waiting}


async def test_who_holds_many_takes_what_is_due_and_nothing_that_waits(api: Api) -> None:
    where = {"bot_id": "bot", "process": "p1", "address": ADDRESS}
    first, second = [(await api.submit(destination=where)).document["job"]["id"] for _ in range(2)]
    await api.call("POST", f"/v1/jobs/{second}/cancel")
    await expire(api.stage)
    claim = {"bot_id": "bot", "process": "p2", "only_due": True}
    for expected in ([second], []):
        claimed = (await api.call("POST", "/v1/deliveries/claim", claim, user=None)).document
        assert [one["job"]["id"] for one in claimed["deliveries"]] == expected
    assert await take(api.stage, "p2") == {UUID(first)}


async def test_a_process_that_stops_gives_everything_back(stage: Stage, gpu: Worker, ann: Caller) -> None:
    job_id = await stage.job(ann, destination=destination())
    await queries.release(stage.pool, "another", "p1")
    assert await take(stage, "p2") == set()
    await queries.release(stage.pool, "bot", "p1")

    assert await take(stage, "p2") == {job_id}


async def test_a_repeated_submit_takes_over_a_free_message_only(stage: Stage, gpu: Worker, ann: Caller) -> None:
    job_id = await stage.job(ann, destination=destination())
    await report(stage, job_id, state="waiting", message={"id": 5})

    assert await queries.claim_one(stage.pool, job_id, "p1", CLAIM) == (True, {"id": 5})
    assert await queries.claim_one(stage.pool, job_id, "p2", CLAIM) == (False, {"id": 5})
    await expire(stage)
    assert await queries.claim_one(stage.pool, job_id, "p2", CLAIM) == (True, {"id": 5})


# Reports


async def test_the_status_message_and_a_new_address_are_kept(stage: Stage, gpu: Worker, ann: Caller) -> None:
    job_id = await stage.job(ann, destination=destination())
    assert await report(stage, job_id, state="waiting", message={"id": 5})
    assert await report(stage, job_id, state="waiting", address={"chat_id": -100})

    found = await row(stage, job_id)
    assert (found["message"], found["address"], found["state"]) == ({"id": 5}, {"chat_id": -100}, "waiting")


@pytest.mark.parametrize("state", ["posted", "uncertain", "dead"])
async def test_what_is_final_stays_and_is_claimed_by_nobody(stage: Stage, gpu: Worker, ann: Caller, state: str) -> None:
    job_id = await due(stage, ann, gpu)
    assert await report(stage, job_id, state=state, error="why")
    assert not await report(stage, job_id, state="posted")
    found = await row(stage, job_id)

    assert (found["state"], found["claimed_by"], found["last_error"]) == (state, None, "why")
    assert (found["posted_at"] is not None) == (state == "posted")
    assert await take(stage, "p2") == set()
    assert await queries.renew(stage.pool, "p1", [job_id], CLAIM) == set()


async def test_a_process_that_lost_its_claim_is_not_heard(stage: Stage, gpu: Worker, ann: Caller) -> None:
    job_id = await due(stage, ann, gpu)
    await expire(stage)
    await take(stage, "p2")

    assert not await report(stage, job_id, state="posted")
    assert (await row(stage, job_id))["state"] == "due"
    assert await report(stage, job_id, "p2", state="posted")


async def test_a_result_posted_after_the_claim_ran_out_counts_while_nobody_took_it(
    stage: Stage, gpu: Worker, ann: Caller
) -> None:
    job_id = await due(stage, ann, gpu)
    await expire(stage)

    assert await report(stage, job_id, state="posted")
    assert await take(stage, "p2") == set()


async def test_what_is_handed_back_for_later_waits_its_time(stage: Stage, gpu: Worker, ann: Caller) -> None:
    job_id = await due(stage, ann, gpu)
    assert await report(stage, job_id, state="due", retry_after_seconds=60, error="429")
    found = await row(stage, job_id)
    assert (found["tries"], found["claimed_by"]) == (1, None)
    assert await take(stage, "p2") == set()

    await stage.pool.execute("update deliveries set due_at = now()")
    assert await take(stage, "p2") == {job_id}


async def test_a_delivery_that_nobody_watches_becomes_due_all_the_same(stage: Stage, gpu: Worker, ann: Caller) -> None:
    job_id, task = await stage.started(ann, gpu, destination=destination())
    await queries.release(stage.pool, "bot", "p1")
    await gpu.finish(task, "failed")
    await stage.file()

    assert await take(stage, "p2") == {job_id}
    [found] = await queries.deliveries(stage.pool, [job_id])
    assert (found.state, found.user, found.address) == (DeliveryState.DUE, "telegram:42", ADDRESS)


# Over HTTP


async def claim(api: Api, process: str, **more: Any) -> Claimed:
    answer = await api.call("POST", "/v1/deliveries/claim", {"bot_id": "bot", "process": process, **more}, user=None)
    assert answer.status == 200
    return Claimed.model_validate_json(answer.content)


async def test_a_claim_tells_what_is_new_what_is_due_and_what_was_lost(api: Api) -> None:
    stage = api.stage
    ann = await stage.user(tier="pro")
    lost, held = [await stage.job(ann, destination=destination()) for _ in range(2)]
    await stage.pool.execute("update deliveries set claimed_by = 'p9' where job_id = $1", lost)
    quiet = await claim(api, "p1", holding=[str(lost), str(held)])
    assert (quiet.deliveries, quiet.lost) == ([], [lost])
    assert quiet.claim_seconds == CLAIM / timedelta(seconds=1)

    await stage.lifecycle.cancel(held, ann.user_id)
    [found] = (await claim(api, "p1", holding=[str(held)])).deliveries
    assert (found.job.id, found.state, found.job.status) == (held, "due", "CANCELLED")
    assert (found.user, found.locale, found.address) == ("telegram:42", "en", ADDRESS)


async def test_a_key_bound_to_a_platform_takes_only_its_deliveries(api: Api) -> None:
    bound = "a-key-of-the-discord-bot"
    await api.stage.pool.execute(
        "insert into service_keys (name, key_sha256, platform) values ('discord', $1, 'discord')", digest(bound)
    )
    await api.submit(destination={"bot_id": "bot", "process": "p1", "address": ADDRESS})
    await expire(api.stage)
    path, body = "/v1/deliveries/claim", {"bot_id": "bot", "process": "p2"}

    assert (await api.call("POST", path, body, user=None, key=bound)).document["deliveries"] == []
    assert len((await claim(api, "p2")).deliveries) == 1


async def test_a_submit_its_report_and_its_release_over_http(api: Api) -> None:
    where = {"bot_id": "bot", "process": "p1", "address": ADDRESS}
    first = (await api.submit(destination=where, idempotency="k")).document
    path = f"/v1/deliveries/{first['job']['id']}/report"
    kept = await api.call("POST", path, {"process": "p1", "state": "waiting", "message": {"id": 5}}, user=None)
    again = (await api.submit(destination=where, idempotency="k")).document
    other = await api.call("POST", path, {"process": "p2", "state": "posted"}, user=None)
    released = await api.call("POST", "/v1/deliveries/release", {"bot_id": "bot", "process": "p1"}, user=None)

    assert (first["owned"], first["message"]) == (True, None)
    assert kept.document == {"kept": True}
    assert (again["owned"], again["message"], again["replayed"]) == (True, {"id": 5}, True)
    assert other.document == {"kept": False}
    assert released.status == 200
    assert len((await claim(api, "p2")).deliveries) == 1


# Dead letters


async def test_a_dead_letter_is_seen_and_tried_again_at_an_admin_s_word(stage: Stage, gpu: Worker, ann: Caller) -> None:
    job_id = await due(stage, ann, gpu)
    await report(stage, job_id, state="dead", error="blocked")
    [letter] = await letters.dead_letters(stage.pool, 10)

    assert (letter.job_id, letter.user, letter.error) == (job_id, ann.ref, "blocked")
    assert await take(stage, "p2") == set()
    assert await letters.open_counts(stage.pool) == (0, 1)
    assert await letters.revive(stage.pool, job_id) == 1
    assert await take(stage, "p2") == {job_id}
    assert (await row(stage, job_id))["tries"] == 0
    assert await letters.revive(stage.pool, None) == 0


async def test_what_may_have_been_posted_is_no_dead_letter(stage: Stage, gpu: Worker, ann: Caller) -> None:
    job_id = await due(stage, ann, gpu)
    await report(stage, job_id, state="uncertain")

    assert await letters.revive(stage.pool, None) == 0
    assert await letters.dead_letters(stage.pool, 10) == []


async def test_admins_retry_by_the_api_and_it_is_noted(api: Api) -> None:
    wanted = {"bot_id": "bot", "process": "p1", "address": ADDRESS}
    ids = [(await api.submit(destination=wanted, user=f"telegram:{n}")).document["job"]["id"] for n in (42, 43)]
    await api.stage.pool.execute("update deliveries set state = 'dead', due_at = now(), last_error = 'blocked'")
    listed = await api.get("/v1/admin/letters", user=ADMIN)
    one = await api.call("POST", "/v1/admin/letters/retry", {"job_id": ids[0]}, user=ADMIN)
    again = await api.call("POST", "/v1/admin/letters/retry", {"job_id": ids[0]}, user=ADMIN)
    rest = await api.call("POST", "/v1/admin/letters/retry", {}, user=ADMIN)

    assert {letter["job_id"] for letter in listed.document["letters"]} == set(ids)
    assert (one.document, again.code, rest.document) == ({"count": 1}, "not_found", {"count": 1})
    subjects = await api.stage.pool.fetch("select action, subject from audit_log order by id")
    assert [tuple(row) for row in subjects] == [("retry", ids[0]), ("retry", "all")]


@pytest.mark.parametrize("number", ["NaN", "-Infinity", "1e999"])
async def test_what_is_no_number_in_a_bots_words_is_nothing(api: Api, number: str) -> None:
    headers = {"Content-Type": "application/json"}
    request = '{"prompt": "a fox", "model": "painter", "width": 64, "height": 64}'
    where = f'{{"bot_id": "bot", "process": "p1", "address": {{"chat": {number}}}}}'
    body = f'{{"request": {request}, "destination": {where}}}'
    answer = await api.call("POST", "/v1/jobs", headers=headers, data=body)
    job_id = answer.document["job"]["id"]
    told = f'{{"process": "p1", "state": "waiting", "message": {{"id": [{number}]}}}}'
    kept = await api.call("POST", f"/v1/deliveries/{job_id}/report", user=None, headers=headers, data=told)

    assert (answer.status, kept.status, kept.document["kept"]) == (201, 200, True)
    delivery = await row(api.stage, UUID(job_id))
    assert (delivery["address"], delivery["message"]) == ({"chat": None}, {"id": [None]})

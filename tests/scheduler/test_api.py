"""The HTTP API: every route, every refusal, and who may see what."""

import asyncio
import hashlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any
from uuid import uuid4

import pytest

from scheduler.accounts.doorkeeper import Doorkeeper
from scheduler.client import Scheduler, connect
from scheduler.jobs.model import JobEvent
from scheduler.standalone.keys import make_key
from tests.scheduler.api import Api
from tests.scheduler.stage import SERVICE_KEY, until
from tests.scheduler.worker import BLURHASH, PICTURE, THUMBNAIL, WEB, Worker

ADMIN = "telegram:1"
BEN = "discord:7"


async def finished(api: Api, user: str = "telegram:42", **request: Any) -> Any:
    """A job that ran to its end, as its owner reads it."""
    job_id = (await api.submit(user=user, **request)).document["job"]["id"]
    task = await given(api.gpu)
    await api.gpu.finish(task)
    path = f"/v1/jobs/{job_id}"

    async def ended() -> bool:
        return bool((await api.get(path, user=user)).document["status"] == "COMPLETED")

    await until(ended)
    return (await api.get(path, user=user)).document


async def given(worker: Worker) -> Any:
    """The next assignment of a worker whose scheduler runs by itself."""
    tasks: list[Any] = []

    async def came() -> bool:
        tasks.extend(message for message in await worker.inbox() if message.kind == "assignment")
        return bool(tasks)

    await until(came)
    return tasks[0]


async def count(api: Api, table: str) -> int:
    number: int = await api.stage.pool.fetchval(f"select count(*) from {table}")
    return number


# Submitting


async def test_a_submit_is_answered_with_the_job_and_what_is_left(api: Api) -> None:
    answer = await api.submit(seed=7)

    assert answer.status == 201
    assert answer.document["tokens_left"] == "19.00"
    assert answer.document["replayed"] is False
    job = answer.document["job"]
    assert (job["prompt"], job["seed"], job["width"], job["cost_tokens"]) == ("a fox", 7, 64, "1.00")


async def test_music_has_a_length_and_no_size_from_the_quote_to_the_worker(api: Api) -> None:
    sound = await api.stage.worker("sound", models=("composer",))
    request = {"capability": "audio", "prompt": "evening", "seconds": 30, "mood": "calm", "format": "mp3"}
    quote = (await api.call("POST", "/v1/jobs:quote", {"request": request})).document
    job = (await api.call("POST", "/v1/jobs", {"request": request})).document["job"]
    task = await given(sound)
    read = (await api.get(f"/v1/jobs/{job['id']}")).document

    assert (quote["model"], quote["width"], quote["seconds"], quote["cost_tokens"]) == ("composer", None, 30, "3.00")
    for shown in (job, read):
        assert (shown["width"], shown["seconds"], shown["mood"], shown["format"]) == (None, 30, "calm", "mp3")
    assert {name: task.params[name] for name in ("seconds", "mood", "format")} == {
        "seconds": 30,
        "mood": "calm",
        "format": "mp3",
    }
    assert "width" not in task.params


async def test_who_has_too_many_jobs_is_told_about_when_one_ends(api: Api) -> None:
    """The same in a quote. The worker's pace is a second for each token, of which the one that runs costs four."""
    await api.submit(count=4)
    await until(lambda: api.stage.dispatcher.line.running)
    await api.stage.pool.execute("update billing.token_account set open_jobs = 6, rate_tat = '2000-01-01'")
    quoted = await api.call("POST", "/v1/jobs:quote", {"request": {"prompt": "a fox", "model": "painter"}})
    refused = await api.submit()

    assert (quoted.code, refused.code) == ("too_many_waiting", "too_many_waiting")
    assert 1 <= refused.document["retry_after_seconds"] <= quoted.document["retry_after_seconds"] <= 4
    assert int(refused.headers["Retry-After"]) <= 4


async def test_a_repeated_key_gives_the_same_job(api: Api) -> None:
    first, again = [await api.submit(idempotency="chat:1:2") for _ in range(2)]
    other = await api.submit(idempotency="chat:1:2", prompt="a wolf")

    assert again.document["replayed"] is True
    assert again.document["job"]["id"] == first.document["job"]["id"]
    assert (other.status, other.code) == (422, "idempotency_mismatch")
    assert await count(api, "jobs") == 1


async def test_a_repeated_key_gives_the_same_job_though_its_parent_was_archived(api: Api) -> None:
    parent = (await api.submit()).document["job"]["id"]
    first = await api.submit(idempotency="chat:1:3", parent_id=parent)
    await api.stage.pool.execute("delete from jobs where id = $1", parent)
    again = await api.submit(idempotency="chat:1:3", parent_id=parent)
    other = await api.submit(idempotency="chat:1:3", parent_id=parent, prompt="")
    new = await api.submit(idempotency="chat:1:4", parent_id=parent)

    assert (again.document["replayed"], again.document["job"]["id"]) == (True, first.document["job"]["id"])
    assert other.code == "idempotency_mismatch"
    assert new.code == "not_found"


async def test_a_job_may_start_later_and_after_others(api: Api) -> None:
    soon = (datetime.now(UTC) + timedelta(seconds=1)).isoformat()
    parent = (await api.submit()).document["job"]["id"]
    bot = {"bot_id": "telegram", "process": "p1", "address": {"chat_id": 7}}
    first = await api.submit(idempotency="later", start_at=soon, after=[parent], destination=bot)
    job = first.document["job"]
    assert (first.status, first.document["owned"], first.document["tokens_left"]) == (201, True, "19.00")
    assert (job["status"], job["cost_tokens"], job["after"]) == ("CREATED", "1.00", [parent])
    assert datetime.fromisoformat(job["start_at"]) == datetime.fromisoformat(soon)
    assert job["wait"] == {
        "position": 0, "seconds": None, "p90_seconds": None, "why": "parent", "until": job["start_at"],
    }  # fmt: skip

    again = await api.submit(idempotency="later", start_at=soon, after=[parent])
    assert (again.document["replayed"], again.document["job"]["id"]) == (True, job["id"])
    task = await given(api.gpu)
    assert str(task.job_id) == parent
    await api.gpu.report(api.gpu.outcome(task))
    await until(lambda: api.stage.pool.fetchval("select held_day is not null from jobs where id = $1", job["id"]))
    assert datetime.now(UTC) >= datetime.fromisoformat(soon)
    shown = (await api.get(f"/v1/jobs/{job['id']}")).document
    assert (shown["status"] in ("QUEUED", "RUNNING"), shown["start_at"]) == (True, job["start_at"])


async def test_a_quote_of_a_later_job_holds_nothing_and_says_how_long(api: Api) -> None:
    start_at = (datetime.now(UTC) + timedelta(days=2)).isoformat()
    body = {"request": {"prompt": "a fox", "model": "painter", "start_at": start_at}}
    quote = (await api.call("POST", "/v1/jobs:quote", body)).document
    costs = (quote["cost_tokens"], quote["from_allowance"], quote["from_balance"], quote["tokens_left"])
    assert [float(cost) for cost in costs] == [1, 0, 0, 20]
    assert quote["wait"]["why"] == "start_time"

    past = await api.submit(start_at="2001-01-01T00:00:00+14:00", after=[])
    assert past.document["job"]["status"] == "QUEUED"
    naive = await api.submit(start_at="2026-01-01T00:00:00")
    assert (naive.status, naive.code) == (422, "invalid_request")


REFUSALS: list[tuple[dict[str, Any], int, str]] = [
    ({"model": "flux-dev"}, 403, "model_not_in_plan"),
    ({"width": 4096, "height": 4096}, 403, "resolution_too_high"),
    ({"model": None, "width": 4096, "height": 4096}, 403, "resolution_too_high"),
    ({"start_at": "9999-12-31T23:59:59-14:00"}, 422, "too_far_ahead"),
    ({"after": [str(uuid4())]}, 404, "not_found"),
    ({"after": [str(uuid4())] * 11}, 422, "invalid_request"),
    ({"prompt": ""}, 422, "prompt_empty"),
    ({"prompt": " \n "}, 422, "prompt_empty"),
    ({"prompt": "x" * 100_000}, 422, "prompt_too_long"),
    ({"model": "dall-e"}, 422, "unknown_model"),
    ({"model": "sdxl"}, 422, "no_worker"),
    ({"capability": "video", "model": None}, 422, "no_worker"),
    ({"key": "a-wrong-key"}, 401, "unauthorized"),
    ({"key": None}, 401, "unauthorized"),
    ({"parent_id": "00000000-0000-4000-8000-000000000000"}, 404, "not_found"),
    ({"prompt": "a\0b"}, 422, "invalid_request"),
    ({"width": 63}, 422, "invalid_request"),
    ({"count": 5}, 422, "invalid_request"),
    ({"seed": 2**31}, 422, "invalid_request"),
    ({"user": "telegram"}, 422, "invalid_request"),
    ({"user": "icq:7"}, 422, "invalid_request"),
    ({"idempotency": "x" * 201}, 422, "invalid_request"),
]


async def test_each_refusal_has_its_code_and_leaves_no_trace(api: Api) -> None:
    for request_of, status, code in REFUSALS:
        answer = await api.submit(**request_of)
        assert (answer.status, answer.code) == (status, code), request_of
    assert await count(api, "jobs") == 0
    assert await count(api, "billing.token_ledger") == 0


async def test_the_sixth_request_at_once_is_told_when_the_next_one_may_come(api: Api) -> None:
    answers = await asyncio.gather(*(api.submit() for _ in range(6)))
    [refused] = [answer for answer in answers if answer.status != 201]

    assert (refused.status, refused.code) == (429, "rate_limited")
    assert 0 < refused.document["retry_after_seconds"] <= 12
    assert 0 < int(refused.headers["Retry-After"]) <= 12


async def test_the_twenty_first_token_of_the_day_is_refused_with_what_would_help(api: Api) -> None:
    ann = await api.stage.user()
    for _ in range(5):
        assert (await api.submit(count=4)).status == 201
    await api.stage.forget_rate(ann)
    refused = await api.submit()

    assert (refused.status, refused.code) == (402, "out_of_tokens")
    facts = refused.document
    assert (facts["cost"], facts["spendable"], facts["used"], facts["upgrade"]) == (1, 0, 20, "Starter")


UNREADABLE: dict[str, tuple[bytes, str]] = {
    "cut": (b"{", "application/json"),
    "not utf-8": (b"\xff\xfe", "application/json"),
    "unknown field": (b'{"request": {"prompt": "a fox", "wish": 1}}', "application/json"),
    "surrogate": (b'{"request": {"prompt": "a\\ud800"}}', "application/json"),
    "nul": (b'{"request": {"prompt": "a\\u0000b"}}', "application/json"),
    "not json": (b'{"request": {"prompt": "a fox"}}', "text/plain"),
    "deep": (b"[" * 100_000, "application/json"),
    "too large": (b'{"request": {"prompt": "' + b"x" * 3_000_000 + b'"}}', "application/json"),
}


async def test_what_cannot_be_read_is_an_invalid_request(api: Api) -> None:
    for name, (content, content_type) in UNREADABLE.items():
        answer = await api.call("POST", "/v1/jobs", data=BytesIO(content), headers={"Content-Type": content_type})
        assert (answer.status, answer.code) == (422, "invalid_request"), name


async def test_a_prompt_may_speak_about_escapes(api: Api) -> None:
    answer = await api.submit(prompt=r"the characters \u0000 on a blackboard")

    assert answer.status == 201


# Keys


async def test_a_user_s_own_key_is_kept_only_as_its_hash(api: Api) -> None:
    key = await api.api_key()
    stored = await api.stage.pool.fetchval("select api_key from users where platform_user_id = '42'")
    mine = await api.get("/v1/me", key=key, user=None)

    assert stored == hashlib.sha256(key.encode()).hexdigest()
    assert (mine.document["user"], mine.document["has_api_key"]) == ("telegram:42", True)


async def test_a_new_key_ends_the_one_before_it(api: Api) -> None:
    first = await api.api_key()
    assert (await api.get("/v1/me", key=first, user=None)).status == 200
    await api.api_key()

    assert (await api.get("/v1/me", key=first, user=None)).code == "unauthorized"


async def test_jobs_of_an_api_key_come_from_the_api(api: Api) -> None:
    key = await api.api_key()
    await api.submit(key=key, user=None)

    assert await api.stage.pool.fetchval("select frontend from jobs") == "api"


async def test_a_user_s_key_acts_for_nobody_else(api: Api) -> None:
    key = await api.api_key()

    assert (await api.get("/v1/me", key=key, user=BEN)).code == "unauthorized"
    assert (await api.submit(key=key, user=None, destination={"bot_id": "b", "process": "p"})).code == "forbidden"
    assert (await api.call("POST", "/v1/deliveries/claim", {"bot_id": "b", "process": "p"}, key=key)).status == 401


async def test_a_service_key_alone_is_nobody(api: Api) -> None:
    assert (await api.get("/v1/me", user=None)).code == "unauthorized"


async def test_a_key_bound_to_a_platform_acts_for_its_users_only(api: Api) -> None:
    bound = "a-key-of-the-discord-bot"
    await api.stage.pool.execute(
        "insert into service_keys (name, key_sha256, platform) values ('discord', $1, 'discord')",
        hashlib.sha256(bound.encode()).hexdigest(),
    )

    assert (await api.get("/v1/me", key=bound, user=BEN)).status == 200
    refused = await api.get("/v1/me", key=bound, user="telegram:42")
    assert (refused.status, refused.code) == (403, "forbidden")


async def test_a_revoked_service_key_opens_nothing(api: Api) -> None:
    await api.stage.pool.execute("update service_keys set revoked_at = now()")

    assert (await api.get("/v1/me")).status == 401


# Accounts and the catalogue


async def test_a_newcomer_is_registered_on_the_free_plan(api: Api) -> None:
    answer = await api.get("/v1/me", headers={"Tessera-User-Name": "Ann%20%C3%9C", "Tessera-User-Locale": "de"})

    assert answer.document["display_name"] == "Ann Ü"
    assert answer.document["plan"]["tier"] == "free"
    assert answer.document["tokens"]["spendable"] == "20.00"
    assert await api.stage.pool.fetchval("select locale from users") == "de"


async def test_the_many_first_requests_of_one_person_make_one_user(api: Api) -> None:
    answers = await asyncio.gather(*(api.get("/v1/me", user="web:v1", address="192.0.2.1") for _ in range(20)))

    assert {answer.status for answer in answers} == {200}
    assert await count(api, "users") == 1


async def test_odd_names_are_made_harmless(api: Api) -> None:
    await api.get("/v1/me", headers={"Tessera-User-Name": "%00A%1b" + "x" * 300})

    assert await api.stage.pool.fetchval("select display_name from users") == "A" + "x" * 99


async def test_use_is_told_by_day(api: Api) -> None:
    await finished(api, count=2)
    [today] = (await api.get("/v1/me/usage?days=7")).document["days"]

    assert (today["tokens_used"], today["tokens_image"], today["jobs_completed"]) == ("2.00", "2.00", 1)
    assert (await api.get("/v1/me/usage?days=0")).code == "invalid_request"


async def test_models_are_told_with_their_prices(api: Api) -> None:
    models = {model["id"]: model for model in (await api.get("/v1/models")).document["models"]}

    assert set(models) >= {"painter", "sdxl", "flux-schnell", "flux-dev"}
    assert (models["painter"]["default"], models["painter"]["online"], models["painter"]["allowed"]) == (True,) * 3
    assert (models["flux-dev"]["price_tokens"], models["flux-dev"]["allowed"]) == ("3.00", False)
    assert (models["chat"]["max_tokens"], models["writer"]["max_tokens"]) == (1000, None)
    assert (models["flux-schnell"]["max_steps"], models["painter"]["max_steps"]) == (16, None)


async def test_steps_and_what_to_keep_out_reach_a_model_that_has_steps(api: Api) -> None:
    await api.stage.worker("other", models=("sdxl",))
    wish = {"negative": "blur", "steps": 75, "prompt": "a fox"}
    quote, made, painted = [
        (await api.call("POST", path, {"request": {**wish, "model": model}})).document
        for path, model in (("/v1/jobs:quote", "sdxl"), ("/v1/jobs", "sdxl"), ("/v1/jobs", "painter"))
    ]
    read = (await api.get(f"/v1/jobs/{made['job']['id']}")).document

    assert quote["cost_tokens"] == made["job"]["cost_tokens"] == "1.50"
    assert (read["negative"], read["steps"]) == ("blur", 75)
    assert (painted["job"]["steps"], painted["job"]["cost_tokens"]) == (None, "1.00")


async def test_a_bot_that_asks_for_no_user_learns_what_is_there(api: Api) -> None:
    models = {model["id"]: model for model in (await api.get("/v1/models", user=None)).document["models"]}
    painter = models["painter"]

    assert (painter["default"], painter["online"], painter["allowed"]) == (False, True, False)
    assert (await api.get("/v1/models", user=None, key="x" * 16)).code == "unauthorized"


# Newcomers per address


@pytest.mark.parametrize(
    ("address_of", "stranger"),
    [
        (lambda n: "192.0.2.1", "192.0.2.2"),
        (lambda n: f"2001:db8:0:1::{n:x}", "2001:db8:0:2::1"),
        (lambda n: "::ffff:192.0.2.1" if n % 2 else "192.0.2.1", "192.0.2.2"),
    ],
    ids=["IPv4", "IPv6 by its /64", "IPv4 in IPv6"],
)
async def test_the_eleventh_newcomer_of_a_network_is_refused(api: Api, address_of: Any, stranger: str) -> None:
    first = [await api.get("/v1/me", user=f"web:{n}", address=address_of(n)) for n in range(10)]
    refused = await api.get("/v1/me", user="web:10", address=address_of(10))

    assert {answer.status for answer in first} == {200}
    assert (refused.status, refused.code, refused.document["limit"]) == (429, "address_limit", 10)
    assert (await api.get("/v1/me", user="web:3", address=address_of(3))).status == 200
    assert (await api.get("/v1/me", user="web:11", address=stranger)).status == 200
    assert (await api.get("/v1/me", user="telegram:9", address=address_of(9))).status == 200


async def test_newcomers_at_once_are_counted_exactly(api: Api) -> None:
    answers = await asyncio.gather(*(api.get("/v1/me", user=f"web:{n}", address="192.0.2.1") for n in range(30)))

    assert sum(answer.status == 200 for answer in answers) == 10


async def test_the_last_one_let_in_may_knock_twice_at_once(api: Api) -> None:
    for n in range(9):
        await api.get("/v1/me", user=f"web:{n}", address="192.0.2.1")
    answers = await asyncio.gather(*(api.get("/v1/me", user="web:9", address="192.0.2.1") for _ in range(10)))

    assert {answer.status for answer in answers} == {200}


async def test_a_strange_address_breaks_nothing(api: Api) -> None:
    for n, address in enumerate(["fe80::1%25eth0", "not an address", "'; drop table users", "1.2.3.4%25x"]):
        assert (await api.get("/v1/me", user=f"web:{n}", address=address)).status == 200


# Jobs of one's own, and of others


async def test_a_finished_job_shows_its_picture_to_its_owner_only(api: Api) -> None:
    job = await finished(api)
    [artifact] = job["artifacts"]
    whole, small = await api.get(artifact["url"]), await api.get(artifact["url"] + "/thumbnail")

    assert (whole.headers["Content-Type"], whole.content) == ("image/png", PICTURE)
    assert (small.headers["Content-Type"], small.content) == ("image/jpeg", THUMBNAIL)
    for path in (artifact["url"], artifact["url"] + "/thumbnail", artifact["url"] + "/web", f"/v1/jobs/{job['id']}"):
        assert (await api.get(path, user=BEN)).code == "not_found"

    await api.stage.pool.execute("update artifacts set expires_at = now()")
    assert (await api.get(artifact["url"])).code == "gone"
    assert (await api.get(f"/v1/jobs/{job['id']}")).document["artifacts"][0]["expired"] is True


async def test_a_finished_picture_comes_for_screens_and_as_a_blur(api: Api) -> None:
    [artifact] = (await finished(api))["artifacts"]
    answer = await api.get(artifact["url"] + "/web")

    assert (answer.headers["Content-Type"], answer.content) == ("image/jpeg", WEB)
    assert artifact["web"] == {"format": "jpg", "width": 32, "height": 32, "size_bytes": len(WEB)}
    assert artifact["blurhash"] == BLURHASH

    await api.stage.pool.execute("update artifacts set web_path = null")
    assert (await api.get(artifact["url"] + "/web")).content == PICTURE
    assert (await api.get(f"/v1/jobs/{artifact['job_id']}")).document["artifacts"][0]["web"] is None


async def test_other_people_s_jobs_do_not_exist(api: Api) -> None:
    job_id = (await api.submit()).document["job"]["id"]
    path = f"/v1/jobs/{job_id}"

    assert (await api.get(path, user=BEN)).code == "not_found"
    assert (await api.get(path + "/events", user=BEN)).code == "not_found"
    assert (await api.get(path + "/preview", user=BEN)).code == "not_found"
    assert (await api.call("POST", path + "/cancel", user=BEN)).code == "not_found"
    assert (await api.submit(user=BEN, parent_id=job_id)).code == "not_found"
    assert (await api.get("/v1/jobs", user=BEN)).document == {"jobs": [], "next": None}
    assert (await api.get(path)).document["cancel_requested"] is False


@pytest.mark.parametrize(
    ("where", "state", "message", "bot_id", "followed"),
    [
        ({"chat_id": -7, "reply_to": 5}, "posted", None, "one", True),
        ({"chat_id": -7}, "due", {"message_id": 6}, "one", True),  # seen, though the bot has not said so yet
        ({"chat_id": -7}, "due", None, "one", False),
        ({"chat_id": -7}, "waiting", {"message_id": 6}, "one", False),
        ({"chat_id": -7}, "posted", None, "other", False),
        ({"chat_id": -8}, "posted", None, "one", False),
        ({"channel_id": "7"}, "posted", None, "one", False),
        (None, "posted", None, "one", False),
    ],
)
async def test_another_s_result_is_gone_on_from_where_it_was_posted_and_only_there(
    api: Api,
    where: dict[str, Any] | None,
    state: str,
    message: dict[str, Any] | None,
    bot_id: str,
    followed: bool,
) -> None:
    posted = {"bot_id": "one", "process": "p", "address": {"chat_id": -7, "user": 42}}
    first = (await api.submit(seed=8, destination=posted)).document["job"]["id"]
    times = {"posted": "posted_at = now()", "due": "due_at = now()"}.get(state, "posted_at = null")
    await api.stage.pool.execute(f"update deliveries set state = $1, message = $2, {times}", state, message)
    asked = {"bot_id": bot_id, "process": "p"} | ({"address": where} if where else {})
    again = await api.submit(user=BEN, parent_id=first, destination=asked)
    varied = await api.submit(user=BEN, parent_id=first, strength=0.35, destination=asked)

    assert (varied.status, again.status) == (201 if followed else 404, 201)  # a stranger's picture is not charged for
    if followed:
        params = await api.stage.pool.fetchval("select params from jobs where id = $1", varied.document["job"]["id"])
        assert params["parent_seed"] == 8
    else:
        assert varied.code == "not_found"
    # whose it was is nobody else's business
    assert again.document["job"]["parent_id"] is None
    assert await api.stage.pool.fetchval("select count(*) from jobs where parent_id is not null") == 0


async def test_an_unknown_parent_is_not_found_by_a_bot_either(api: Api) -> None:
    asked = {"bot_id": "one", "process": "p", "address": {"chat_id": -7}}
    assert (await api.submit(parent_id=str(uuid4()), destination=asked)).code == "not_found"


async def test_what_is_not_there_is_not_found(api: Api) -> None:
    for path in ("/v1/jobs/7", f"/v1/jobs/{uuid4()}", "/v1/artifacts/x", f"/v1/artifacts/{uuid4()}", "/x"):
        assert (await api.get(path)).code == "not_found"


async def test_jobs_are_listed_page_by_page(api: Api) -> None:
    made = [(await api.submit()).document["job"]["id"] for _ in range(5)]
    first = (await api.get("/v1/jobs?limit=3")).document
    second = (await api.get("/v1/jobs", params={"limit": "3", "before": first["next"]})).document

    assert [job["id"] for job in first["jobs"] + second["jobs"]] == made[::-1]
    assert second["next"] is None
    assert (await api.get("/v1/jobs?before=yesterday")).code == "invalid_request"
    for beyond in ("0001-01-01T00:00:00%2B14:00", "9999-12-31T23:59:59-14:00"):
        assert (await api.get(f"/v1/jobs?before={beyond}_{uuid4()}")).code == "invalid_request"
    assert (await api.get("/v1/jobs?limit=1000")).code == "invalid_request"


async def test_a_waiting_job_is_cancelled_at_once_and_left_out_of_the_open_ones(api: Api) -> None:
    running, waiting = [(await api.submit()).document["job"]["id"] for _ in range(2)]
    await until(lambda: api.stage.dispatcher.line.running)
    cancelled = await api.call("POST", f"/v1/jobs/{waiting}/cancel")
    again = await api.call("POST", f"/v1/jobs/{waiting}/cancel")

    assert (cancelled.status, cancelled.document["status"]) == (200, "CANCELLED")
    assert again.document == cancelled.document
    assert [job["id"] for job in (await api.get("/v1/jobs?open=true")).document["jobs"]] == [running]


async def test_a_preview_is_there_while_a_job_paints(api: Api) -> None:
    job_id = (await api.submit()).document["job"]["id"]
    assert (await api.get(f"/v1/jobs/{job_id}/preview")).code == "not_found"
    await api.stage.redis.set(f"tessera:{{preview:{job_id}}}", b"a preview")

    assert (await api.get(f"/v1/jobs/{job_id}/preview")).content == b"a preview"


# Live events


async def test_the_events_of_a_job_go_from_acceptance_to_its_end(api: Api) -> None:
    job_id = (await api.submit()).document["job"]["id"]
    heard: list[JobEvent] = []
    async with connect(api.base, SERVICE_KEY) as client, asyncio.timeout(15):
        async for event in client.acting_for("telegram:42").job_events(job_id):
            heard.append(event)
            if len(heard) == 1:
                task = await given(api.gpu)
                await api.gpu.progress(task, 0.5, b"a preview")
                await api.gpu.finish(task)

    assert heard[0].kind in ("accepted", "running")
    assert heard[-1].kind == "ended"
    assert any(event.fraction == 0.5 and event.preview == 1 for event in heard)
    assert {str(event.job_id) for event in heard} == {job_id}


async def test_the_events_of_an_ended_job_are_its_end(api: Api) -> None:
    await api.submit()
    second = (await api.submit()).document["job"]["id"]
    await api.call("POST", f"/v1/jobs/{second}/cancel")
    async with connect(api.base, SERVICE_KEY) as client, asyncio.timeout(10):
        heard = [event async for event in client.acting_for("telegram:42").job_events(second)]

    assert [event.kind for event in heard] == ["ended"]


async def test_a_bot_hears_of_its_own_jobs_only(api: Api) -> None:
    heard: list[JobEvent] = []
    async with connect(api.base, SERVICE_KEY) as client, asyncio.TaskGroup() as group:
        listening = group.create_task(listen(client, heard.append))
        await until(lambda: api.stage.hub.listeners)
        await api.submit()
        mine = await api.submit(user=BEN, destination={"bot_id": "one", "process": "p", "address": {"chat": 1}})
        await until(lambda: heard)
        listening.cancel()

    assert {str(event.job_id) for event in heard} == {mine.document["job"]["id"]}
    assert heard[0].user == BEN


async def listen(client: Scheduler, hear: Callable[[JobEvent], None]) -> None:
    async for event in client.bot_events("one"):
        hear(event)


# Admins


ADMIN_ROUTES: list[tuple[str, str, Any]] = [
    ("GET", "/v1/admin/status", None),
    ("GET", "/v1/admin/users/telegram:42", None),
    ("POST", "/v1/admin/users/telegram:42/grants", {"tokens": 5}),
    ("POST", "/v1/admin/users/telegram:42/purchases", {"tokens": 5, "reference": "7"}),
    ("POST", "/v1/admin/users/telegram:42/corrections", {"tokens": 5, "reason": "mine"}),
    ("POST", "/v1/admin/users/telegram:43/ban", {"reason": "mine"}),
    ("POST", "/v1/admin/users/telegram:42/unban", {}),
    ("POST", "/v1/admin/pauses", {"subject": "all"}),
    ("POST", "/v1/admin/resumes", {"subject": "all"}),
    ("GET", "/v1/admin/letters", None),
    ("POST", "/v1/admin/letters/retry", {}),
]


async def test_only_admins_administrate(api: Api) -> None:
    for method, path, body in ADMIN_ROUTES:
        refused = await api.call(method, path, body)
        assert (refused.status, refused.code) == (403, "forbidden"), path
    assert await count(api, "audit_log") == 0


async def test_an_admin_of_the_settings_is_one_only_while_they_say_so(api: Api) -> None:
    await make_key(api.stage.database_url, "root", "admin")
    assert (await api.get("/v1/admin/status", user=ADMIN)).status == 200
    await api.stage.door.dismiss()
    assert (await api.get("/v1/admin/status", user=ADMIN)).status == 200

    await Doorkeeper(api.stage.pool, frozenset(), newcomers_a_day=1).dismiss()
    api.stage.door.admins = frozenset()
    api.stage.door.forget()
    assert (await api.get("/v1/admin/status", user=ADMIN)).code == "forbidden"
    assert (await api.get("/v1/me", user=ADMIN)).document["plan"]["tier"] == "free"
    acts = await api.stage.pool.fetch("select actor, subject, details from audit_log where action = 'plan'")
    assert [tuple(act) for act in acts] == [("settings", ADMIN, {"tier": "free"})]
    admins = await api.stage.pool.fetchval(
        "select count(*) from users join plans p on p.id = plan_id where tier = 'admin'"
    )
    assert admins == 1  # the command line made it


async def test_a_grant_is_given_once_per_key_and_noted(api: Api) -> None:
    await api.get("/v1/me")
    path, body = "/v1/admin/users/telegram:42/grants", {"tokens": "5.50", "note": "sorry"}
    answers = [await api.call("POST", path, body, user=ADMIN, headers={"Idempotency-Key": "g1"}) for _ in range(2)]
    without = await api.call("POST", path, body, user=ADMIN)

    assert [answer.document["tokens"]["balance"] for answer in answers] == ["5.50", "5.50"]
    assert without.code == "invalid_request"
    row = await api.stage.pool.fetchrow("select actor, action, subject, details from audit_log")
    assert tuple(row) == (ADMIN, "grant", "telegram:42", {"tokens": "5.50", "note": "sorry"})
    assert await count(api, "audit_log") == 1


async def test_a_pause_holds_until_it_is_resumed_and_both_are_noted(api: Api) -> None:
    paused = await api.call("POST", "/v1/admin/pauses", {"subject": "model:painter", "reason": "paint"}, user=ADMIN)
    refused = await api.submit()
    resumed = await api.call("POST", "/v1/admin/resumes", {"subject": "all"}, user=ADMIN)

    [pause] = paused.document["pauses"]
    assert pause == {"subject": "model:painter", "reason": "paint", "ends_in_seconds": None, "ends_at": None}
    assert (refused.status, refused.code, refused.document["reason"]) == (503, "capability_paused", "paint")
    assert resumed.document == {"pauses": []}
    assert (await api.submit()).status == 201
    actions = await api.stage.pool.fetch("select action from audit_log order by id")
    assert [row["action"] for row in actions] == ["pause", "resume"]


async def test_only_what_exists_can_be_paused(api: Api) -> None:
    for subject, code in (("model:x", "unknown_model"), ("moon", "invalid_request")):
        assert (await api.call("POST", "/v1/admin/pauses", {"subject": subject}, user=ADMIN)).code == code


async def test_an_admin_sees_the_system_and_a_user(api: Api) -> None:
    await api.submit(prompt="a secret")
    status = (await api.get("/v1/admin/status", user=ADMIN)).document
    user = await api.get("/v1/admin/users/telegram:42", user=ADMIN)

    assert status["queued"] + status["running"] == 1
    assert (status["workers"][0]["name"], status["leader"]) == ("gpu", "first")
    assert user.document["account"]["open_jobs"] == 1
    assert b"a secret" not in user.content
    assert (await api.get("/v1/admin/users/telegram:404", user=ADMIN)).code == "not_found"


# The server itself


async def test_the_server_tells_how_it_is(api: Api) -> None:
    for path, content in (("/healthz", b"ok\n"), ("/readyz", b"ready\n")):
        answer = await api.get(path, key=None, user=None)
        assert (answer.status, answer.content) == (200, content)
    metrics = await api.get("/metrics", key=None, user=None)
    assert b"tessera_http_requests_total" in metrics.content


async def test_strange_addresses_and_methods_make_no_new_metrics(api: Api) -> None:
    await api.call("BREW", "/pot/of/coffee")
    await api.call("PATCH", "/v1/jobs")
    metrics = (await api.get("/metrics")).content

    assert b"BREW" not in metrics
    assert b"PATCH" not in metrics


async def test_a_database_that_is_busy_is_told_from_a_fault(api: Api, caplog: pytest.LogCaptureFixture) -> None:
    async with api.stage.pool.acquire() as connection, connection.transaction():
        await connection.execute("lock table users in access exclusive mode")
        busy = await api.get("/v1/me")
    await api.stage.pool.execute("alter table users rename to persons")
    fault = await api.get("/v1/me", user=BEN)

    assert (busy.status, busy.code, busy.headers["Retry-After"]) == (503, "unavailable", "1")
    assert (fault.status, fault.code) == (500, "internal")
    assert "persons" not in fault.content.decode()


async def test_the_description_fits_the_server(api: Api) -> None:
    description = (await api.get("/openapi.json", key=None)).document
    assert description["openapi"].startswith("3.1")
    operations = {
        (method.upper(), path): operation
        for path, methods in description["paths"].items()
        for method, operation in methods.items()
    }
    assert {(one.method, one.path) for one in api.stage.operations()} <= set(operations)
    names = [operation["operationId"] for operation in operations.values()]
    assert len(names) == len(set(names))
    for (method, path), operation in operations.items():
        assert operation["summary"], path
        for problem in (answer for status, answer in operation["responses"].items() if status >= "400"):
            assert list(problem["content"]) == ["application/problem+json"]
        placeholders = {part[1:-1] for part in path.split("/") if part.startswith("{")}
        named = {one["name"] for one in operation["parameters"] if one["in"] == "path"}
        assert placeholders == named
        answer = await api.call(method, path.format(**dict.fromkeys(placeholders, "x")), key=None, user=None)
        assert answer.status != 405
        if "security" in operation:
            assert answer.status in (401, 404, 422), (method, path)
    assert not unresolved(description, description)


def unresolved(value: Any, description: Any) -> list[str]:
    """References that lead nowhere."""
    if isinstance(value, dict):
        found = [name for item in value.values() for name in unresolved(item, description)]
        target = value.get("$ref")
        if isinstance(target, str):
            name = target.removeprefix("#/components/schemas/")
            if name not in description["components"]["schemas"]:
                found.append(target)
        return found
    if isinstance(value, list):
        return [name for item in value for name in unresolved(item, description)]
    return []

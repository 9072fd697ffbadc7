"""Pictures that people give: taken in, counted, named by jobs, and gone when their time is over."""

import asyncio
from datetime import timedelta
from io import BytesIO
from typing import Any
from uuid import uuid4

import pytest
from PIL import Image

from scheduler import janitor
from scheduler.artifacts.checks import MOST_BYTES
from scheduler.client import connect
from scheduler.errors import Refused
from scheduler.uploads import model, routes
from scheduler.uploads.keeper import UploadKeeper
from scheduler.uploads.queries import find_picture
from tests.scheduler.api import Answer, Api, Json
from tests.scheduler.stage import SERVICE_KEY, Stage, looked_at, until
from tests.scheduler.test_api import BEN, finished, given

AGED = "update uploads set expires_at = now() - interval '1 minute', created_at = '2026-01-01'"
CAMERA, SECRET = 0x0110, b"a camera of the tests"


def a_picture(colour: str = "red", size: tuple[int, int] = (96, 48), kind: str = "JPEG") -> bytes:
    buffer = BytesIO()
    exif = Image.Exif()
    exif[CAMERA] = SECRET.decode()
    Image.new("RGB", size, colour).save(buffer, kind, exif=exif)
    return buffer.getvalue()


async def give(api: Api, content: bytes, kind: str = "image/jpeg", user: str = "telegram:42") -> Answer:
    return await api.call("POST", "/v1/uploads", user=user, data=content, headers={"Content-Type": kind})


async def given_id(api: Api, **more: Any) -> str:
    answer = await give(api, a_picture(), **more)
    assert answer.status == 201, answer
    return str(answer.document["id"])


async def ask(api: Api, path: str = "/v1/jobs", user: str = "telegram:42", **request: Any) -> Answer:
    return await api.call("POST", path, {"request": {"prompt": "a fox", "model": "painter", **request}}, user=user)


async def completed(stage: Stage, job: Any) -> bool:
    return await stage.status(job) == "COMPLETED"


async def files(stage: Stage) -> list[str]:
    return [path.name for path in (stage.folder / "uploads").glob("*")]


@pytest.fixture
async def painting(api: Api) -> Api:
    """An API whose worker takes pictures."""
    api.gpu.takes_picture = True
    await api.stage.hear(api.gpu)
    return api


async def test_a_picture_is_kept_made_anew_for_three_days(api: Api) -> None:
    answer = await give(api, a_picture())
    row = await api.stage.pool.fetchrow("select *, expires_at - created_at as kept from uploads")
    stored = (api.stage.folder / row["path"]).read_bytes()

    assert (answer.document["width"], answer.document["height"]) == (96, 48)
    assert (row["content_type"], row["size_bytes"], row["kept"]) == ("image/jpeg", len(stored), timedelta(days=3))
    assert SECRET not in stored
    assert row["path"] == f"uploads/{answer.document['id']}.jpg"


async def test_the_same_file_again_is_the_same_upload_and_lives_on(api: Api) -> None:
    first = await give(api, a_picture())
    await api.stage.pool.execute("update uploads set expires_at = now() + interval '1 hour'")
    again = await give(api, a_picture())
    theirs = await give(api, a_picture(), user=BEN)

    assert again.document["id"] == first.document["id"] != theirs.document["id"]
    assert await api.stage.pool.fetchval("select max(expires_at) > now() + interval '2 days' from uploads")


@pytest.mark.parametrize(
    ("content", "kind", "code", "facts"),
    [
        (b"<svg><script>alert(1)</script></svg>", "image/png", "picture_unfit", {"fault": "not_a_picture"}),
        (b"", "image/png", "picture_unfit", {"fault": "not_a_picture"}),
        (a_picture()[:200], "image/jpeg", "picture_unfit", {"fault": "broken"}),
        (a_picture(size=(8, 8)), "image/jpeg", "picture_unfit", {"fault": "too_small", "shortest_side": 16}),
        (a_picture(), "application/octet-stream", "invalid_request", {}),
    ],
    ids=["markup", "nothing", "half", "tiny", "no picture by its header"],
)
async def test_what_is_no_picture_is_not_taken(api: Api, content: bytes, kind: str, code: str, facts: Json) -> None:
    answer = await give(api, content, kind)

    assert (answer.status, answer.code) == (422, code)
    assert facts.items() <= answer.document.items()
    assert await api.stage.pool.fetchval("select count(*) from uploads") == 0


async def test_too_large_a_file_is_refused_before_it_is_read(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(routes, "MOST_BYTES", 1000)

    async def endless() -> Any:
        while True:
            yield bytes(500)
            await asyncio.sleep(0)

    known = await give(api, bytes(1001), "image/png")
    assert (known.code, known.document["fault"], known.document["limit"]) == ("picture_unfit", "too_many_bytes", 1000)
    head = {"Content-Type": "image/png"}
    unknown = await api.call("POST", "/v1/uploads", data=endless(), headers=head)  # says no length
    assert unknown.document["fault"] == "too_many_bytes"
    assert MOST_BYTES == 20 * 2**20


async def test_one_account_has_so_many_and_is_told_when_there_is_room(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(model, "MOST_UPLOADS", 2)
    answers = await asyncio.gather(*(give(api, a_picture(colour)) for colour in ("red", "green", "blue")))
    [refused] = [answer for answer in answers if answer.status != 201]

    assert (refused.status, refused.code) == (429, "too_many_uploads")
    assert refused.document["limit"] == 2
    assert 0 < refused.document["retry_after_seconds"] <= timedelta(days=3).total_seconds()
    assert (await give(api, a_picture("blue"), user=BEN)).status == 201

    monkeypatch.setattr(model, "MOST_UPLOADS", 60)
    monkeypatch.setattr(model, "MOST_BYTES", 1500)
    assert (await give(api, a_picture("white", (1000, 1000)))).code == "too_many_uploads"


async def test_a_file_that_cannot_be_stored_leaves_no_row(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    ann = await stage.user()
    (stage.folder / "uploads").write_text("not a folder")
    with pytest.raises(Refused, match="unavailable"):
        await UploadKeeper(stage.pool, stage.store, looked_at).keep(ann.user_id, a_picture())

    assert await stage.pool.fetchval("select count(*) from uploads") == 0


async def test_what_has_ended_goes_with_its_file_but_not_while_a_job_needs_it(painting: Api) -> None:
    stage = painting.stage
    needed, other = await given_id(painting), (await give(painting, a_picture("blue"))).document["id"]
    job = (await ask(painting, picture=needed)).document["job"]["id"]
    await stage.pool.execute(AGED)
    await janitor.tick(stage.pool, stage.store)
    assert await files(stage) == [f"{needed}.jpg"]
    assert (await ask(painting, picture=needed)).code == "gone"
    assert (await ask(painting, picture=other)).code == "not_found"

    task = await given(painting.gpu)
    await painting.gpu.finish(task)
    await until(lambda: completed(stage, job))
    await janitor.tick(stage.pool, stage.store)
    assert await files(stage) == []
    assert await stage.pool.fetchval("select count(*) from uploads") == 0


async def test_whoever_gave_a_picture_may_end_it_and_a_job_that_waits_keeps_it(painting: Api) -> None:
    stage = painting.stage
    needed = await given_id(painting)
    other = (await give(painting, a_picture("blue"))).document["id"]
    job = (await ask(painting, picture=needed)).document["job"]["id"]
    listed = (await painting.get("/v1/uploads")).document["uploads"]
    assert [upload["id"] for upload in listed] == [other, needed]
    assert (await painting.get("/v1/uploads", user=BEN)).document == {"uploads": []}
    refused = await painting.call("DELETE", f"/v1/uploads/{needed}", user=BEN)
    assert (refused.status, refused.code, refused.document["what"]) == (404, "not_found", "upload")

    left = await painting.call("DELETE", f"/v1/uploads/{needed}")
    assert (left.status, left.document["uploads"]) == (200, [listed[0]])
    assert (await painting.call("DELETE", f"/v1/uploads/{needed}")).code == "not_found"
    assert (await ask(painting, picture=needed)).code == "gone"
    await janitor.tick(stage.pool, stage.store)
    assert sorted(await files(stage)) == sorted([f"{needed}.jpg", f"{other}.jpg"])

    task = await given(painting.gpu)
    assert task.params["picture"] == needed
    await painting.gpu.finish(task)
    await until(lambda: completed(stage, job))
    await stage.pool.execute(
        "update uploads set expires_at = now() - interval '1 minute', created_at = '2026-01-01' where id = $1", needed
    )
    await janitor.tick(stage.pool, stage.store)
    assert await files(stage) == [f"{other}.jpg"]


async def test_a_row_whose_file_never_came_is_nobody_s_picture_and_goes(painting: Api) -> None:
    stage, picture = painting.stage, await given_id(painting)
    await stage.pool.execute("update uploads set stored_at = null, created_at = now() - interval '11 minutes'")

    assert (await ask(painting, picture=picture)).code == "not_found"
    await janitor.tick(stage.pool, stage.store)
    assert (await files(stage), await stage.pool.fetchval("select count(*) from uploads")) == ([], 0)


async def test_a_job_starts_from_an_upload_in_its_shape(painting: Api) -> None:
    picture = await given_id(painting)
    quote = (await ask(painting, "/v1/jobs:quote", picture=picture)).document
    job = (await ask(painting, picture=picture, strength=0.4)).document["job"]
    task = await given(painting.gpu)
    read = (await painting.get(f"/v1/jobs/{job['id']}")).document

    assert (quote["width"], quote["height"]) == (job["width"], job["height"]) == (1024, 512)
    assert job["picture"] == read["picture"] == task.params["picture"] == picture
    assert task.params["picture_path"] == f"uploads/{picture}.jpg"
    assert task.params["strength"] == 0.4
    assert (await ask(painting, "/v1/jobs:quote", picture=picture, width=64, height=64)).document["width"] == 64


async def test_a_job_starts_from_a_finished_picture(painting: Api) -> None:
    [made] = (await finished(painting))["artifacts"]
    job = (await ask(painting, picture=made["id"])).document["job"]
    task = await given(painting.gpu)

    assert (job["picture"], task.params["picture_path"]) == (made["id"], task.params["picture_path"])
    assert (painting.stage.folder / task.params["picture_path"]).exists()
    await painting.stage.pool.execute("update artifacts set expires_at = now()")
    assert (await ask(painting, picture=made["id"])).code == "gone"


async def test_another_s_picture_is_as_unknown_as_none(painting: Api) -> None:
    picture = await given_id(painting)
    [made] = (await finished(painting))["artifacts"]
    for one in (picture, made["id"], str(uuid4())):
        refused = await ask(painting, user=BEN, picture=one)
        assert (refused.status, refused.code, refused.document["what"]) == (404, "not_found", "picture")
        assert (await ask(painting, "/v1/jobs:quote", user=BEN, picture=one)).code == "not_found"


async def test_only_a_model_that_takes_a_picture_gets_one(api: Api) -> None:
    picture = await given_id(api)
    assert (await ask(api, picture=picture)).code == "picture_not_taken"
    await api.stage.worker("other", models=("sdxl",), takes_picture=True)
    refused = await ask(api, picture=picture)

    assert (refused.status, refused.code) == (422, "picture_not_taken")
    assert (refused.document["model"], refused.document["alternative"]) == ("painter", "sdxl")
    chosen = await ask(api, picture=picture, model=None)
    assert chosen.document["job"]["model"] == "sdxl"
    assert (await ask(api, picture=picture, capability="audio", model=None)).document["model"] == "audio"
    listed = {one["id"]: one["takes_picture"] for one in (await api.get("/v1/models")).document["models"]}
    assert (listed["sdxl"], listed["painter"]) == (True, False)


async def test_a_worker_that_takes_no_picture_is_passed_over(stage: Stage) -> None:
    ann = await stage.user()
    plain, able = await stage.worker("plain"), await stage.worker("able", takes_picture=True, state="draining")
    upload = await UploadKeeper(stage.pool, stage.store, looked_at).keep(ann.user_id, a_picture())
    found = await find_picture(stage.pool, upload.id, ann.user_id)
    job_id = await stage.job(ann, picture=upload.id, found=found)
    await stage.round()
    assert (await plain.inbox(), await stage.status(job_id)) == ([], "QUEUED")

    await stage.hear(able, state="ready")
    assert (await able.assignment()).job_id == job_id


async def test_a_worker_that_makes_nothing_without_a_picture_is_passed_over(stage: Stage) -> None:
    """The same model, of another worker, may need none."""
    ann = await stage.user()
    starts, plain = await stage.worker("starts", takes_picture=True, needs_picture=True), await stage.worker("plain")
    job_id = await stage.job(ann)
    await stage.round()

    assert await starts.inbox() == []
    assert (await plain.assignment()).job_id == job_id


async def test_a_model_that_needs_a_picture_is_listed_as_such(api: Api) -> None:
    await api.stage.worker("other", models=("sdxl",), takes_picture=True, needs_picture=True)
    listed = {one["id"]: one for one in (await api.get("/v1/models")).document["models"]}
    refused = await api.submit(model="sdxl")

    assert (listed["sdxl"]["needs_picture"], listed["sdxl"]["online"], listed["sdxl"]["default"]) == (True, True, False)
    assert not listed["painter"]["needs_picture"]
    assert (refused.status, refused.code, refused.document["alternative"]) == (422, "picture_missing", "painter")


async def test_a_repeated_key_with_another_picture_is_another_request(painting: Api) -> None:
    first, other = await given_id(painting), (await give(painting, a_picture("blue"))).document["id"]
    answers = [
        await painting.call(
            "POST",
            "/v1/jobs",
            {"request": {"prompt": "a fox", "model": "painter"} | ({"picture": one} if one else {})},
            headers={"Idempotency-Key": "k"},
        )
        for one in (first, first, other, None)
    ]

    assert [answer.status for answer in answers] == [201, 201, 422, 422]
    assert answers[1].document["replayed"]


async def test_the_client_uploads(painting: Api) -> None:
    async with connect(painting.base, SERVICE_KEY) as client:
        ann = client.acting_for("telegram:42")
        first, again = [await ann.upload(a_picture(kind="PNG"), "image/png") for _ in range(2)]

    assert (first.id, first.content_type, first.width) == (again.id, "image/png", 96)


async def test_bodies_in_memory_are_few(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(routes, "OF_A_USER", 1)
    begun, may_end, check = asyncio.Event(), asyncio.Event(), UploadKeeper._checked

    async def slowly(keeper: UploadKeeper, *given: Any) -> Any:
        begun.set()
        await may_end.wait()
        return await check(keeper, *given)

    monkeypatch.setattr(UploadKeeper, "_checked", slowly)
    async with asyncio.TaskGroup() as group:
        first = group.create_task(give(api, a_picture()))
        await begun.wait()
        second = await give(api, a_picture("blue"))
        may_end.set()

    assert (second.status, second.code) == (503, "overloaded")
    assert first.result().status == 201
    assert (await give(api, a_picture("green"))).status == 201

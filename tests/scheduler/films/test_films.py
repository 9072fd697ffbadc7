"""Films over the API: of one's own clips alone, priced by their length, and their clips kept until they are made."""

from typing import Any

import pytest

from scheduler import janitor
from scheduler.jobs.model import JobView
from tests.scheduler.api import Answer, Api
from tests.scheduler.stage import until
from tests.scheduler.test_api import BEN, finished, given
from tests.scheduler.uploads.test_uploads import completed, given_id

VIDEO = "update artifacts set type = 'video', format = 'mp4', width = 640, height = 360, duration_seconds = $2"


@pytest.fixture
async def cutting(api: Api) -> Api:
    """An API with a worker that makes films beside the one that paints."""
    await api.stage.worker("cutter", models=("compose",), capability="video")
    return api


async def a_video(api: Api, seconds: float = 4.0, kind: str = "video") -> str:
    """One that Ann has made."""
    [made] = (await finished(api))["artifacts"]
    await api.stage.pool.execute(f"{VIDEO} where id = $1", made["id"], seconds)
    await api.stage.pool.execute("update artifacts set type = $2 where id = $1", made["id"], kind)
    return str(made["id"])


async def ask(api: Api, *clips: Any, path: str = "/v1/jobs", user: str = "telegram:42", **more: Any) -> Answer:
    film = {"clips": [{"id": clip} if isinstance(clip, str) else clip for clip in clips], **more.pop("film", {})}
    request = {"capability": "video", "prompt": "By the sea", "film": film, **more}
    return await api.call("POST", path, {"request": request}, user=user)


async def test_a_film_is_priced_by_its_length_and_its_worker_gets_the_paths(cutting: Api) -> None:
    video, picture = await a_video(cutting), await given_id(cutting)
    clips = (video, {"id": picture, "seconds": 2.2})
    quote = (await ask(cutting, *clips, path="/v1/jobs:quote")).document
    job = (await ask(cutting, *clips, format="hls", film={"fade_seconds": 0.2})).document["job"]
    row = await cutting.stage.pool.fetchrow("select params from jobs where id = $1", job["id"])
    read = (await cutting.get(f"/v1/jobs/{job['id']}")).document

    assert (quote["model"], quote["seconds"], quote["cost_tokens"]) == ("compose", 5.7, "0.60")
    assert (quote["width"], quote["height"]) == (640, 360)
    assert (job["seconds"], job["format"], job["cost_tokens"]) == (6.0, "hls", "0.60")
    assert row["params"]["inputs"].keys() == {video, picture}
    assert row["params"]["inputs"][picture] == f"uploads/{picture}.jpg"
    assert read["film"] == job["film"] == JobView.model_validate(read).model_dump(mode="json")["film"]
    assert [clip["seconds"] for clip in read["film"]["clips"]] == [4.0, 2.2]


async def test_a_film_that_no_ffmpeg_is_told_to_read_is_cut_from_its_rendition_and_shown_as_it(cutting: Api) -> None:
    video = await a_video(cutting)
    await cutting.stage.pool.execute(
        """update artifacts set format = 'gif', metadata = metadata || '{"plays": false}', web_path = 'a.web.mp4',
                  web_width = 640, web_height = 360, web_size_bytes = 1000 where id = $1""",
        video,
    )
    job = (await ask(cutting, video)).document["job"]
    row = await cutting.stage.pool.fetchrow("select params from jobs where id = $1", job["id"])
    [made] = [one for shown in (await cutting.get("/v1/jobs")).document["jobs"] for one in shown["artifacts"]]

    assert row["params"]["inputs"] == {video: "a.web.mp4"}
    assert (made["id"], made["plays"]) == (video, False)


async def test_another_s_clips_are_as_unknown_as_none_and_old_ones_are_gone(cutting: Api) -> None:
    video, picture = await a_video(cutting), await given_id(cutting)
    for clips in ((video,), ({"id": picture, "seconds": 1},)):
        refused = await ask(cutting, *clips, user=BEN)
        assert (refused.status, refused.code, refused.document["what"]) == (404, "not_found", "clip 1")
        assert (await ask(cutting, *clips, user=BEN, path="/v1/jobs:quote")).code == "not_found"
    await cutting.stage.pool.execute("update artifacts set expires_at = now() + interval '30 seconds'")
    refused = await ask(cutting, {"id": picture, "seconds": 1}, video)

    assert (refused.status, refused.code, refused.document["what"]) == (410, "gone", "clip 2")
    assert await cutting.stage.pool.fetchval("select count(*) from jobs where capability = 'video'") == 0


async def test_what_is_wrong_is_said_where_it_is_and_costs_nothing(cutting: Api) -> None:
    video = await a_video(cutting)
    refused = await ask(cutting, {"id": video, "seconds": 9}, film={"music": {"id": video}})
    places = [error["loc"] for error in refused.document["errors"]]
    assert (refused.status, refused.code) == (422, "invalid_request")
    assert places == ["request.film.clips.0", "request.film.music"]

    misplaced = await ask(cutting, video, seconds=3)
    assert misplaced.document["errors"] == [{"loc": "request", "msg": "seconds is nothing that a film has"}]
    assert await cutting.stage.pool.fetchval("select sum(allowance_used) from billing.token_account") == 1


async def test_a_film_longer_than_the_model_makes_is_refused(cutting: Api) -> None:
    video = await a_video(cutting, 100)
    refused = await ask(cutting, video, video)

    assert (refused.status, refused.code) == (422, "duration_too_long")
    assert (refused.document["asked"], refused.document["limit"]) == (199.5, 120)


async def test_plain_videos_never_go_to_the_model_of_films_nor_films_elsewhere(cutting: Api) -> None:
    video = await a_video(cutting)
    plain = await cutting.submit(capability="video", model=None)
    assert (plain.code, plain.document["model"]) == ("no_worker", "video")
    asked = await cutting.submit(capability="video", model="compose")
    assert (asked.status, asked.code, asked.document["model"]) == (422, "film_missing", "compose")
    await cutting.stage.worker("filmer", models=("animator",), capability="video")
    asked = await cutting.submit(capability="video", model="compose")
    assert asked.document["alternative"] == "animator"
    await cutting.stage.pool.execute("update plans set allowed_models = array_remove(allowed_models, 'compose')")
    await cutting.stage.market.refresh()
    refused = await ask(cutting, video)

    assert (refused.code, refused.document["model"]) == ("model_not_in_plan", "compose")
    assert "alternative" not in refused.document


async def test_clips_are_kept_for_a_film_that_waits(api: Api) -> None:
    stage, cutter = api.stage, await api.stage.worker("cutter", models=("compose",), capability="video")
    video, picture = await a_video(api), await given_id(api)
    job = (await ask(api, video, {"id": picture, "seconds": 1})).document["job"]["id"]
    path = await stage.pool.fetchval("select local_path from artifacts where id = $1", video)
    files = [stage.folder / path, stage.folder / f"uploads/{picture}.jpg"]
    for table in ("artifacts", "uploads"):
        old = "created_at = '2026-01-01', expires_at = now() - interval '2 minutes'"
        await stage.pool.execute(f"update {table} set {old}")
    await janitor.tick(stage.pool, stage.store)
    assert [file.exists() for file in files] == [True, True]

    task = await given(cutter)
    await cutter.finish(task)
    await until(lambda: completed(stage, job))
    await janitor.tick(stage.pool, stage.store)
    assert [file.exists() for file in files] == [False, False]

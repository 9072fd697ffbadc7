"""Cards, buttons, pictures and older pages."""

from uuid import UUID, uuid4

import pytest

from scheduler.errors import Code, Refused
from tests.bots.web.browsing import Browser
from tests.bots.web.studio import Studio


async def done(studio: Studio, browser: Browser, text: str = "a red fox in the snow") -> UUID:
    job_id = UUID((await browser.say(text))["card"]["id"])
    studio.start(job_id)
    studio.finish(job_id)
    return job_id


async def test_a_finished_job_shows_its_picture_and_its_buttons(studio: Studio, ann: Browser) -> None:
    card = (await ann.look(f"/jobs/{await done(studio, ann)}"))["card"]

    assert card["line"] == "painter (no GPU) · seed 7 · 1 token"
    assert [button["action"] for button in card["buttons"]] == ["again", "vary"]
    assert card["pictures"][0]["filename"] == "a-red-fox-in-the-snow-7.png"
    picture = await ann.get(card["pictures"][0]["url"])
    assert picture.content_type == "image/png"
    assert picture.headers["Cache-Control"] == "private, max-age=31536000, immutable"
    assert (await ann.get(card["pictures"][0]["url"] + "/thumbnail")).status == 200


async def test_larger_is_offered_where_the_plan_has_room(studio: Studio, ann: Browser) -> None:
    job_id = await done(studio, ann, "a fox --size 512")
    card = (await ann.look(f"/jobs/{job_id}"))["card"]
    answer = await ann.press(str(job_id), "larger")

    assert [button["action"] for button in card["buttons"]] == ["again", "vary", "larger"]
    assert (answer["card"]["width"], answer["card"]["height"]) == (1024, 1024)
    assert (await ann.press(answer["card"]["id"], "larger"))["text"] == "Your plan has no room for a larger one"


async def test_again_and_variation_make_new_jobs_once_per_press(studio: Studio, ann: Browser) -> None:
    job_id = await done(studio, ann)
    press = {"id": str(uuid4())}
    for _ in range(2):
        await ann.post(f"/jobs/{job_id}/again", press)
    await ann.press(str(job_id), "vary")
    (person,) = studio.people.values()

    assert [job.prompt for job in person.jobs] == ["a red fox in the snow"] * 3
    assert person.requests[1].seed is None
    assert person.requests[2].strength


async def test_cancel(studio: Studio, ann: Browser) -> None:
    waiting = (await ann.say("a fox"))["card"]["id"]
    assert (await ann.press(waiting, "cancel"))["card"]["line"].startswith("Cancelled.")

    running = (await ann.say("a hare"))["card"]["id"]
    studio.start(UUID(running))
    stopping = (await ann.press(running, "cancel"))["card"]
    assert (stopping["status"], stopping["line"], stopping["buttons"]) == ("RUNNING", "Stopping", [])


async def test_a_failure_says_why_and_offers_another_try(studio: Studio, ann: Browser) -> None:
    job_id = (await ann.say("a fox --seed 3"))["card"]["id"]
    studio.start(UUID(job_id))
    studio.fail(UUID(job_id))
    card = (await ann.look(f"/jobs/{job_id}"))["card"]

    assert card["line"].startswith("The worker failed twice on this one.")
    assert [button["action"] for button in card["buttons"]] == ["retry"]
    await ann.press(job_id, "retry")
    (person,) = studio.people.values()
    assert person.requests[1].seed == 3


async def test_an_expired_picture_can_be_made_again(studio: Studio, ann: Browser) -> None:
    job_id = await done(studio, ann)
    studio.expire(job_id)
    card = (await ann.look(f"/jobs/{job_id}"))["card"]

    assert card["line"].startswith("This has expired.")
    assert [button["action"] for button in card["buttons"]] == ["remake"]
    assert (await ann.press(str(job_id), "remake"))["card"]["line"].startswith("Next in line")


async def test_nobody_else_sees_it(studio: Studio, ann: Browser, bob: Browser) -> None:
    job_id = await done(studio, ann)
    card = (await ann.look(f"/jobs/{job_id}"))["card"]

    assert (await bob.get(f"/jobs/{job_id}")).status == 404
    assert (await bob.get(card["pictures"][0]["url"])).status == 404
    assert (await bob.press(str(job_id), "again"))["kind"] == "refusal"
    assert (await bob.look())["cards"] == []


async def test_the_preview_of_a_running_job(studio: Studio, ann: Browser) -> None:
    job_id = UUID((await ann.say("a fox"))["card"]["id"])
    studio.start(job_id)
    assert (await ann.get(f"/jobs/{job_id}/preview")).status == 204

    studio.progress(job_id, 0.5, 1)
    preview = await ann.get(f"/jobs/{job_id}/preview?n=1")
    assert (preview.status, preview.content_type) == (200, "image/jpeg")


async def test_a_button_that_does_not_exist(studio: Studio, ann: Browser) -> None:
    job_id = await done(studio, ann)

    assert (await ann.post(f"/jobs/{job_id}/explode", {"id": str(uuid4())})).status == 404


async def test_older_jobs_come_page_by_page(studio: Studio, ann: Browser) -> None:
    for number in range(15):
        await ann.say(f"fox {number}")
    newest = await ann.look()
    older = await ann.look(f"/chat?before={newest['next']}")

    assert [card["prompt"] for card in newest["cards"] + older["cards"]] == [f"fox {n}" for n in range(14, -1, -1)]
    assert older["next"] is None
    assert newest["models"] == [
        {"id": "painter", "label": "painter (no GPU)", "default": True},
        {"id": "sdxl", "label": "SDXL", "default": False},
    ]
    assert newest["lead"].startswith("You have 20 tokens a day")


async def test_only_what_is_under_way(studio: Studio, ann: Browser) -> None:
    await done(studio, ann)
    waiting = await ann.say("a hare")

    assert [card["id"] for card in (await ann.look("/chat?open=1"))["cards"]] == [waiting["card"]["id"]]


@pytest.mark.parametrize("code", [Code.BANNED, Code.ADDRESS_LIMIT, Code.OUT_OF_TOKENS])
async def test_refusals_on_the_way_in_have_words(studio: Studio, ann: Browser, code: Code) -> None:
    studio.refusals = [Refused.because(code, limit=20, retry_after_seconds=60, refill_at="2026-11-22T00:00:00Z")]

    assert (await ann.say("a fox"))["text"]

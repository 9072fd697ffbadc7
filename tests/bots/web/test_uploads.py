"""A picture given in the web chat, and what is asked with it."""

from typing import Any

import pytest

from bots.web.pages import uploads
from scheduler.catalogue.model import Capability
from tests.bots.telegram.studio import picture
from tests.bots.web.browsing import OWN, Browser
from tests.bots.web.studio import Studio
from tests.bots.web.test_say import only

PHOTO = picture("JPEG", 640, 480)


async def give(browser: Browser, content: bytes, kind: str = "image/jpeg", headers: dict[str, str] = OWN) -> Any:
    sent = browser.headers | headers | {"Content-Type": kind}
    async with browser.session.post(browser.server.make_url("/uploads"), data=content, headers=sent) as response:
        return response.status, await response.json() if "json" in response.content_type else None


@pytest.mark.parametrize(("words", "capability"), [("as an oil painting", "image"), ("/video zoom in", "video")])
async def test_words_start_from_the_picture_that_was_given(
    studio: Studio, ann: Browser, words: str, capability: str
) -> None:
    status, given = await give(ann, PHOTO)
    await ann.say(words, picture=given["id"])
    (request,) = only(studio).requests

    assert (status, given["kind"], given["width"], given["height"]) == (200, "picture", 640, 480)
    assert (str(request.picture), request.capability, request.width) == (given["id"], capability, None)


async def test_music_hears_no_picture(studio: Studio, ann: Browser) -> None:
    _, given = await give(ann, PHOTO)
    await ann.say("/music a calm evening", picture=given["id"])

    assert only(studio).requests[0].picture is None


@pytest.mark.parametrize(
    ("content", "kind", "words"),
    [
        (b"<svg></svg>", "image/png", "not an image I can read"),
        (PHOTO, "image/svg+xml", "not an image I can read"),
        (PHOTO[:100], "image/jpeg", "damaged"),
        (bytes(2000), "image/png", "too large a file"),
    ],
)
async def test_what_is_no_picture_is_refused_in_words(
    studio: Studio, ann: Browser, monkeypatch: pytest.MonkeyPatch, content: bytes, kind: str, words: str
) -> None:
    monkeypatch.setattr(uploads, "LARGEST_FILE", 1999 if not any(content) else 10**6)
    status, answer = await give(ann, content, kind)

    assert (status, answer["kind"]) == (200, "refusal")
    assert words in answer["text"]
    assert not studio.uploads


async def test_only_the_page_itself_may_give_pictures(studio: Studio, ann: Browser) -> None:
    assert (await give(ann, PHOTO, headers={}))[0] == 403
    assert (await give(ann, PHOTO, headers=OWN | {"Origin": "https://elsewhere.example"}))[0] == 403


async def test_animate_stands_under_a_picture_and_makes_a_video_of_it(studio: Studio, ann: Browser) -> None:
    studio.films = True
    card = (await ann.say("a fox"))["card"]
    job = only(studio).jobs[0].id
    studio.start(job)
    studio.finish(job)
    shown = (await ann.look(f"/jobs/{card['id']}"))["card"]
    assert "animate" in [button["action"] for button in shown["buttons"]]
    await ann.press(card["id"], "animate")
    [artifact] = studio.find(job).artifacts
    request = only(studio).requests[1]

    assert (request.capability, request.picture) == (Capability.VIDEO, artifact.id)
    studio.expire(job)
    assert (await ann.press(card["id"], "animate"))["kind"] == "refusal"

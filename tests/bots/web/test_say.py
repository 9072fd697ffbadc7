"""What a visitor writes, and what the answer says."""

from uuid import uuid4

import pytest

from scheduler.errors import Code, Refused
from tests.bots.web.browsing import Browser
from tests.bots.web.studio import Person, Studio


def only(studio: Studio) -> Person:
    (person,) = studio.people.values()
    return person


async def test_plain_words_become_a_job(studio: Studio, ann: Browser) -> None:
    answer = await ann.say("a red sunset over the sea")

    assert (answer["kind"], answer["card"]["status"]) == ("job", "QUEUED")
    assert answer["card"]["prompt"] == "a red sunset over the sea"
    assert answer["card"]["line"] == "Next in line · about 2 s · 1 token"
    assert [button["label"] for button in answer["card"]["buttons"]] == ["Cancel"]
    assert answer["purse"]["line"] == "19 of 20 tokens left today"
    (destination,) = only(studio).destinations
    assert (destination.bot_id, destination.process, destination.address) == ("web", "web-test", None)


async def test_the_command_is_the_same(studio: Studio, ann: Browser) -> None:
    assert (await ann.say("/imagine a fox"))["card"]["prompt"] == "a fox"
    assert (await ann.say("  /IMAGINE   a fox\nin the snow "))["card"]["prompt"] == "a fox\nin the snow"


async def test_the_same_send_makes_one_job(studio: Studio, ann: Browser) -> None:
    once = {"id": str(uuid4()), "text": "a fox"}
    first, again = await ann.post("/chat", once), await ann.post("/chat", once)

    assert (await first.json())["card"]["id"] == (await again.json())["card"]["id"]
    assert len(only(studio).jobs) == 1


async def test_a_lost_reply_is_asked_for_again_and_makes_no_second_job(studio: Studio, ann: Browser) -> None:
    studio.lost_replies, once = 1, {"id": str(uuid4()), "text": "a fox"}
    lost = await (await ann.post("/chat", once)).json()
    found = await (await ann.post("/chat", once)).json()

    assert lost["kind"] == "down"
    assert "not lost" in lost["text"]
    assert found["kind"] == "job"
    assert len(only(studio).jobs) == 1


async def test_two_visitors_may_name_their_sends_alike(studio: Studio, ann: Browser, bob: Browser) -> None:
    once = {"id": str(uuid4()), "text": "a fox"}
    await ann.post("/chat", once)
    await bob.post("/chat", once)

    assert [len(person.jobs) for person in studio.people.values()] == [1, 1]


async def test_choices_beside_the_field_count_unless_the_words_say_otherwise(studio: Studio, ann: Browser) -> None:
    await ann.say("a fox", size="wide", seed=5, model="painter")
    await ann.say("a fox --size portrait --seed 6 --model sdxl", size="wide", seed=5, model="painter")
    chosen, written = only(studio).requests

    assert (chosen.width, chosen.height, chosen.seed, chosen.model) == (1024, 576, 5, "painter")
    assert (written.width, written.height, written.seed, written.model) == (768, 1024, 6, "sdxl")


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("", "What should I paint"),
        ("/imagine", "What should I paint"),
        ("x" * 100_000, "100,000 characters; 2,000 is the limit"),
        ("a fox --size huge", "can't read the size"),
        ("a fox --colour red", "don't know --colour"),
    ],
)
async def test_words_that_cannot_be_understood_are_answered(studio: Studio, ann: Browser, text: str, part: str) -> None:
    answer = await ann.say(text)

    assert (answer["kind"], answer["edit"]) == ("refusal", True)
    assert part in answer["text"]
    assert studio.calls["submit"] == 0


async def test_a_seed_beside_the_field_has_the_same_bounds(ann: Browser) -> None:
    assert "A seed is a whole number" in (await ann.say("a fox", seed=2**31))["text"]


async def test_a_refusal_says_what_helps(studio: Studio, ann: Browser) -> None:
    studio.refusals = [
        Refused.because(Code.MODEL_NOT_IN_PLAN, model="flux-dev", plan="Free", upgrade="Pro", alternative="painter"),
        Refused.because(Code.RESOLUTION_TOO_HIGH, asked="4096×4096", limit=1024, plan="Free", upgrade=None),
        Refused.because(Code.RATE_LIMITED, limit=5, every_seconds=12, retry_after_seconds=9, plan="Free"),
    ]
    model = await ann.say("a fox --model flux-dev")
    size = await ann.say("a fox --size 4096")
    rate = await ann.say("a fox")

    assert model["text"] == "flux-dev comes with Pro."
    assert model["buttons"] == [{"label": "Use painter", "action": "use", "subject": "painter"}]
    assert size["text"] == "4096×4096 is beyond your plan (1024)."
    assert size["buttons"] == [{"label": "Make it 1024", "action": "fit", "subject": "1024"}]
    assert rate["text"].endswith("then one every 12 s.")
    assert rate["wait_seconds"] == 9  # the page counts it down
    assert [button["action"] for button in rate["buttons"]] == ["retry"]


async def test_helping_buttons_change_the_request(studio: Studio, ann: Browser) -> None:
    await ann.say("a fox --model flux-dev --size 4096x2048", use="painter", fit=1024)
    (request,) = only(studio).requests

    assert (request.model, request.width, request.height) == ("painter", 1024, 512)
    await ann.say("/music rain --seconds 60", shorter=8)
    await ann.say("a fox --count 3", fewer=1)
    await ann.say("/ask why is the sky blue?", briefer=700)
    music, fox, sky = only(studio).requests[-3:]
    assert (music.seconds, fox.count, sky.max_tokens) == (8.0, 1, 700)


async def test_while_the_scheduler_is_away_the_answer_says_so(studio: Studio, ann: Browser) -> None:
    studio.reachable = False

    assert (await ann.say("a fox"))["kind"] == "down"
    assert (await ann.get("/chat")).status == 503


async def test_usage_jobs_help_and_start(studio: Studio, ann: Browser) -> None:
    await ann.say("a fox")
    usage, jobs, help_ = await ann.say("/usage"), await ann.say("/jobs"), await ann.say("/help")
    start, unknown = await ann.say("/start"), await ann.say("/admin status")

    assert "1 of 20 tokens used today" in usage["text"]
    assert "1. a fox · Next in line" in jobs["text"]
    assert jobs["buttons"][0]["action"] == "cancel"
    assert "--model painter, sdxl\n" in help_["text"]
    assert [button["action"] for button in start["buttons"]] == ["surprise", "help"]
    assert unknown["text"].startswith("I don't know that command")
    assert unknown["kind"] == "refusal"
    assert len(only(studio).jobs) == 1


async def test_cancel_stops_what_was_asked_for_last(studio: Studio, ann: Browser) -> None:
    first, second = await ann.say("a fox"), await ann.say("a hare")
    answer = await ann.say("/cancel")

    assert answer["card"]["id"] == second["card"]["id"]
    assert answer["card"]["status"] == "CANCELLED"
    assert (await ann.look(f"/jobs/{first['card']['id']}"))["card"]["status"] == "QUEUED"
    await ann.say("/cancel")
    assert (await ann.say("/cancel"))["text"] == "Nothing of yours waits or runs."

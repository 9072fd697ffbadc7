"""Pictures that people send or answer become what a job starts from; Animate makes a video of a result."""

import pytest

from scheduler.errors import Code
from scheduler.uploads.model import LARGEST_FILE
from tests.bots.studio import until
from tests.bots.telegram.studio import TelegramStudio, picture, refusal
from tests.bots.telegram.test_pictures import made
from tests.rigs.telegram import FakeBot, FakeTelegram, Person

PHOTO = picture("JPEG", 640, 480)


async def asked_first(studio: TelegramStudio) -> None:
    await until(lambda: bool(studio.asked))


@pytest.mark.parametrize(
    ("caption", "capability", "prompt"),
    [
        ("/imagine as an oil painting", "image", "as an oil painting"),
        ("/video zoom in --seconds 4", "video", "zoom in"),
        ("as an oil painting", "image", "as an oil painting"),
    ],
)
async def test_a_photo_with_words_is_what_the_job_starts_from(
    ann: Person, bot: FakeBot, studio: TelegramStudio, caption: str, capability: str, prompt: str
) -> None:
    ann.sends_photo(PHOTO, caption)
    await asked_first(studio)
    request = studio.asked[0].request
    [((user, content), upload)] = studio.uploads.items()

    assert (request.capability, request.prompt, request.picture) == (capability, prompt, upload.id)
    assert (user, content, upload.content_type) == (f"telegram:{ann.id}", PHOTO, "image/jpeg")


async def test_a_command_that_answers_a_photo_starts_from_it(ann: Person, bot: FakeBot, studio: TelegramStudio) -> None:
    photo = ann.sends_photo(PHOTO)
    [sent] = [seen for seen in ann.sees() if seen.id == photo]
    ann.writes("/imagine at night", reply_to=sent)
    await asked_first(studio)

    assert studio.asked[0].request.picture == studio.uploads[f"telegram:{ann.id}", PHOTO].id


async def test_a_command_that_answers_a_result_starts_from_the_finished_picture(
    ann: Person, bot: FakeBot, studio: TelegramStudio
) -> None:
    result = await made(ann, studio)
    ann.writes("/video slowly", reply_to=result)
    await until(lambda: len(studio.asked) == 2)
    [artifact] = studio.deliveries[studio.jobs[0]].job.artifacts

    assert studio.asked[1].request.picture == artifact.id
    assert not studio.uploads


async def test_what_hears_no_picture_is_asked_without_it(ann: Person, bot: FakeBot, studio: TelegramStudio) -> None:
    ann.sends_photo(PHOTO, "/music a calm evening")
    await asked_first(studio)

    assert (studio.asked[0].request.picture, studio.uploads) == (None, {})


async def test_a_picture_sent_as_a_file_is_taken_too(ann: Person, bot: FakeBot, studio: TelegramStudio) -> None:
    ann.sends_document(picture("PNG", 64), "fox.png", "/imagine a fox")
    await asked_first(studio)
    [upload] = studio.uploads.values()

    assert (studio.asked[0].request.picture, upload.content_type) == (upload.id, "image/png")


async def test_a_helping_button_keeps_the_picture_of_the_caption(
    ann: Person, bot: FakeBot, studio: TelegramStudio
) -> None:
    studio.refusal = refusal(Code.PICTURE_NOT_TAKEN, model="sdxl", alternative="painter")
    ann.sends_photo(PHOTO, "/imagine a fox --model sdxl")
    told = await ann.waits_for(lambda seen: "Use painter" in seen.button_texts)
    assert told.text == "sdxl can't start from a picture. painter can."
    studio.refusal = None
    await ann.presses(told, "Use painter").is_answered_within(5)
    request = studio.asked[-1].request

    assert (request.model, request.picture) == ("painter", studio.uploads[f"telegram:{ann.id}", PHOTO].id)


async def test_a_file_the_platform_does_not_give_is_refused_in_words(
    ann: Person, bot: FakeBot, studio: TelegramStudio, telegram: FakeTelegram, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert LARGEST_FILE == 20 * 2**20
    monkeypatch.setattr("bots.telegram.pictures.LARGEST_FILE", 1000)
    ann.sends_photo(PHOTO, "/imagine a fox")
    await ann.waits_for(lambda seen: "too large a file" in seen.text)

    assert not studio.asked
    assert not telegram.calls_of("getFile")


async def test_animate_makes_a_video_of_the_picture(ann: Person, bot: FakeBot, studio: TelegramStudio) -> None:
    studio.films = True
    result = await made(ann, studio)
    assert [button.text for button in result.buttons if button.row == 1] == ["Animate"]
    await ann.presses(result, "Animate").is_answered_within(5)
    [artifact] = studio.deliveries[studio.jobs[0]].job.artifacts
    request = studio.asked[1].request

    assert (request.capability, request.picture) == ("video", artifact.id)
    assert request.prompt == "a red sunset over the sea"


async def test_again_keeps_the_picture_and_how_near_to_stay(ann: Person, bot: FakeBot, studio: TelegramStudio) -> None:
    ann.sends_photo(PHOTO, "/imagine a fox")
    await asked_first(studio)
    await until(lambda: bool(studio.deliveries[studio.jobs[0]].message))
    studio.change(studio.jobs[0], strength=0.8)
    studio.finish(studio.jobs[0])
    result = await ann.waits_for(lambda seen: "Variation" in seen.button_texts)
    for number, pressed in enumerate(("Again", "Variation"), start=1):
        await ann.presses(result, pressed).is_answered_within(5)
        request = studio.asked[number].request
        assert (request.picture, request.strength) == (studio.asked[0].request.picture, 0.8)


async def test_somebody_else_s_result_in_a_group_is_animated_as_the_chat_shows_it(
    ann: Person, bot: FakeBot, studio: TelegramStudio, telegram: FakeTelegram
) -> None:
    studio.films = True
    ben = telegram.person("Ben")
    group = telegram.group("Friends", [ann, ben], [bot])
    ann, ben = ann.at(group), ben.at(group)
    result = await made(ann, studio, "/imagine a fox")
    await ben.presses(result, "Animate").is_answered_within(5)
    request = studio.asked[1].request

    assert studio.asked[1].user == f"telegram:{ben.id}"
    assert [(user, upload.id) for (user, _), upload in studio.uploads.items()] == [
        (f"telegram:{ben.id}", request.picture)
    ]

"""A picture attached to a command is what the job starts from."""

from scheduler.errors import Code, Refused
from tests.bots.discord.stage import Stage
from tests.bots.telegram.studio import picture

PHOTO = picture("JPEG", 640, 480)


async def test_an_attached_picture_is_what_the_job_starts_from(stage: Stage) -> None:
    photo = stage.discord.file("fox.jpg", PHOTO, "image/jpeg")
    await stage.ann.slash("imagine", prompt="as an oil painting", picture=photo)
    await stage.kept()
    await stage.ann.slash("video", prompt="zoom in", picture=photo)
    await stage.kept()
    [((giver, content), upload)] = stage.studio.uploads.items()

    assert [(one.capability, one.picture) for one in stage.studio.asked] == [("image", upload.id), ("video", upload.id)]
    assert (giver, content) == (f"discord:{stage.ann.id}", PHOTO)
    assert stage.is_clean()


async def test_a_file_that_is_no_picture_is_refused_to_the_person_alone(stage: Stage) -> None:
    act = await stage.ann.slash(
        "imagine", prompt="a fox", picture=stage.discord.file("a.pdf", b"%PDF", "application/pdf")
    )

    assert act.ephemeral
    assert act.message is not None
    assert "not an image I can read" in act.message.content
    assert not stage.studio.asked
    assert stage.is_clean()


async def test_a_helping_button_keeps_the_picture(stage: Stage) -> None:
    stage.studio.refusal = Refused.because(Code.PICTURE_NOT_TAKEN, model="sdxl", alternative="painter")
    photo = stage.discord.file("fox.jpg", PHOTO, "image/jpeg")
    act = await stage.ann.slash("imagine", prompt="a fox", model="sdxl", picture=photo)
    stage.studio.refusal = None
    assert act.message is not None
    await stage.ann.clicks(act.message, "Use painter")
    await stage.kept()
    [upload] = stage.studio.uploads.values()
    [request] = stage.studio.asked

    assert (request.model, request.picture) == ("painter", upload.id)
    assert stage.is_clean()

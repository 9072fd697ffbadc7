"""What is not a picture, on the page: its kind, and files that players can read in parts."""

from bots.replies.translator import Translator
from bots.web.cards import card
from bots.web.pages.pictures import content_type
from scheduler.jobs.model import Status
from tests.bots.studio import MP3, MP4, NOW, a_job, an_account, an_artifact
from tests.bots.web.browsing import Browser
from tests.bots.web.studio import Studio
from tests.bots.web.test_say import only


async def test_each_command_asks_for_what_it_makes(studio: Studio, ann: Browser) -> None:
    for words in (
        "/video a fox --seconds 4",
        "/MUSIC calm",
        "/say hello",
        "/write titles for a fox",
        "a fox",
        "/ask why?",
    ):
        await ann.say(words, size="wide", model="painter", seed=5)
    requests = only(studio).requests

    assert [request.capability for request in requests] == ["video", "audio", "audio", "text", "image", "text"]
    assert [request.model for request in requests] == [None, None, "speaker", None, "painter", "chat"]
    assert [request.width for request in requests] == [1024, None, None, None, 1024, None]
    assert [request.seed for request in requests] == [5] * 6


def test_a_card_says_what_its_file_is() -> None:
    job = a_job(capability="video", status=Status.COMPLETED)
    job = job.model_copy(update={"artifacts": [an_artifact(job.id, type="video", format="mp4")]})
    shown = card(job, Translator(), NOW, an_account(), "animator (no GPU)")

    assert (shown.capability, shown.pictures[0].kind) == ("video", "video")
    assert shown.pictures[0].filename.endswith(".mp4")
    assert [button.label for button in shown.buttons] == ["Again"]


def test_files_are_told_by_their_first_bytes() -> None:
    assert [content_type(content) for content in (MP4, MP3, b"OggS...", b"words")] == [
        "video/mp4",
        "audio/mpeg",
        "audio/ogg",
        "application/octet-stream",
    ]

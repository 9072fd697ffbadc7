"""What a chat does not take whole comes smaller, with a way to the original."""

from typing import Any

import pytest

from bots.discord.messenger import DiscordMessenger
from bots.files import Brought, Files, best
from bots.messenger import Picture, PictureLimits
from bots.replies.frame import units
from bots.replies.originals import LINK_DAYS, Originals, way_there
from bots.replies.results import ended
from bots.replies.translator import Translator, sources
from bots.telegram.messenger import TelegramMessenger
from scheduler.artifacts.model import Variant, WebView
from scheduler.jobs.model import JobView, Status
from tests.bots.studio import FOR_SCREENS, MP4, PNG, SMALL, Studio, StudioUser, a_job, an_account, an_artifact

MIB = 2**20
TELEGRAM, DISCORD = TelegramMessenger.limits, DiscordMessenger.limits
JPEG = WebView(format="jpg", width=1280, height=1280, size_bytes=300_000)
FILM = WebView(format="mp4", width=1280, height=720, size_bytes=3 * MIB)
PUBLIC = "https://tessera.example"


def done(count: int = 1, **shape: Any) -> JobView:
    job = a_job(status=Status.COMPLETED, count=count, capability=shape.get("type", "image"))
    return job.model_copy(update={"artifacts": [an_artifact(job.id, position=at, **shape) for at in range(count)]})


async def brought(job: JobView, limits: PictureLimits = TELEGRAM, public_url: str | None = PUBLIC) -> Brought:
    return await Files(public_url).bring(StudioUser(Studio(), "telegram:42"), job, limits)


@pytest.mark.parametrize(
    ("limits", "shape", "expected"),
    [
        (TELEGRAM, {"size_bytes": 10 * MIB}, Variant.ORIGINAL),
        (TELEGRAM, {"size_bytes": 10 * MIB + 1, "web": JPEG}, Variant.WEB),
        (TELEGRAM, {"size_bytes": 10 * MIB + 1}, Variant.ORIGINAL),  # of an older worker: it is made to fit
        (TELEGRAM, {"width": 5000, "height": 5000}, Variant.ORIGINAL),
        (TELEGRAM, {"width": 6000, "height": 5000, "web": JPEG}, Variant.WEB),
        (TELEGRAM, {"width": 8192, "height": 400, "size_bytes": 40 * MIB, "web": JPEG}, Variant.ORIGINAL),  # a file
        (TELEGRAM, {"width": 8192, "height": 400, "size_bytes": 51 * MIB, "web": JPEG}, Variant.WEB),
        (TELEGRAM, {"type": "video", "size_bytes": 50 * MIB, "web": FILM}, Variant.ORIGINAL),
        (TELEGRAM, {"type": "video", "size_bytes": 51 * MIB, "web": FILM}, Variant.WEB),
        (TELEGRAM, {"type": "video", "size_bytes": 51 * MIB}, Variant.THUMBNAIL),
        (TELEGRAM, {"type": "video", "format": "webm", "plays": False, "web": FILM}, Variant.WEB),
        (TELEGRAM, {"type": "video", "format": "webm", "plays": False}, Variant.ORIGINAL),
        (DISCORD, {"size_bytes": 10 * MIB + 1, "web": JPEG}, Variant.WEB),
        (DISCORD, {"width": 6000, "height": 5000, "size_bytes": 9 * MIB, "web": JPEG}, Variant.ORIGINAL),
        (DISCORD, {"type": "video", "size_bytes": 11 * MIB, "web": FILM}, Variant.WEB),
        (DISCORD, {"type": "audio", "size_bytes": 14 * MIB}, Variant.THUMBNAIL),
    ],
)
def test_the_largest_file_that_the_platform_takes(
    limits: PictureLimits, shape: dict[str, Any], expected: Variant
) -> None:
    assert best(done(**shape).artifacts[0], limits) is expected


async def test_what_fits_comes_as_it_is() -> None:
    found = await brought(done())

    assert found.picture is not None
    assert (found.picture.content, found.originals) == (PNG, None)


async def test_a_picture_that_is_too_heavy_comes_for_screens_with_a_link() -> None:
    job = done(size_bytes=27 * MIB, width=4096, height=4096, web=JPEG)
    found = await brought(job)

    assert found.picture is not None
    assert (found.picture.content, found.picture.width) == (FOR_SCREENS["image"], 1280)
    assert found.picture.filename == f"tessera-{job.id.hex[:8]}.jpg"
    url = f"{PUBLIC}/links/{job.artifacts[0].id}/original?signature=abc"
    assert found.originals == Originals(27, (url,))


async def test_a_film_that_is_too_heavy_comes_for_screens_and_plays() -> None:
    found = await brought(done(type="video", format="mp4", size_bytes=60 * MIB, duration_seconds=30, web=FILM))

    assert found.picture is not None
    assert (found.picture.kind, found.picture.content) == ("video", FOR_SCREENS["video"])
    assert (found.picture.width, found.picture.height, found.picture.seconds) == (1280, 720, 30)
    assert found.originals is not None
    assert found.originals.is_shown


async def test_a_film_that_not_everything_plays_comes_as_mp4_with_a_link_to_itself() -> None:
    found = await brought(done(type="video", format="webm", plays=False, size_bytes=MIB, web=FILM))

    assert found.picture is not None
    assert (found.picture.kind, found.picture.filename[-4:]) == ("video", ".mp4")
    assert found.originals is not None
    assert "Shown as MP4 here: the original has 1 MB." in screen_of(found.originals)


async def test_a_sound_that_is_too_heavy_is_shown_as_its_wave() -> None:
    found = await brought(done(type="audio", format="mp3", size_bytes=14 * MIB), DISCORD, None)

    assert found.picture is not None
    assert (found.picture.kind, found.picture.content) == ("image", SMALL)
    assert found.originals == Originals(14, (), is_shown=False)


async def test_a_small_film_stays_itself() -> None:
    found = await brought(done(type="video", format="mp4"))

    assert found.picture is not None
    assert (found.picture.content, found.originals) == (MP4, None)


def screen_of(originals: Originals, locale: str = "en", prompt: str = "a fox") -> str:
    job, picture = done().model_copy(update={"prompt": prompt}), Picture(PNG, "a.png", 1, 1, final=True)
    return ended(job, Translator(locale), an_account(), "painter", picture, originals=originals).text


def test_the_words_say_how_large_the_original_is_and_where() -> None:
    job, tr = done(), Translator("en")
    line, links = way_there(Originals(27, ("https://x/1",)), job, tr)
    assert line == "Shown smaller here: the original has 27 MB. Open the original (for 7 days)"
    assert [(link.words, link.url) for link in links] == [("Open the original", "https://x/1")]

    line, links = way_there(Originals(80, ("https://x/1", "https://x/2"), count=2), job, tr)
    assert line.endswith("the originals have 80 MB together. Original 1 · Original 2 (for 7 days)")
    assert [link.words for link in links] == ["Original 1", "Original 2"]

    line, links = way_there(Originals(14, is_shown=False), job, tr)
    assert line.startswith("Too large to play here: the original has 14 MB. Whoever runs this bot can hand it out")
    assert job.id.hex[:8] in line
    assert links == ()


@pytest.mark.parametrize("locale", sorted(sources()))
def test_every_language_has_the_link_in_its_line_and_all_fits_a_caption(locale: str) -> None:
    originals = Originals(27, tuple(f"https://x/{number}" for number in range(4)), count=4)
    line, links = way_there(originals, done(), Translator(locale))

    assert len(links) == 4
    assert all(link.words in line for link in links)
    assert str(LINK_DAYS) in line
    text = screen_of(originals, locale, "🦊 " * 900)
    assert text.endswith(line)
    assert units(text) <= 1024

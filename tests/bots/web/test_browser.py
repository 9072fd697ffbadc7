"""The page in a real browser: nothing may fail in it, and nothing may leave the server's address."""

import asyncio
from collections.abc import AsyncIterator
from itertools import pairwise
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio
from aiohttp.test_utils import TestServer
from playwright.async_api import Browser, Route, expect

from bots.web.site import SITE
from scheduler.artifacts.model import WebView
from scheduler.errors import Code, Refused
from tests.bots.telegram.studio import picture
from tests.bots.web.serving import serving
from tests.bots.web.studio import Studio
from tests.bots.web.windows import CHROMIUM, Window, a_chromium, say
from tests.bots.web.windows import a_window as a_window_at

PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 780}, "device_scale_factor": 2, "is_mobile": True, "has_touch": True,
}  # fmt: skip
SMALL_PHONE = PHONE | {"viewport": {"width": 360, "height": 640}}
HEIGHT = "element => element.getBoundingClientRect().height"
PHOTO = picture("JPEG", 640, 480)
GIVE = """([kind, bytes]) => {
  const data = new DataTransfer();
  data.items.add(new File([new Uint8Array(bytes)], "fox.jpg", { type: "image/jpeg" }));
  const options = { bubbles: true, cancelable: true };
  const held = kind === "drop" ? new DragEvent(kind, { ...options, dataTransfer: data })
                               : new ClipboardEvent(kind, { ...options, clipboardData: data });
  document.getElementById("words").dispatchEvent(held);
}"""
COLOURS = """canvas => {
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  const pixels = Array.from({ length: data.length / 4 }, (_, at) => data.slice(4 * at, 4 * at + 3).join());
  return { several: new Set(pixels).size > 50, opaque: data.every((value, at) => at % 4 < 3 || value === 255) };
}"""
NOTE_BANNERS = """() => {
  const banner = document.getElementById("banner");
  window.banners = [];
  const note = () => banner.hidden || window.banners.push(banner.textContent);
  new MutationObserver(note).observe(banner, { attributes: true });
}"""
HINT_FITS = """field => {
  const pen = document.createElement("canvas").getContext("2d");
  pen.font = getComputedStyle(field).font;
  return pen.measureText(field.placeholder).width <= field.clientWidth;
}"""
HOSTILE = "<b>a fox</b><img src=x onerror=alert(1)>"
SHORTEST_TARGET = 36  # pixels a thumb can hit; the spacing around adds to it (WCAG 2.5.8 asks for 24)

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on PATH"),
    pytest.mark.xdist_group("chromium"),
    pytest.mark.asyncio(loop_scope="module"),  # one Chromium for all: its start takes longer than most of the tests
]


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def chromium() -> AsyncIterator[Browser]:
    async with a_chromium() as browser:
        yield browser


@pytest_asyncio.fixture(loop_scope="module")
async def server(studio: Studio) -> AsyncIterator[TestServer]:
    async with serving(studio) as served:
        yield served


async def a_window(chromium: Browser, server: TestServer, **options: Any) -> Window:
    return await a_window_at(chromium, str(server.make_url("/")), **options)


async def test_from_words_to_the_picture(studio: Studio, server: TestServer, chromium: Browser) -> None:
    window = await a_window(chromium, server)
    page = await window.tab()
    await expect(page.get_by_role("heading", name="What would you like to see?")).to_be_visible()
    await expect(page.locator("#examples button")).to_have_count(4)
    await expect(page.get_by_role("textbox", name="Your words")).to_be_focused()

    await say(page, "a red sunset over the sea")
    job, line = page.locator(".job"), page.locator(".job .line")
    await expect(line).to_have_text("Next in line · about 2 s · 1 token")
    await expect(page.locator("#purse")).to_contain_text("19 of 20 tokens left today")
    shape = await page.locator(".frame").bounding_box()

    job_id = await studio.submitted.get()
    studio.start(job_id)
    studio.progress(job_id, 0.5, 1)
    await expect(line).to_have_text("50 % · 2 s left")
    await expect(page.locator(".preview.in")).to_be_visible()
    await expect(page.get_by_role("progressbar")).to_have_attribute("aria-valuenow", "50")

    studio.finish(job_id)
    await expect(page.locator(".final.in")).to_have_attribute("alt", "a red sunset over the sea")
    await expect(line).to_have_text("painter (no GPU) · seed 7 · 1 token")
    await expect(job.get_by_role("button", name="Again")).to_be_visible()
    await expect(job.get_by_role("link", name="Download")).to_have_attribute(
        "download", "a-red-sunset-over-the-sea-7.png"
    )
    assert await page.locator(".frame").bounding_box() == shape, "the picture jumped"

    await page.reload()
    await expect(page.locator(".final.in")).to_be_visible()
    assert window.complaints == []


async def test_a_blur_stands_where_the_picture_will_be(studio: Studio, server: TestServer, chromium: Browser) -> None:
    window = await a_window(chromium, server)
    page = await window.tab()
    studio.for_screens = WebView(format="jpg", width=1280, height=1280, size_bytes=1)
    await say(page, "a fox")
    studio.finish(await studio.submitted.get())
    await expect(page.locator(".final.in")).to_be_visible()

    come = asyncio.Event()

    async def hold(route: Route) -> None:
        await come.wait()
        await route.continue_()

    await page.route("**/pictures/*/web", hold)
    await page.reload()
    blur = page.locator(".tile canvas.blur")
    await expect(blur).to_be_visible()
    assert await blur.evaluate(COLOURS) == {"several": True, "opaque": True}
    await expect(page.locator(".final.in")).to_have_count(0)
    come.set()
    await expect(page.locator(".final.in")).to_be_visible()
    await expect(blur).to_have_count(0)
    assert (studio.calls["file web"], studio.calls["file original"]) == (2, 0)

    await page.locator(".enlarge").click()
    await expect(page.locator("#viewer img")).to_be_visible()
    assert studio.calls["file original"] == 1
    assert window.complaints == []


async def test_reload_in_the_middle_and_two_tabs(studio: Studio, server: TestServer, chromium: Browser) -> None:
    window = await a_window(chromium, server)
    one, other = await window.tab(), await window.tab()
    await expect(other.locator("#purse")).to_be_visible()

    await say(one, "a fox")
    await expect(other.locator(".job .prompt")).to_have_text("a fox")
    job_id = await studio.submitted.get()
    studio.start(job_id)
    studio.progress(job_id, 0.25, 1)
    await expect(other.locator(".preview.in")).to_be_visible()

    await one.get_by_role("textbox", name="Your words").fill("half a thought")
    await one.reload()
    await expect(one.locator(".preview.in")).to_be_visible()
    await expect(one.get_by_role("textbox", name="Your words")).to_have_value("half a thought")

    studio.finish(job_id)
    for tab in (one, other):
        await expect(tab.locator(".final.in")).to_be_visible()
        await expect(tab.locator(".job")).to_have_count(1)
    await other.get_by_role("button", name="Again").click()
    await expect(one.locator(".job")).to_have_count(2)
    await one.locator(".job").nth(1).get_by_role("button", name="Cancel").click()
    await expect(other.locator(".job .line").nth(1)).to_contain_text("Cancelled.")
    assert window.complaints == []


async def test_words_and_refusals_survive_a_reload(studio: Studio, server: TestServer, chromium: Browser) -> None:
    window = await a_window(chromium, server)
    page = await window.tab()
    studio.refusals = [
        Refused.because(Code.MODEL_NOT_IN_PLAN, model="flux-dev", plan="Free", upgrade="Pro", alternative="painter")
    ]
    await say(page, "/usage")
    await expect(page.locator(".note .said")).to_contain_text("0 of 20 tokens used today")
    await say(page, f"{HOSTILE} --model flux-dev")
    await expect(page.get_by_role("alert")).to_contain_text("flux-dev comes with Pro.")

    await page.reload()
    await expect(page.locator(".note .said")).to_be_visible()
    await page.get_by_role("button", name="Use painter").click()
    await expect(page.locator(".job .prompt")).to_have_text(HOSTILE)
    await expect(page.locator(".job .prompt *, img[src=x]")).to_have_count(0)
    await expect(page.get_by_role("alert")).to_have_count(0)
    assert studio.find(await studio.submitted.get()).model == "painter"
    assert window.complaints == []


async def test_trying_again_waits_for_its_time_also_after_a_reload(
    studio: Studio, server: TestServer, chromium: Browser
) -> None:
    window = await a_window(chromium, server)
    page = await window.tab()
    studio.refusals = [
        Refused.because(Code.RATE_LIMITED, limit=5, every_seconds=12, retry_after_seconds=3, plan="Free")
    ]
    await say(page, "a fox")
    await expect(page.get_by_role("button", name="Try again in")).to_be_disabled()
    await expect(page.get_by_role("textbox", name="Your words")).to_have_value("")

    await page.reload()
    await expect(page.get_by_role("button", name="Try again in")).to_be_disabled()
    await page.get_by_role("button", name="Try again", exact=True).click()
    await expect(page.locator(".job .prompt")).to_have_text("a fox")
    assert window.complaints == []


async def test_words_that_need_a_change_go_back_to_the_field(
    studio: Studio, server: TestServer, chromium: Browser
) -> None:
    page = await (await a_window(chromium, server)).tab()
    words = "x" * 2_001
    await say(page, words)
    await expect(page.get_by_role("alert")).to_contain_text("2,000 is the limit")
    await expect(page.get_by_role("textbox", name="Your words")).to_have_value(words)


async def test_numbers_and_buttons_stand_under_the_picture_and_cancel_ends_its_line(
    studio: Studio, server: TestServer, chromium: Browser
) -> None:
    page = await (await a_window(chromium, server)).tab()
    for number, words in enumerate(("a fox", "a hare --size wide", "two owls --size portrait --count 2")):
        await say(page, words)
        job = page.locator(".job").nth(number)
        await expect(job.locator(".line")).to_contain_text("in line")
        job_id = await studio.submitted.get()
        frame = await job.locator(".frame").bounding_box()
        cancel = await job.locator('[data-action="cancel"] svg').bounding_box()
        assert frame is not None
        assert cancel is not None
        assert frame["x"] < cancel["x"] < frame["x"] + frame["width"], words
        height = await job.evaluate(HEIGHT)

        studio.start(job_id)
        studio.finish(job_id)
        line, again = (job.locator(place) for place in (".line", '[data-action="again"] svg'))
        await expect(again).to_be_visible()
        for box in (await line.bounding_box(), await again.bounding_box()):
            assert box is not None
            assert abs(box["x"] - frame["x"]) <= 1, words
            assert box["y"] > frame["y"] + frame["height"], words
        assert await job.evaluate(HEIGHT) == height, "the buttons moved what is below"


async def test_a_lost_reply_makes_one_job(studio: Studio, server: TestServer, chromium: Browser) -> None:
    window = await a_window(chromium, server)
    page = await window.tab()
    studio.lost_replies = 1
    await say(page, "a fox")

    await expect(page.locator(".job .prompt")).to_have_text("a fox")
    await expect(page.locator(".pending")).to_have_count(0)
    (person,) = studio.people.values()
    assert len(person.jobs) == 1
    assert studio.calls["submit"] == 2
    assert window.complaints == []


async def test_it_comes_back_by_itself(studio: Studio, server: TestServer, chromium: Browser) -> None:
    window = await a_window(chromium, server)
    page = await window.tab()
    await expect(page.locator("#purse")).to_be_visible()
    studio.cut()
    await expect(page.get_by_role("status")).to_contain_text("can't be reached right now")
    await say(page, "a fox")
    await expect(page.locator(".pending .line")).to_contain_text("not lost")

    studio.reachable = True
    await expect(page.locator(".job .prompt")).to_have_text("a fox")
    await expect(page.get_by_role("status")).to_be_hidden()
    assert [told for told in window.complaints if "503" not in told] == []


async def test_it_goes_to_the_next_process_without_a_word(
    studio: Studio, server: TestServer, chromium: Browser
) -> None:
    page = await (await a_window(chromium, server)).tab()
    await expect(page.locator("#purse")).to_be_visible()
    await page.evaluate(NOTE_BANNERS)
    live = server.app[SITE].live
    (before,) = live.open_tabs()
    live.leave()
    live.leaving = False  # the next process has the same port

    async with asyncio.timeout(10):
        while not live.open_tabs() or live.open_tabs() == [before]:
            await asyncio.sleep(0.01)
    await say(page, "a fox")
    await expect(page.locator(".job .prompt")).to_have_text("a fox")
    assert await page.evaluate("window.banners") == []


async def test_who_is_turned_away_is_told_why(studio: Studio, server: TestServer, chromium: Browser) -> None:
    studio.door = Refused.because(Code.ADDRESS_LIMIT, limit=20, retry_after_seconds=3600)
    page = await (await a_window(chromium, server)).tab()

    await expect(page.get_by_role("status")).to_contain_text("Too many new visitors from your network today (20)")


async def test_without_a_network_words_are_kept_and_sent_later(
    studio: Studio, server: TestServer, chromium: Browser
) -> None:
    window = await a_window(chromium, server)
    page = await window.tab()
    await expect(page.locator("#purse")).to_be_visible()
    await window.context.set_offline(True)
    await say(page, "a fox")
    await expect(page.get_by_role("status")).to_contain_text("You are offline")

    await window.context.set_offline(False)
    await expect(page.locator(".job .prompt")).to_have_text("a fox")
    (person,) = studio.people.values()
    assert len(person.jobs) == 1


async def test_older_pictures_come_while_scrolling(studio: Studio, server: TestServer, chromium: Browser) -> None:
    window = await a_window(chromium, server)
    page = await window.tab()
    await say(page, "fox 0")
    await expect(page.locator(".job")).to_have_count(1)
    (ref,) = studio.people
    for number in range(1, 30):
        await studio.acting_for(ref).submit(studio.people[ref].requests[0], key=str(number))
    for job in studio.people[ref].jobs:
        studio.start(job.id)
        studio.finish(job.id)
    await page.reload()
    await expect(page.locator(".final.in").last).to_be_visible()
    for loaded in (24, 30):
        await page.evaluate("window.scrollTo(0, 0)")
        await expect(page.locator(".job")).to_have_count(loaded)
    await page.get_by_role("button", name="To the newest").click()
    await expect(page.locator(".job").last).to_be_in_viewport()
    assert window.complaints == []


@pytest.mark.parametrize("options", [PHONE, SMALL_PHONE, {}], ids=["phone", "small phone", "desktop"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_it_fits_every_window_and_can_be_read(
    studio: Studio, server: TestServer, chromium: Browser, scheme: str, options: dict[str, Any]
) -> None:
    window = await a_window(chromium, server, color_scheme=scheme, **options)
    page = await window.tab()
    await page.locator("#examples button").first.click()
    job_id = await studio.submitted.get()
    studio.start(job_id)
    studio.finish(job_id)
    await expect(page.locator(".final.in")).to_be_visible()
    await say(page, "/imagine")
    await expect(page.get_by_role("alert")).to_be_visible()

    assert await page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    for text in (".prompt", ".line", ".quiet", ".refusal .said", "#purse", ".chip:has(input:checked)", "#words"):
        assert await page.locator(text).first.evaluate(CONTRAST) >= 4.5, f"{text} is hard to read"
    for target in await page.locator("button:visible, a:visible, .chip:visible").all():
        box = await target.bounding_box()
        assert box is not None
        assert min(box["width"], box["height"]) >= SHORTEST_TARGET, await target.evaluate("it => it.outerHTML")
    chips = [box for chip in await page.locator(".chip").all() if (box := await chip.bounding_box())]
    assert all(
        one["x"] + one["width"] <= other["x"] or one["y"] + one["height"] <= other["y"]
        for one, other in pairwise(chips)
    ), "chips overlap"
    width = await page.evaluate("window.innerWidth")
    assert all(chip["x"] >= 0 and chip["x"] + chip["width"] <= width for chip in chips), "a chip is out of reach"
    assert window.complaints == []


CONTRAST = """element => {
  const paint = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const over = (colour, under) => {
    paint.fillStyle = `rgb(${under})`; paint.fillRect(0, 0, 1, 1);
    paint.fillStyle = colour; paint.fillRect(0, 0, 1, 1);
    return [...paint.getImageData(0, 0, 1, 1).data].slice(0, 3);
  };
  const layers = [];
  for (let at = element; at; at = at.parentElement) layers.unshift(getComputedStyle(at).backgroundColor);
  const back = layers.reduce((under, colour) => over(colour, under), [255, 255, 255]);
  const linear = value => (value /= 255) <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  const light = rgb => rgb.map(linear).reduce((sum, value, at) => sum + value * [0.2126, 0.7152, 0.0722][at], 0);
  const [one, other] = [light(back), light(over(getComputedStyle(element).color, back))];
  return (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
}"""  # WCAG 2.1, relative luminance


@pytest.mark.parametrize(
    ("language", "nothing", "flag"), [("de-DE", "beliebig", "--voice"), ("ru-RU", "любой", "--no")]
)
async def test_no_word_is_cut_or_torn_in_a_longer_language(
    studio: Studio, server: TestServer, chromium: Browser, language: str, nothing: str, flag: str
) -> None:
    window = await a_window(chromium, server, locale=language, **PHONE)
    page = await window.tab()
    seed = page.get_by_placeholder(nothing)
    for _ in range(2):  # with and without what sizes a field by its words
        assert await seed.evaluate(HINT_FITS)
        await seed.evaluate("field => Object.assign(field.style, { fieldSizing: 'fixed', width: '7ch' })")

    await page.locator("#words").fill("/help")
    await page.keyboard.press("Enter")
    named = page.locator(".bubble .flag", has_text=flag)
    await expect(named.first).to_be_visible()
    assert await named.first.evaluate("word => word.getClientRects().length") == 1
    assert await page.locator(".bubble .flag").count() >= 9


async def test_the_keyboard_alone_is_enough(studio: Studio, server: TestServer, chromium: Browser) -> None:
    window = await a_window(chromium, server)
    page = await window.tab()
    await expect(page.locator("#purse")).to_be_visible()
    field = page.get_by_role("textbox", name="Your words")
    await page.keyboard.type("a fox")
    await page.keyboard.press("Shift+Enter")
    await page.keyboard.type("in the snow")
    await page.keyboard.press("Tab")  # a picture to start from
    await page.keyboard.press("Tab")
    await page.keyboard.press("ArrowRight")  # square to portrait
    await page.keyboard.press("Tab")
    await page.keyboard.press("ArrowDown")  # painter to SDXL
    await page.keyboard.press("Tab")
    await page.keyboard.type("12")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")  # the send button

    job = studio.find(await studio.submitted.get())
    assert (job.prompt, job.width, job.height, job.seed) == ("a fox\nin the snow", 768, 1024, 12)
    assert job.model == "sdxl"
    studio.start(job.id)
    studio.finish(job.id)
    await page.get_by_role("button", name="Show it large").focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("dialog", name="a fox")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog", name="a fox")).to_be_hidden()
    await page.locator("#purse").focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("dialog", name="Your usage")).to_contain_text("1 of 20 tokens used today")
    await page.keyboard.press("Escape")
    await field.focus()
    await page.keyboard.press("ArrowUp")
    await expect(field).to_have_value("a fox\nin the snow")
    assert isinstance(job.id, UUID)
    assert window.complaints == []


async def test_a_picture_is_attached_shown_and_sent_with_the_words(
    studio: Studio, server: TestServer, chromium: Browser
) -> None:
    window = await a_window(chromium, server)
    page = await window.tab()
    attached, line = page.locator("#attached"), page.locator("#attached-line")
    async with page.expect_file_chooser() as chooser:
        await page.get_by_role("button", name="Start from a picture").press("Enter")
    await (await chooser.value).set_files({"name": "fox.jpg", "mimeType": "image/jpeg", "buffer": PHOTO})
    await expect(line).to_have_text("Starts from this picture")
    await expect(page.locator(".sizes")).to_be_hidden()
    await say(page, "as an oil painting")
    await expect(page.locator(".job")).to_be_visible()
    await expect(attached).to_be_hidden()
    [person] = studio.people.values()
    assert [request.picture for request in person.requests] == list(studio.uploads)

    await page.evaluate(GIVE, ["drop", list(PHOTO)])
    await expect(line).to_have_text("Starts from this picture")
    await page.get_by_role("button", name="Leave the picture out").click()
    await expect(attached).to_be_hidden()
    await page.evaluate(GIVE, ["paste", list(b"not a picture")])
    await expect(line).to_contain_text("not an image I can read")
    assert window.complaints == []

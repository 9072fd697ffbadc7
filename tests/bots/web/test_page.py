"""The page as it is sent."""

import gzip
import json
import re

import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer

from bots.replies.translator import Translator
from bots.web import assets
from bots.web.pages import page
from bots.web.pages.page import SAID_BY_THE_PAGE, TEMPLATE, rendered
from tests.bots.web.browsing import Browser

SENTENCES_OF_ANSWERS = {"web-turned-away"}  # what it says comes with the answer


async def test_the_page_knows_its_own_files_for_ever(ann: Browser) -> None:
    html = await (await ann.get("/")).text()
    for address in re.findall(r'(?:href|src)="(/[^"#]+)"', html):
        response = await ann.get(address)
        assert response.status == 200, address
        assert "immutable" in response.headers["Cache-Control"]
    assert (await ann.get("/static/older/app.js")).headers["Cache-Control"] == "no-store"


def test_every_sentence_the_code_says_is_handed_to_it() -> None:
    code = "".join(file.content.decode() for name, file in assets.FILES.items() if name.endswith(".js"))
    said = (
        set(re.findall(r'say\("([a-z-]+)"\)', code)) | set(re.findall(r'"(web-[a-z-]+)"', code)) - SENTENCES_OF_ANSWERS
    )

    assert said <= set(SAID_BY_THE_PAGE)
    assert all(Translator().__call__(key) for key in SAID_BY_THE_PAGE)


def test_the_code_never_reads_html() -> None:
    code = "".join(file.content.decode() for file in assets.FILES.values())

    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|new Function", code)


def test_the_code_imports_only_what_is_there() -> None:
    for name, file in assets.FILES.items():
        for imported in re.findall(r'from "\./([^"]+)"', file.content.decode()):
            assert imported in assets.FILES, f"{name} imports {imported}"


def test_every_icon_that_is_used_is_drawn() -> None:
    drawn = set(re.findall(r'<symbol id="icon-([a-z]+)"', TEMPLATE))
    code = "".join(file.content.decode() for file in assets.FILES.values())

    assert set(re.findall(r'icon\("([a-z]+)"\)', code)) <= drawn
    assert {"again", "vary", "larger", "cancel", "retry", "use", "surprise", "help", "more"} <= drawn


def test_the_page_offers_four_different_examples() -> None:
    html = rendered(Translator())
    found = re.search(r'id="data">(.*?)</script>', html, re.DOTALL)
    assert found is not None
    data = json.loads(found[1])

    assert len({example["text"] for example in data["examples"]}) == 4
    assert data["sizes"]["wide"] == {"width": 1024, "height": 576}


def test_no_place_is_left_open() -> None:
    assert "{{" not in rendered(Translator())


@pytest.mark.parametrize("path", ["/", f"{assets.PATH}/app.css"])
async def test_what_is_the_same_for_all_is_packed_once(
    ann: Browser, server: TestServer, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    """Both stand outside of the places of the crowd: an answer may cost nothing."""
    monkeypatch.setattr(page, "PAGES", 1)
    plain = await (await ann.get(path, **{"Accept-Encoding": "gzip;q=0, br"})).read()
    monkeypatch.setattr(page, "rendered", None)
    monkeypatch.setattr(web.Response, "enable_compression", None)
    monkeypatch.setattr(gzip, "compress", None)
    async with ClientSession(auto_decompress=False) as session:
        packed, again = [
            await session.get(server.make_url(path), headers={"Accept-Encoding": "br, gzip"}) for _ in range(2)
        ]
        assert packed.headers["Content-Encoding"] == "gzip"
        assert "Accept-Encoding" in packed.headers["Vary"]
        assert gzip.decompress(await packed.read()) == plain
        assert await packed.read() == await again.read()
        assert len(await packed.read()) < len(plain) / 2


async def test_every_language_has_several_pages(ann: Browser) -> None:
    shown = {page.ready("de", number).content for number in range(page.PAGES)}

    assert len(shown) > 1
    assert all(b'<html lang="de">' in content for content in shown)


async def test_it_is_healthy(ann: Browser) -> None:
    assert (await ann.get("/healthz")).status == 200
    assert (await ann.get("/readyz")).status == 200

"""What strangers and other sites cannot do."""

import re
from uuid import uuid4

import pytest
from aiohttp import ClientSession, CookieJar
from aiohttp.test_utils import TestServer

from tests.bots.web.browsing import OWN, Browser
from tests.bots.web.studio import Studio

HELP = {"id": str(uuid4()), "text": "/help"}


async def test_every_answer_carries_the_rules(ann: Browser) -> None:
    for path in ("/", "/chat", "/static/x/app.js", "/nowhere", "/healthz"):
        headers = (await ann.get(path)).headers
        assert "default-src 'self'" in headers["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
        assert "unsafe" not in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "no-referrer"


async def test_the_page_names_nothing_outside_and_has_no_inline_code(ann: Browser) -> None:
    html = await (await ann.get("/")).text()

    assert set(re.findall(r"https?://[^\s\"']+", html)) == set()
    assert not re.search(r"\son[a-z]+=|\sstyle=|<style|javascript:", html)
    assert [tag for tag in re.findall(r"<script[^>]*>", html) if "src=" not in tag] == [
        '<script type="application/json" id="data">'
    ]


async def test_nothing_is_done_without_the_pages_own_header(ann: Browser) -> None:
    assert (await ann.post("/chat", HELP, headers={})).status == 403
    assert (await ann.post("/chat", HELP)).status == 200


async def test_nothing_is_done_for_another_sites_page(ann: Browser, server: TestServer) -> None:
    assert (await ann.post("/chat", HELP, headers=OWN | {"Origin": "http://evil.example"})).status == 403
    assert (await ann.post("/chat", HELP, headers=OWN | {"Origin": "null"})).status == 403
    ours = f"http://127.0.0.1:{server.port}"
    assert (await ann.post("/chat", HELP, headers=OWN | {"Origin": ours})).status == 200


@pytest.mark.parametrize(
    ("site", "status"), [("same-origin", 200), ("same-site", 403), ("cross-site", 403), ("none", 403)]
)
async def test_where_the_browser_says_a_request_comes_from_counts(ann: Browser, site: str, status: int) -> None:
    assert (await ann.post("/chat", HELP, headers=OWN | {"Sec-Fetch-Site": site})).status == status
    assert (await ann.get("/chat", **{"Sec-Fetch-Site": "none"})).status == 200


async def test_every_address_that_changes_something_is_guarded(ann: Browser, server: TestServer) -> None:
    changing = {
        (route.method, route.resource.canonical)
        for route in server.app.router.routes()
        if route.resource and route.method not in ("GET", "HEAD")
    }
    assert changing == {("POST", "/chat"), ("POST", "/jobs/{job_id}/{action}"), ("POST", "/uploads")}
    for _, path in changing:
        url = path.replace("{job_id}", str(uuid4())).replace("{action}", "cancel")
        assert (await ann.post(url, {"id": str(uuid4())}, headers={})).status == 403


@pytest.mark.parametrize("cookie", ["", "tessera_visitor=" + "0" * 24 + "." + "0" * 64])
async def test_without_a_cookie_of_ours_no_user_is_made(studio: Studio, server: TestServer, cookie: str) -> None:
    headers = OWN | ({"Cookie": cookie} if cookie else {})
    async with ClientSession(cookie_jar=CookieJar(unsafe=True), headers=headers) as script:
        said = await script.post(server.make_url("/chat"), json={"id": str(uuid4()), "text": "a fox"})
        looked = await script.get(server.make_url("/chat"))
        listened = await script.get(server.make_url("/events"))

        assert (said.status, looked.status, listened.status) == (403, 401, 401)
        assert "cookie" in (await looked.json())["text"]
    assert studio.people == {}


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"id": "x", "text": "a"},
        {"id": str(uuid4()), "text": 5},
        {"id": str(uuid4()), "text": "a fox", "seed": -1},
        {"id": str(uuid4()), "text": "a fox", "more": 1},
        [],
    ],
)
async def test_what_the_page_never_sends_is_refused(ann: Browser, body: object) -> None:
    assert (await ann.post("/chat", body)).status == 400


async def test_addresses_that_name_nothing_are_not_found(ann: Browser) -> None:
    for path in ("/jobs/none", "/pictures/none", "/static/x/page.html", "/static/x/..%2Fsite.py", "/jobs/1/preview"):
        assert (await ann.get(path)).status == 404, path

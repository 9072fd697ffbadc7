"""A web chat that is told to stop: whoever asks is answered, and the pages go to the next process by themselves."""

import asyncio
from uuid import uuid4

import pytest
from aiohttp import ClientSession, CookieJar, TCPConnector
from aiohttp.test_utils import TestServer
from pydantic import SecretStr

from bots.settings import BotEntry, BotSettings
from bots.web import run
from bots.web.site import SITE
from scheduler import farewell
from scheduler.accounts.model import Platform
from scheduler.standalone.machine import free_port
from tests.bots.web.browsing import OWN, Browser, Stream
from tests.bots.web.studio import Studio

WEB = BotEntry(bot_id="web", platform=Platform.WEB)


@pytest.fixture(autouse=True)
def soon_quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(farewell, "QUIET_SECONDS", 0.2)


async def test_a_page_goes_to_the_next_process_and_no_request_fails(studio: Studio) -> None:
    base, stops = f"http://127.0.0.1:{free_port()}", (asyncio.Event(), asyncio.Event())
    settings = BotSettings(web_port=int(base.rpartition(":")[2]), share_port=True, service_key=SecretStr("key"))
    connector = TCPConnector(force_close=True)  # a kept connection may end just when something is asked on it
    async with (
        asyncio.timeout(60),
        ClientSession(base, connector=connector, cookie_jar=CookieJar(unsafe=True), raise_for_status=True) as ann,
        asyncio.TaskGroup() as group,
    ):
        first = group.create_task(run(WEB, settings, studio, stops[0]))
        while not studio.listeners:
            await asyncio.sleep(0.01)
        await (await ann.get("/")).read()
        async with ann.get("/events") as kept:
            tab = Stream(kept)
            assert await tab.next() == ("hello", {})
            group.create_task(run(WEB, settings, studio, stops[1]))
            while len(studio.listeners) < 2:
                await asyncio.sleep(0.01)

            stops[0].set()
            assert [await tab.next(), await tab.next()] == [("bye", {}), ("end", None)]

        for number in range(30):
            words = {"id": str(uuid4()), "text": f"fox {number}"}
            assert (await (await ann.post("/chat", json=words, headers=OWN)).json())["kind"] == "job"
        await first
        async with ann.get("/events") as opened:
            assert await Stream(opened).next() == ("hello", {})
        (person,) = studio.people.values()
        assert len(person.jobs) == 30
        stops[1].set()


async def test_who_stops_is_not_ready_and_keeps_no_connection(studio: Studio, server: TestServer, ann: Browser) -> None:
    site = server.app[SITE]
    await ann.look()
    artifact_id = uuid4()
    studio.files[artifact_id] = next(iter(studio.people)), b"\x89PNG"
    assert (await ann.get("/readyz")).status == 200
    site.live.leave()
    await site.farewell.drain(0)

    assert (await ann.get("/readyz")).status == 503
    assert (await ann.get("/healthz")).status == 200
    for path, status in (("/", 200), ("/chat", 200), ("/nowhere", 404), (f"/pictures/{artifact_id}", 200)):
        answer = await ann.get(path)
        assert (answer.status, answer.headers["Connection"]) == (status, "close")
    async with ann.session.get(server.make_url("/events")) as late:
        tab = Stream(late)
        assert [await tab.next(), await tab.next()] == [("bye", {}), ("end", None)]

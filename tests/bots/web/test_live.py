"""The streams of events: each tab hears of its own visitor's jobs, and of nobody else's."""

import asyncio
from contextlib import ExitStack
from uuid import UUID, uuid4

import pytest
from aiohttp.test_utils import TestServer
from pydantic import SecretStr

from bots.settings import BotEntry, BotSettings
from bots.web import run
from bots.web.live import TAB_BACKLOG, TABS_OF_A_VISITOR, Live, Sign
from bots.web.pages import events
from scheduler.accounts.model import Platform
from scheduler.errors import SettingsError
from scheduler.jobs.model import JobEvent
from tests.bots.web.browsing import Browser
from tests.bots.web.studio import Studio


async def test_both_tabs_hear_how_a_job_goes(studio: Studio, ann: Browser) -> None:
    async with ann.tab() as one, ann.tab() as other:
        job_id = UUID((await ann.say("a fox"))["card"]["id"])
        studio.start(job_id)
        studio.progress(job_id, 0.5, 2)
        studio.finish(job_id)

        for tab in (one, other):
            heard = [(await tab.next())[1] for _ in range(4)]
            assert [event["kind"] for event in heard] == ["accepted", "running", "progress", "ended"]
            assert heard[2] == {
                "kind": "progress",
                "job": str(job_id),
                "attempt": 1,
                "fraction": 0.5,
                "line": "50 % · 2 s left",
                "preview": 2,
            }


async def test_nobody_else_hears_it(studio: Studio, ann: Browser, bob: Browser) -> None:
    async with ann.tab() as of_ann, bob.tab() as of_bob:
        hers = UUID((await ann.say("a fox"))["card"]["id"])
        studio.start(hers)
        studio.progress(hers, 0.5)
        his = (await bob.say("a hare"))["card"]["id"]

        assert (await of_bob.next())[1]["job"] == his
        assert {(await of_ann.next())[1]["job"] for _ in range(3)} == {str(hers)}


async def test_a_tab_that_opens_in_the_middle_hears_the_progress(studio: Studio, ann: Browser) -> None:
    job_id = UUID((await ann.say("a fox"))["card"]["id"])
    studio.start(job_id)
    async with ann.tab() as tab:
        await ann.look()  # as the page does: it names whose job it is
        studio.progress(job_id, 0.25)

        assert (await tab.next())[1]["kind"] == "progress"


async def test_tabs_are_told_of_a_gap_and_hear_on_when_the_scheduler_is_back(studio: Studio, ann: Browser) -> None:
    async with ann.tab() as tab:
        studio.cut()
        assert await tab.next() == ("gap", {})

        studio.reachable = True
        async with asyncio.timeout(5):
            while not studio.listeners:
                await asyncio.sleep(0.01)
        await ann.say("a fox")
        while (heard := await tab.next())[0] == "gap":
            pass
        assert heard[1]["kind"] == "accepted"


async def test_a_quiet_stream_speaks(ann: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "PING_SECONDS", 0.01)
    async with ann.tab() as tab:
        assert await tab.next() == ("ping", {})


def event(user: str | None, job_id: UUID, kind: str = "running") -> JobEvent:
    return JobEvent.model_validate({"kind": kind, "job_id": job_id, "user": user})


async def test_a_tab_that_falls_behind_is_ended(studio: Studio) -> None:
    live, job_id = Live(studio, "web"), uuid4()
    with live.tab("ann") as tab:
        for _ in range(TAB_BACKLOG + 1):
            live.deliver(event("web:ann", job_id))

        assert await tab.next() is Sign.END


async def test_nothing_is_remembered_of_visitors_without_tabs(studio: Studio) -> None:
    live = Live(studio, "web")
    live.deliver(event("web:ann", uuid4()))
    with live.tab("ann"):
        live.deliver(event("web:ann", uuid4()))
        live.deliver(event("web:bob", uuid4()))
        live.deliver(event(None, uuid4(), "progress"))
        assert len(live.owners) == 1

    assert live.owners == {}
    assert live.tabs == {}


async def test_one_visitor_cannot_hold_endless_streams(studio: Studio) -> None:
    live = Live(studio, "web")
    with ExitStack() as open_tabs:
        first = open_tabs.enter_context(live.tab("ann"))
        for _ in range(TABS_OF_A_VISITOR):
            open_tabs.enter_context(live.tab("ann"))

        assert await first.next() is Sign.END


async def test_it_serves_until_told_to_stop(studio: Studio) -> None:
    stop = asyncio.Event()
    settings = BotSettings(web_port=0, service_key=SecretStr("key"))
    async with asyncio.timeout(5), asyncio.TaskGroup() as group:
        group.create_task(run(BotEntry(bot_id="web", platform=Platform.WEB), settings, studio, stop))
        while not studio.listeners:
            await asyncio.sleep(0.01)
        stop.set()
    assert not studio.listeners


async def test_open_streams_end_when_it_stops(studio: Studio) -> None:
    live, stop = Live(studio, "web"), asyncio.Event()
    async with asyncio.timeout(5):
        with live.tab("ann") as tab:
            stop.set()
            await live.follow(stop)
            while await tab.next() is not Sign.END:
                pass


async def test_a_port_in_use_is_named(studio: Studio, server: TestServer) -> None:
    settings = BotSettings(web_port=server.port or 0, service_key=SecretStr("key"))

    with pytest.raises(SettingsError, match="TESSERA_WEB_PORT"):
        await run(BotEntry(bot_id="web", platform=Platform.WEB), settings, studio, asyncio.Event())

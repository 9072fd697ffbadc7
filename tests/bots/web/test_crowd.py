"""A crowd, or one network, does not take all that the page can serve."""

import asyncio
import json

import pytest
from aiohttp.test_utils import TestServer

from bots.web import crowd
from bots.web.crowd import Places
from scheduler.proxies import network_of
from tests.bots.web.browsing import OWN, browsing
from tests.bots.web.serving import serving
from tests.bots.web.studio import Studio


def test_a_network_takes_its_part_and_leaves_the_rest() -> None:
    places = Places(8)
    with places.place("a"), places.place("a"):
        assert not places.has_room("a")
        assert places.has_room("b")
    assert places.has_room("a")
    assert (places.total, len(places.networks)) == (0, 0)


def test_an_ipv6_household_is_one_network() -> None:
    assert network_of("2001:db8::1") == network_of("2001:db8::2") != network_of("2001:db8:0:1::1")
    assert network_of("192.0.2.1") != network_of("192.0.2.2")
    assert network_of(None) == network_of(None)


def test_who_is_large_takes_several_places() -> None:
    places = Places(8)
    with places.place("a", 1):
        assert places.has_room("a", 1)
        assert not places.has_room("a", 2)
        with places.place("b", 6):
            assert places.has_room("c", 1)
            assert not places.has_room("c", 2)
    assert (places.total, len(places.networks)) == (0, 0)


async def test_a_tab_too_many_is_told_when_to_come_back(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crowd, "MOST_TABS", 1)
    async with serving(studio) as server, browsing(server) as ann, browsing(server) as bob, ann.tab():
        refused = await bob.get("/events")
        assert (refused.status, refused.headers["Retry-After"]) == (503, "2")
        assert (await refused.json())["text"]
        assert (await bob.get("/")).status == (await bob.get("/chat")).status == 200


async def test_words_that_stay_away_hold_nobody_up(
    studio: Studio, server: TestServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(crowd, "BODY_SECONDS", 0.1)
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    head = {"Host": "localhost", "Content-Type": "application/json", "Content-Length": "100"} | OWN
    lines = "".join(f"{name}: {value}\r\n" for name, value in head.items())
    writer.write(f"POST /chat HTTP/1.1\r\n{lines}\r\n{json.dumps('a fox')}".encode())
    async with asyncio.timeout(10):
        assert b" 408 " in await reader.readline()
    writer.close()

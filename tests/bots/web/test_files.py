"""Files on their way to visitors: a piece of each in memory, and parts for players."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID, uuid4

import pytest
from aiohttp import ClientPayloadError, web
from aiohttp.test_utils import TestServer

from bots.web import crowd
from bots.web.pages import pictures
from bots.web.pages.pictures import SHELF
from bots.web.shelf import ROOM_BYTES, SMALL_BYTES
from scheduler.artifacts.model import Variant
from scheduler.client import connect
from scheduler.client.artifacts import PIECE_BYTES, File
from scheduler.errors import Refused, Unreachable
from tests.bots.web.browsing import Browser, browsing
from tests.bots.web.serving import serving
from tests.bots.web.studio import Studio, Visitor

CONTENT = b"\x89PNG" + bytes(range(256)) * 100
LARGE = 64 * 2**20


async def shown(studio: Studio, browser: Browser, content: bytes) -> str:
    """The address of a file of the visitor's."""
    await browser.look()
    artifact_id = uuid4()
    studio.files[artifact_id] = next(iter(studio.people)), content
    return f"/pictures/{artifact_id}"


def cookie_of(browser: Browser) -> str:
    return "; ".join(f"{one.key}={one.value}" for one in browser.session.cookie_jar)


async def test_who_takes_nothing_of_a_file_gets_few_pieces_and_loses_the_place(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(crowd, "MOST_FILES", 1)
    monkeypatch.setattr(pictures, "TAKE_SECONDS", 0.3)
    monkeypatch.setattr(pictures, "LEAST_BYTES_A_SECOND", 2**40)
    async with serving(studio) as server, browsing(server) as ann:
        url = await shown(studio, ann, bytes(LARGE))
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port, limit=1024)
        writer.write(f"GET {url} HTTP/1.1\r\nHost: localhost\r\nCookie: {cookie_of(ann)}\r\n\r\n".encode())
        await reader.readline()
        assert (await ann.get(url)).status == 503
        async with asyncio.timeout(10):
            while (await ann.get("/pictures/none")).status == 503:
                await asyncio.sleep(0.02)
        writer.close()
    assert 0 < studio.calls["piece"] < LARGE / PIECE_BYTES / 4


async def test_who_takes_nothing_more_is_left_long_before_the_time_for_the_whole(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pictures, "STALL_SECONDS", 0.3)
    async with serving(studio) as server, browsing(server) as ann:
        url = await shown(studio, ann, bytes(LARGE))
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port, limit=1024)
        writer.write(f"GET {url} HTTP/1.1\r\nHost: localhost\r\nCookie: {cookie_of(ann)}\r\n\r\n".encode())
        await reader.readline()
        async with asyncio.timeout(10):
            while not studio.calls["file left"]:
                await asyncio.sleep(0.02)
        writer.close()


def test_a_phone_has_the_time_for_all_the_files_that_its_page_asks_for() -> None:
    link, at_once, size = 1_000_000 / 8, 12, 2_000_000
    assert pictures.take_seconds(size) > at_once * size / link


async def test_the_scheduler_is_done_with_a_small_file_before_its_reader_is(
    studio: Studio, server: TestServer, ann: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    hand_on, left = pictures.hand_on, []

    async def slowly(request: web.Request, found: File, response: web.StreamResponse) -> None:
        left.append(studio.calls["file left"])
        await hand_on(request, found, response)

    monkeypatch.setattr(pictures, "hand_on", slowly)
    small, large = bytes(SMALL_BYTES), bytes(SMALL_BYTES + 1)
    urls = [await shown(studio, ann, content) for content in (small, large, small)]
    assert await (await ann.get(urls[0])).read() == small
    assert await (await ann.get(urls[1])).read() == large
    room = server.app[SHELF].room
    assert (room.total, len(room.networks)) == (0, 0)
    with room.place("elsewhere", ROOM_BYTES - SMALL_BYTES + 1):
        assert await (await ann.get(urls[2])).read() == small
    assert left == [1, 1, 2]


async def test_readers_of_files_take_nobody_elses_place(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crowd, "MOST_FILES", 1)
    async with serving(studio) as server, browsing(server) as ann:
        url = await shown(studio, ann, bytes(LARGE))
        async with ann.session.get(server.make_url(url)) as slow:
            assert slow.status == 200
            assert (await ann.get(url)).status == 503
            assert (await ann.get("/chat")).status == 200
            assert len(await slow.read()) == LARGE


@pytest.mark.parametrize("size", [len(CONTENT), SMALL_BYTES + 1])
async def test_a_file_that_breaks_off_is_not_taken_for_whole(
    studio: Studio, ann: Browser, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    async def broken(content: bytes) -> AsyncIterator[bytes]:
        yield content[:10]
        raise Unreachable("cut")

    monkeypatch.setattr(studio, "pieces", broken)
    url = await shown(studio, ann, bytes(size))
    if size <= SMALL_BYTES:
        assert (await ann.get(url)).status == 503
    else:
        with pytest.raises(ClientPayloadError):
            await ann.get(url)


async def test_only_the_head_of_a_file(studio: Studio, server: TestServer, ann: Browser) -> None:
    url = await shown(studio, ann, CONTENT)
    async with ann.session.head(server.make_url(url)) as answer:
        assert (answer.status, answer.content_length, await answer.read()) == (200, len(CONTENT), b"")
    assert (await ann.get("/chat")).status == 200


# Through the client: what a scheduler says of it


@asynccontextmanager
async def scheduler(*answers: int) -> AsyncIterator[str]:
    """A scheduler's files: of `answers`, statuses that come before the file does."""
    left = list(answers)

    async def give(request: web.Request) -> web.Response:
        if left:
            return web.Response(status=left.pop(0))
        span = request.http_range
        if span.start is None:
            return web.Response(body=CONTENT, content_type="video/mp4")
        said = {"Content-Range": f"bytes {span.start}-{span.stop - 1}/{len(CONTENT)}"}
        return web.Response(status=206, body=CONTENT[span], content_type="text/html", headers=said)

    app = web.Application()
    app.router.add_get("/v1/artifacts/{id}", give)
    async with TestServer(app) as server:
        yield str(server.make_url("/"))


async def read(base: str, wanted: str | None = None) -> tuple[File, bytes]:
    async with connect(base, "key") as client, client.acting_for("web:1").file(UUID(int=1), wanted=wanted) as found:
        return found, b"".join([piece async for piece in found.pieces])


async def test_the_client_gives_files_in_pieces_whole_or_in_part() -> None:
    async with scheduler(503, 502) as base:
        whole, content = await read(base)
        part, middle = await read(base, "bytes=4-7")

    assert (whole.content_type, whole.size_bytes, whole.span, content) == ("video/mp4", len(CONTENT), None, CONTENT)
    assert (part.size_bytes, part.span, middle) == (4, f"bytes 4-7/{len(CONTENT)}", CONTENT[4:8])


async def test_a_player_gets_the_part_it_asks_for_and_nothing_that_a_browser_runs(
    studio: Studio, ann: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = await shown(studio, ann, CONTENT)
    async with scheduler() as base, connect(base, "key") as client:

        def file(visitor: Visitor, artifact_id: UUID, variant: Variant, wanted: str | None) -> object:
            return client.acting_for("web:1").file(artifact_id, variant, wanted)

        monkeypatch.setattr(Visitor, "file", file)
        whole, part = await ann.get(url), await ann.get(url, Range="bytes=4-7")

    assert (whole.status, whole.content_type, await whole.read()) == (200, "video/mp4", CONTENT)
    assert (part.status, part.headers["Content-Range"]) == (206, f"bytes 4-7/{len(CONTENT)}")
    assert (part.content_type, await part.read()) == ("application/octet-stream", CONTENT[4:8])


async def test_a_scheduler_that_stays_away_is_unreachable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scheduler.client.transport.PAUSES_SECONDS", (0.0,))
    async with scheduler(502, 502) as base:
        with pytest.raises((Unreachable, Refused)):
            await read(base)

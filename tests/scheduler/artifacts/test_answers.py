"""Files as answers: in pieces, a piece in memory at a time, whole or the part that was asked for."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from scheduler.artifacts import answers
from scheduler.artifacts.answers import answer, span
from scheduler.artifacts.store import ArtifactStore, Part, StoreError
from scheduler.gate import hand_over

CONTENT = bytes(range(100))


class Noted(ArtifactStore):
    """Knows how many pieces were read; may break off."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder.as_uri())
        self.pieces = 0
        self.most = 10**6

    async def read_part(self, path: str, first: int, end: int) -> Part | None:
        self.pieces += 1
        if self.pieces > self.most:
            raise StoreError(path)
        return await super().read_part(path, first, end)


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Noted:
    monkeypatch.setattr(answers, "PIECE_BYTES", 16)
    (tmp_path / "file").write_bytes(CONTENT)
    (tmp_path / "empty").write_bytes(b"")
    return Noted(tmp_path)


@asynccontextmanager
async def served(store: ArtifactStore) -> AsyncIterator[tuple[str, aiohttp.ClientSession]]:
    """Its files, sent as the door sends them."""

    async def handle(request: web.Request) -> web.StreamResponse:
        response = await answer(store, request.match_info["path"], "video/mp4", span(request))
        await hand_over(request, response)
        return response

    app = web.Application()
    app.router.add_get("/{path}", handle)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    async with aiohttp.ClientSession() as session:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}", session
    await runner.cleanup()


@pytest.mark.parametrize(
    ("wanted", "status", "first", "end"),
    [
        (None, 200, 0, 100),
        ("bytes=0-", 206, 0, 100),
        ("bytes=5-9", 206, 5, 10),
        ("bytes=10-59", 206, 10, 60),
        ("bytes=16-31", 206, 16, 32),
        ("bytes=90-500", 206, 90, 100),
        ("bytes=-40", 206, 60, 100),
        ("bytes=-500", 206, 0, 100),
        ("bytes=100-", 200, 0, 100),
        (f"bytes={10**30}-", 200, 0, 100),
    ],
)
async def test_a_file_comes_in_pieces(store: Noted, wanted: str | None, status: int, first: int, end: int) -> None:
    async with served(store) as (base, session):
        headers = {"Range": wanted} if wanted else {}
        async with session.get(f"{base}/file", headers=headers) as got:
            assert (got.status, await got.read()) == (status, CONTENT[first:end])
            assert got.headers["Content-Length"] == str(end - first)
            assert got.headers["Content-Type"] == "video/mp4"
            assert got.headers.get("Content-Range") == (f"bytes {first}-{end - 1}/100" if status == 206 else None)


async def test_an_empty_file_is_an_empty_answer(store: Noted) -> None:
    async with served(store) as (base, session), session.get(f"{base}/empty") as got:
        assert (got.status, await got.read()) == (200, b"")


async def test_a_file_that_breaks_off_ends_the_connection(store: Noted) -> None:
    store.most = 3
    async with served(store) as (base, session), session.get(f"{base}/file") as got:
        assert got.status == 200
        with pytest.raises(aiohttp.ClientError):
            await got.read()


async def test_of_a_film_that_nobody_reads_a_few_pieces_are_fetched(
    store: Noted, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However long the film: the rest stays in the store."""
    monkeypatch.setattr(answers, "PIECE_BYTES", 2**20)
    film = 64
    with (tmp_path / "film").open("wb") as file:
        file.truncate(film * 2**20)
    async with served(store) as (base, _):
        reader, writer = await asyncio.open_connection("127.0.0.1", int(base.rpartition(":")[2]), limit=2**10)
        writer.write(b"GET /film HTTP/1.1\r\nHost: localhost\r\n\r\n")
        await reader.readuntil(b"\r\n\r\n")
        before = -1
        while store.pieces > before:  # until no more is fetched
            before = store.pieces
            await asyncio.sleep(0.2)
        assert before < film / 2
        await reader.readexactly(film * 2**20)
        assert store.pieces == film
        writer.close()

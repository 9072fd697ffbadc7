"""Films a piece at a time: a playlist that players play, by key or by a link alone, and parts of every file."""

import asyncio
import json
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import av
import pytest
from PIL import Image

from scheduler.artifacts.model import Variant
from scheduler.artifacts.playlist import pieces_of, playlist
from tests.bots.web.windows import CHROMIUM, a_chromium
from tests.scheduler.api import Api, Json
from tests.scheduler.test_api import finished
from tests.scheduler.worker import PICTURE
from workers.engines.compose.engine import ComposeEngine
from workers.engines.protocol import Made, Stopped, Task

needs_ffmpeg = pytest.mark.skipif(find_spec("imageio_ffmpeg") is None, reason="the extra compose is not installed")
NOBODY: Json = {"user": None, "key": None}
TOLD = {"head_bytes": 100, "pieces": [[2.0, 50], [1.5, 30]]}


def a_film(folder: Path) -> Made:
    """Three seconds, by the engine itself."""
    Image.linear_gradient("L").convert("RGB").save(folder / "input0", "PNG")
    film = {"clips": [{"id": "p", "seconds": 3}]}
    params = {"prompt": "x", "width": 160, "height": 90, "format": "hls", "film": film}
    task = Task("job", 1, "video", "compose", params, folder, inputs={"p": folder / "input0"})
    [made] = ComposeEngine().run([task], lambda task, fraction, preview=None: None)
    assert not isinstance(made, Stopped)
    return made[0]


async def streamed(api: Api, content: bytes, told: Any) -> Json:
    """An artifact with these bytes, of which its worker said that."""
    [made] = (await finished(api))["artifacts"]
    path = await api.stage.pool.fetchval("select local_path from artifacts where id = $1", made["id"])
    (api.stage.folder / path).write_bytes(content)
    change = "update artifacts set type = 'video', format = 'mp4', metadata = $2::text::jsonb where id = $1"
    await api.stage.pool.execute(change, made["id"], json.dumps({"hls": told}))
    job = (await api.get(f"/v1/jobs/{made['job_id']}")).document
    return dict(job["artifacts"][0])


def played(url: str) -> tuple[str, int, float]:
    """What a player makes of an address: the format, the frames, the seconds."""
    with av.open(url) as film:
        seconds = (film.duration or 0) / av.time_base
        return film.format.name, sum(1 for _ in film.decode(video=0)), seconds


@needs_ffmpeg
async def test_a_player_plays_a_film_by_the_link_of_its_playlist_alone(api: Api, tmp_path: Path) -> None:
    made = await asyncio.to_thread(a_film, tmp_path)
    artifact = await streamed(api, made.path.read_bytes(), made.metadata["hls"])
    link = (await api.call("POST", artifact["url"] + "/link", {"variant": "playlist.m3u8"})).document["url"]

    assert await asyncio.to_thread(played, api.base + link) == ("hls", 72, 3.0)
    text = (await api.get(link, **NOBODY)).content.decode()
    assert text.count("\nstream.mp4?expires=") == 2
    seconds_of_it = [line for line in text.splitlines() if line.startswith("#EXTINF")]
    assert seconds_of_it == ["#EXTINF:2.00000,", "#EXTINF:1.00000,"]
    whole = (await api.call("POST", artifact["url"] + "/link", {"variant": "stream.mp4"})).document["url"]
    assert (await asyncio.to_thread(played, api.base + whole))[1] == 72


PLAY = """async address => {
  const film = document.createElement("video");
  if (!film.canPlayType("application/vnd.apple.mpegurl")) return "not here";
  const over = new Promise(tell => { film.onended = () => tell("played"); film.onerror = () => tell("failed"); });
  Object.assign(film, { muted: true, crossOrigin: "anonymous", src: address });
  await film.play();
  film.currentTime = 2.5;
  return [await over, film.videoWidth, Math.round(film.duration)];
}"""


@needs_ffmpeg
@pytest.mark.browser
@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on PATH")
@pytest.mark.xdist_group("chromium")
async def test_a_browser_plays_it_in_somebody_else_s_page_and_seeks(api: Api, tmp_path: Path) -> None:
    made = await asyncio.to_thread(a_film, tmp_path)
    artifact = await streamed(api, made.path.read_bytes(), made.metadata["hls"])
    link = (await api.call("POST", artifact["url"] + "/link", {"variant": "playlist.m3u8"})).document["url"]
    async with a_chromium() as browser:
        page = await browser.new_page()
        await page.goto(api.base.replace("127.0.0.1", "localhost") + "/healthz")  # another origin than the link
        found = await page.evaluate(PLAY, api.base + link)
        if found == "not here":
            pytest.skip("this Chromium plays no HLS by itself")
        assert found == ["played", 160, 3]


async def test_a_playlist_is_read_by_key_and_its_link_opens_its_film_alone(api: Api) -> None:
    artifact = await streamed(api, bytes(180), TOLD)
    read = await api.get(artifact["playlist"])
    assert artifact["playlist"] == artifact["url"] + "/playlist.m3u8"
    assert read.headers["Content-Type"].startswith("application/vnd.apple.mpegurl")
    assert read.content.decode().splitlines()[-3:] == ["#EXT-X-BYTERANGE:30@150", "stream.mp4", "#EXT-X-ENDLIST"]
    assert (await api.get(artifact["url"] + "/stream.mp4")).content == bytes(180)

    link = (await api.call("POST", artifact["url"] + "/link", {"variant": "playlist.m3u8"})).document["url"]
    answer = await api.get(link, **NOBODY)
    film = link.rpartition("/")[0] + "/" + answer.content.decode().splitlines()[-2]
    assert (await api.get(film, **NOBODY)).headers["Access-Control-Allow-Origin"] == "*"
    assert (await api.get(film.replace("stream.mp4", "original"), **NOBODY)).code == "forbidden"
    await api.stage.pool.execute("update artifacts set expires_at = now()")
    assert [(await api.get(one, **NOBODY)).code for one in (link, film)] == ["gone", "gone"]


@pytest.mark.parametrize("told", [None, {}, {"head_bytes": 1}, {"head_bytes": 0, "pieces": [[1, 1]]}, "x", [1]])
async def test_what_has_no_pieces_has_no_playlist(api: Api, told: Any) -> None:
    artifact = await streamed(api, b"a film", told)
    for variant in (Variant.PLAYLIST, Variant.STREAM):
        assert (await api.get(f"{artifact['url']}/{variant}")).code == "not_found"
    [plain] = (await finished(api))["artifacts"]
    assert plain["playlist"] is None


def test_pieces_follow_one_another() -> None:
    pieces = pieces_of(TOLD)
    assert pieces is not None
    assert playlist(pieces, "x").splitlines() == [
        "#EXTM3U",
        "#EXT-X-VERSION:7",
        "#EXT-X-TARGETDURATION:2",
        "#EXT-X-PLAYLIST-TYPE:VOD",
        "#EXT-X-INDEPENDENT-SEGMENTS",
        '#EXT-X-MAP:URI="x",BYTERANGE="100@0"',
        "#EXTINF:2.00000,",
        "#EXT-X-BYTERANGE:50@100",
        "x",
        "#EXTINF:1.50000,",
        "#EXT-X-BYTERANGE:30@150",
        "x",
        "#EXT-X-ENDLIST",
    ]


async def test_parts_of_a_file_are_read_and_what_it_has_not_is_ignored(api: Api) -> None:
    [made] = (await finished(api))["artifacts"]
    size = len(PICTURE)
    for wanted, part, said in (
        ("bytes=0-3", PICTURE[:4], f"bytes 0-3/{size}"),
        ("bytes=4-", PICTURE[4:], f"bytes 4-{size - 1}/{size}"),
        ("bytes=-5", PICTURE[-5:], f"bytes {size - 5}-{size - 1}/{size}"),
        ("bytes=2-999", PICTURE[2:], f"bytes 2-{size - 1}/{size}"),
    ):
        answer = await api.get(made["url"], headers={"Range": wanted})
        assert (answer.status, answer.content, answer.headers["Content-Range"]) == (206, part, said)
        assert answer.headers["Accept-Ranges"] == "bytes"
    for strange in ("bytes=999-", "bytes=5-2", "bytes=0-1,3-4", "pages=1-2", "bytes=x"):
        answer = await api.get(made["url"], headers={"Range": strange})
        assert (answer.status, answer.content) == (200, PICTURE), strange
    assert (await api.get(made["url"] + "/thumbnail", headers={"Range": "bytes=0-1"})).status == 200

"""The postman on the real scheduler and a real worker; only the chat is a fake."""

import asyncio
import io
import os
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest
from PIL import Image

from bots import commands
from bots.post import Timing
from bots.postman import Postman
from bots.status import StatusBoard
from scheduler.client import Scheduler, connect
from scheduler.errors import Code, Refused
from scheduler.jobs.model import JobRequest
from tests.bots.studio import ADDRESS, FakeMessenger, until
from tests.forks import Fork, fork

pytestmark = [pytest.mark.system, pytest.mark.timeout(90)]

KEY = "a-key-of-the-tests-alone"
QUICK = Timing(claim=0.5, poll=0.5, listen_again=0.1, repeat=0.5, retry=0.5)


@asynccontextmanager
async def running(*command: str, env: dict[str, str]) -> AsyncIterator[Fork]:
    process = fork(*command, env=os.environ | env)
    try:
        yield process
    finally:
        if process.returncode is None:
            process.terminate()
        await asyncio.wait_for(process.wait(), 20)


@pytest.fixture
def settings(database_url: str, redis_url: str, tmp_path: Path) -> dict[str, str]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    return {
        "TESSERA_DATABASE_URL": database_url,
        "TESSERA_REDIS_URL": redis_url,
        "TESSERA_STORE_URL": (tmp_path / "store").as_uri(),
        "TESSERA_PORT": port,
        "TESSERA_SERVICE_KEY": KEY,
        "TESSERA_LOG_LEVEL": "warning",
        "TESSERA_CLAIM_SECONDS": "4",
    }


@pytest.fixture
async def scheduler(settings: dict[str, str]) -> AsyncIterator[Scheduler]:
    base = f"http://127.0.0.1:{settings['TESSERA_PORT']}"
    async with running("scheduler", env=settings), running("workers", env=settings), connect(base, KEY) as client:
        await ready(base + "/readyz")
        await models_online(client)
        yield client


async def ready(url: str) -> None:
    async with aiohttp.ClientSession() as session, asyncio.timeout(30):
        while True:
            try:
                async with session.get(url) as answer:
                    if answer.status == 200:
                        return
            except aiohttp.ClientError:
                pass
            await asyncio.sleep(0.05)


async def models_online(client: Scheduler) -> None:
    async with asyncio.timeout(30):
        while not any(model.online for model in await client.acting_for("telegram:1").models()):
            await asyncio.sleep(0.05)


@asynccontextmanager
async def at_work(chat: FakeMessenger, scheduler: Scheduler) -> AsyncIterator[Postman]:
    postman, stop = Postman(chat, scheduler, "telegram", timing=QUICK), asyncio.Event()
    async with asyncio.TaskGroup() as group:
        group.create_task(postman.run(stop))
        try:
            yield postman
        finally:
            stop.set()


async def ask(postman: Postman, request: JobRequest, key: str) -> None:
    user = postman.scheduler.acting_for("telegram:42", name="Ann", locale="en")
    board = StatusBoard(postman)
    accepted = await user.submit(request, key=key, destination=board.destination(ADDRESS))
    await board.open(accepted, ADDRESS, user="telegram:42", locale="en")


async def test_a_sentence_becomes_a_picture_in_the_chat(scheduler: Scheduler) -> None:
    chat = FakeMessenger()
    async with at_work(chat, scheduler) as postman:
        await ask(postman, commands.parse_imagine("a red sunset over the sea --seed 7 --size 512"), "1")
        await until(lambda: any(shown.is_result for shown in chat.shown.values()), 40)
        await until(lambda: not postman.posts)
    (shown,) = chat.shown.values()
    assert shown.screens[0].text.startswith("🎨 a red sunset over the sea\n")
    assert shown.text == "a red sunset over the sea\npainter (no GPU) · seed 7 · 1 token, 19 left today"
    assert [button.label for button in shown.screens[-1].buttons[0]] == ["Again", "Variation", "Larger"]
    picture = shown.screens[-1].picture
    assert picture is not None
    assert Image.open(io.BytesIO(picture.content)).size == (512, 512)


async def test_four_pictures_come_as_one_grid_and_a_cancelled_job_gives_its_token_back(scheduler: Scheduler) -> None:
    chat = FakeMessenger()
    async with at_work(chat, scheduler) as postman:
        await ask(postman, commands.parse_imagine("a forest --size 256 --count 4"), "1")
        await ask(postman, commands.parse_imagine("a city --size 256"), "2")
        user = scheduler.acting_for("telegram:42")
        newest = (await user.jobs(limit=1)).jobs[0]
        await user.cancel(newest.id)
        await until(lambda: len(chat.shown) == 2 and not postman.posts, 40)
    texts = {shown.text.splitlines()[0]: shown for shown in chat.shown.values()}
    assert "4 pictures · " in texts["a forest"].text
    picture = texts["a forest"].screens[-1].picture
    assert picture is not None
    assert picture.width == 2 * 256 + 8
    assert texts["a city"].text == "a city\nCancelled. Your token is back."


async def test_a_process_that_was_killed_is_followed_by_the_next_one(scheduler: Scheduler) -> None:
    """The claim of the dead process runs out; the status message goes on where it stood."""
    chat = FakeMessenger()
    user = scheduler.acting_for("telegram:42")
    dead = StatusBoard(Postman(chat, scheduler, "telegram"))
    request = commands.parse_imagine("a desert --size 256")
    accepted = await user.submit(request, key="1", destination=dead.destination(ADDRESS))
    assert accepted.owned
    async with at_work(chat, scheduler):
        await until(lambda: any(shown.is_result for shown in chat.shown.values()), 40)
    assert len(chat.shown) == 1
    replayed = await user.submit(request, key="1", destination=dead.destination(ADDRESS))
    assert (replayed.replayed, replayed.owned, replayed.job.id) == (True, False, accepted.job.id)


async def test_refusals_arrive_with_their_facts(scheduler: Scheduler) -> None:
    user = scheduler.acting_for("telegram:43")
    for words, code in (("x --model flux-dev", Code.MODEL_NOT_IN_PLAN), ("x --size 4096", Code.RESOLUTION_TOO_HIGH)):
        with pytest.raises(Refused) as caught:
            await user.submit(commands.parse_imagine(words), key=words)
        assert caught.value.refusal.code is code

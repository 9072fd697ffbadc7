"""The stand-in for ComfyUI says what a real server said, in its order; the sequences are those of its transcripts."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import aiohttp
import pytest

from tests.rigs.comfyui.execution import Failing
from tests.rigs.comfyui.fake import FakeComfy, fake_comfy

GRAPH: dict[str, Any] = {
    "1": {"class_type": "EmptyLatentImage", "inputs": {"width": 64, "height": 64, "batch_size": 1}},
    "2": {"class_type": "SaveImage", "inputs": {"images": ["1", 0], "filename_prefix": "tessera/probe"}},
}
NODE = ["progress_state", "executing", "progress_state", "progress_state"]
FIRST = [
    *("status", "feature_flags", "status", "status", "execution_start", "execution_cached"),
    *NODE,
    *("progress_state", "executing", "executed", "progress_state", "progress_state"),
    *("execution_success", "status", "executing"),
]
CACHED = [
    *("status", "status", "execution_start", "execution_cached", "executed", "progress_state"),
    *("execution_success", "status", "executing"),
]
FAILED = [
    *("status", "status", "execution_start", "execution_cached", "progress_state", "executing"),
    *("execution_error", "status", "executing"),
]


class Person:
    """Talks with the stand-in as the transcripts' author did."""

    def __init__(self, fake: FakeComfy, http: aiohttp.ClientSession, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.fake, self.http, self.socket = fake, http, socket

    async def run(self, client_id: str = "me") -> list[dict[str, Any]]:
        """The events of one prompt, to the one that says that no node runs."""
        body = {"prompt": GRAPH, "client_id": client_id, "prompt_id": str(uuid4())}
        async with self.http.post("/prompt", json=body) as answer:
            assert answer.status == 200
        heard: list[dict[str, Any]] = []
        while not heard or heard[-1]["type"] != "executing" or heard[-1]["data"]["node"] is not None:
            heard.append(json.loads((await self.socket.receive()).data))
        return heard


@asynccontextmanager
async def listening(fake: FakeComfy) -> AsyncIterator[Person]:
    async with (
        aiohttp.ClientSession(fake.url) as http,
        http.ws_connect("/ws?clientId=me") as socket,
    ):
        await socket.send_json({"type": "feature_flags", "data": {"supports_preview_metadata": True}})
        yield Person(fake, http, socket)


async def test_the_events_come_in_the_order_of_a_real_server() -> None:
    async with fake_comfy() as fake, listening(fake) as person:
        first, cached = await person.run(), await person.run()
        assert [event["type"] for event in first] == FIRST
        assert [event["type"] for event in cached] == CACHED
        named = [event["data"]["output"] for run in (first, cached) for event in run if event["type"] == "executed"]
        assert named[0] == named[1]  # the old file

        fake.failing["1"] = Failing("RuntimeError", "CUDA out of memory (pretend)\n")
        fake.cache.clear()
        assert [event["type"] for event in await person.run()] == FAILED
        statuses = [entry["status"]["status_str"] for entry in fake.history.values()]
        assert statuses == ["success", "success", "error"]


@pytest.mark.parametrize(
    ("prompt", "kind"),
    [
        ({"1": {"class_type": "Nope", "inputs": {}}}, "invalid_prompt"),
        ({"1": GRAPH["1"]}, "prompt_no_outputs"),
        ({**GRAPH, "1": {"class_type": "EmptyLatentImage", "inputs": {}}}, "prompt_outputs_failed_validation"),
    ],
)
async def test_what_cannot_run_is_refused_as_there(prompt: dict[str, Any], kind: str) -> None:
    async with fake_comfy() as fake, listening(fake) as person:
        async with person.http.post("/prompt", json={"prompt": prompt, "client_id": "me"}) as answer:
            said = await answer.json()

        assert answer.status == 400
        assert said["error"]["type"] == kind
        assert bool(said["node_errors"]) == (kind == "prompt_outputs_failed_validation")


async def test_the_unforgivable_is_noted() -> None:
    async with fake_comfy() as fake, aiohttp.ClientSession(fake.url) as http:
        await asyncio.gather(
            http.post("/interrupt"),
            http.post("/prompt", json={"prompt": GRAPH, "client_id": "nobody", "strange": 1}),
            http.get("/nothing"),
        )
        assert sorted(fake.violations) == [
            "POST /prompt before its client listens",
            "POST /prompt with ['strange']",
            "an interrupt of whatever runs",
            "there is no GET /nothing",
        ]

"""The API client as a process: takes requests as JSON lines, asks with the key it is given until it has an answer."""

import asyncio
import json
import os
import random
import sys
from contextlib import suppress
from io import BytesIO
from typing import Any
from uuid import UUID

from PIL import Image

from scheduler.client import Scheduler, connect
from scheduler.errors import Refused, Unreachable
from scheduler.jobs.model import JobRequest

AGAIN_SECONDS = 0.5


async def serve() -> None:
    """Until the input ends. A request is answered once, however often the scheduler had to be asked."""
    lines = asyncio.StreamReader(limit=2**20)
    running = asyncio.get_running_loop()
    await running.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    door = connect(os.environ["TESSERA_API_URL"], os.environ["TESSERA_SERVICE_KEY"])
    async with door as scheduler, asyncio.TaskGroup() as group:
        while line := await lines.readline():
            group.create_task(answer(scheduler, json.loads(line)))


async def answer(scheduler: Scheduler, asked: dict[str, Any]) -> None:
    while True:
        try:
            said = await ask(scheduler, asked)
        except Refused as refused:
            said = {"refused": refused.refusal.code.value}
        except Unreachable:
            await asyncio.sleep(AGAIN_SECONDS)
            continue
        print(json.dumps({"key": asked["key"], **said}), flush=True)
        return


async def ask(scheduler: Scheduler, asked: dict[str, Any]) -> dict[str, Any]:
    user = scheduler.acting_for(asked["user"])
    match asked["deed"]:
        case "cancel":
            job = await user.cancel(UUID(asked["job"]))
            return {"job": str(job.id)}
        case "look":
            await user.me()
            return {"jobs": len((await user.jobs()).jobs)}
        case _:
            request = JobRequest.model_validate(asked["request"])
            if asked["upload"] is not None:
                upload = await user.upload(drawn(asked["upload"]))
                request = request.model_copy(update={"picture": upload.id})
            accepted = await user.submit(request, key=asked["key"])
            return {"job": str(accepted.job.id)}


def drawn(number: int) -> bytes:
    """A picture that is unlike those of other numbers, as a camera would give it."""
    buffer = BytesIO()
    Image.frombytes("RGB", (96, 64), random.Random(number).randbytes(96 * 64 * 3)).save(buffer, "JPEG")
    return buffer.getvalue()


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        asyncio.run(serve())
